"""llm-cache run: what comes back is stored under its own question or not at all, and nothing that was paid for is lost."""

import json
import os
import signal
import sqlite3
import subprocess

from chain import ECHO, asked
from tools import MODEL, Unavailable, cache, entries, equal, expect, hit, jsonl, records, script, test, tool, until

ANSWER = "r['response'] = {'text': r['prompt'].upper()}"
QUESTIONS = [{"prompt": f"q{n}"} for n in range(4)]


def started(home, *arguments, stdin=None):
    process = subprocess.Popen([tool("llm-cache"), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home.env)
    if stdin is not None:
        process.stdin.write(stdin.encode())
        process.stdin.close()
        process.stdin = None
    return process


def line_with(stream, words):
    """Waits for it."""
    for line in stream:
        if words in line.decode():
            return line.decode()
    raise AssertionError(f"no line with {words!r}")


@test
def what_came_in_another_order_is_not_stored_under_another_question(home):
    child = script(home, "tac.py", f"for l in reversed(sys.stdin.readlines()):\n    r = json.loads(l); r.pop('id'); r.pop('cache'); {ANSWER}; print(json.dumps(r))\n")
    out = records(cache(home, "run", "--", child, stdin=jsonl(*QUESTIONS), code=3))
    equal([one["prompt"] for one in out], ["q0", "q1", "q2", "q3"])
    for one in out:
        equal(one["error"]["fault"], "provider")
        expect("response" not in one, one)
    equal(entries(home), [])


@test
def equal_ids_do_not_tell_records_apart(home):
    child = script(home, "tac.py", f"for l in reversed(sys.stdin.readlines()):\n    r = json.loads(l); r.pop('cache'); {ANSWER}; print(json.dumps(r))\n")
    out = records(cache(home, "run", "--", child, stdin=jsonl(*[{"id": 7, **one} for one in QUESTIONS]), code=3))
    expect(all("response" not in one for one in out), out)
    equal(entries(home), [])


@test
def a_line_with_an_id_that_is_not_open_is_no_other_record_s(home):
    text = "ids = json.loads(sys.argv[1])\nfor l, i in zip(sys.stdin.readlines(), ids): print(json.dumps({'id': i, 'response': {'text': 'of ' + str(i)}}), flush=True)\n"
    child = script(home, "ids.py", text)
    given = jsonl({"id": "a", "prompt": "q0"}, {"id": "b", "prompt": "q1"})
    for ids in (["a", "a"], ["a", "zzz"]):
        result = cache(home, "run", "--as", str(ids), "--", child, json.dumps(ids), stdin=given, code=3)
        first, second = records(result)
        equal(first["response"]["text"], "of a")
        equal((second["error"]["fault"], "response" in second), ("provider", False))
        expect("lines with an id that no record" in result.words, result.words)
    equal([one["question"] for one in entries(home)], ["q0", "q0"])


@test
def ids_are_compared_by_value(home):
    child = script(home, "tac.py", f"for l in reversed(sys.stdin.readlines()):\n    r = json.loads(l); r.pop('cache'); {ANSWER}; print(json.dumps(r))\n")
    given = '{"id":"\u00e9","prompt":"q0"}\n{"id":1.10,"prompt":"q1"}\n{"id":"\\u00e8","prompt":"q2"}\n{"id":2.0,"prompt":"q3"}\n'
    out = records(cache(home, "run", "--", child, stdin=given))
    equal([one["response"]["text"] for one in out], ["Q0", "Q1", "Q2", "Q3"])
    equal(len(entries(home)), 4)
    long = [18446744073709551617 + n for n in range(3)] + [-9223372036854775809 - n for n in range(3)]  # which would be one as doubles
    out = records(cache(home, "run", "--", child, stdin=jsonl(*({"id": one, "prompt": f"long {one}"} for one in long))))
    equal([one["response"]["text"] for one in out], [f"LONG {one}" for one in long])


@test
def a_line_that_was_left_out_keeps_what_came_by_order_from_the_store(home):
    child = script(home, "skip.py", f"sys.stdin.readline()\nfor l in sys.stdin:\n    r = json.loads(l); {ANSWER}; print(json.dumps({{'response': r['response']}}), flush=True)\n")
    result = cache(home, "run", "--", child, stdin=jsonl(*QUESTIONS), code=3)
    equal(records(result)[3]["error"]["status"], 0)
    equal(entries(home), [])
    expect("3 lines for 4 records" in result.words and "not stored" in result.words, result.words)


@test
def what_came_by_order_is_stored_when_the_command_has_ended_well(home):
    text = f"for l in sys.stdin:\n    r = json.loads(l); {ANSWER}; print(json.dumps({{'response': r['response']}}), flush=True)\n"
    given = jsonl(*QUESTIONS, *QUESTIONS)
    out = records(cache(home, "run", "--as", "x", "--", script(home, "order.py", text), stdin=given))
    equal([one["response"]["text"] for one in out], ["Q0", "Q1", "Q2", "Q3"] * 2)
    equal(len(entries(home)), 4)
    out = records(cache(home, "run", "--as", "x", "--", "/nonexistent", stdin=given))
    equal([one["response"]["text"] for one in out], ["Q0", "Q1", "Q2", "Q3"] * 2)
    failing = script(home, "failing.py", text + "sys.exit(3)\n")
    result = cache(home, "run", "--as", "y", "--", failing, stdin=jsonl(*QUESTIONS))
    equal([one["response"]["text"] for one in records(result)], ["Q0", "Q1", "Q2", "Q3"], "they go out all the same")
    expect("not stored" in result.words, result.words)
    equal(len(entries(home)), 4)


@test
def an_answer_that_comes_twice_goes_to_no_other_record(home):
    child = script(home, "twice.py", f"""
first = sys.stdin.readline()
rest = sys.stdin.readlines()
for l in [first, first, *rest]:
    r = json.loads(l); {ANSWER}
    print(json.dumps({{'cache': r['cache'], 'response': r['response']}}), flush=True)
""")
    result = cache(home, "run", "--", child, stdin=jsonl(*QUESTIONS))
    equal([one["response"]["text"] for one in records(result)], ["Q0", "Q1", "Q2", "Q3"])
    expect("more lines than it was given" in result.words, result.words)


@test
def a_reader_that_has_gone_does_not_leave_a_run_waiting(home):
    child = script(home, "order.py", f"for l in sys.stdin:\n    r = json.loads(l); {ANSWER}; print(json.dumps({{'response': r['response']}}), flush=True)\n")
    process = started(home, "run", "--", child)
    process.stdin.write(jsonl(*[{"prompt": f"q{n}"} for n in range(50)]).encode())
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    process.stdin.write(b'{"prompt":"more"}\n')
    process.stdin.flush()
    try:
        equal(process.wait(30), 0)  # its input is still open
    finally:
        process.kill()


@test
def what_a_command_leaves_unanswered_is_an_error_with_its_exit_status(home):
    result = cache(home, "run", "--", "cat", stdin=jsonl(*QUESTIONS), code=3)
    for one in records(result):
        equal((one["error"]["fault"], one["error"]["status"]), ("provider", 0))
        expect("without an answer" in one["error"]["message"], one)
    equal(entries(home), [])


@test
def a_spent_budget_leaves_records_as_they_came(home):
    child = script(home, "spent.py", f"for n, l in enumerate(sys.stdin):\n    r = json.loads(l)\n    if n == 0: {ANSWER}\n    print(json.dumps(r), flush=True)\nsys.exit(6)\n")
    given = '{"prompt":"a"}\n{"prompt" : "b", "n":1.10}\n{"prompt":"c"}\n'
    result = cache(home, "run", "--", child, stdin=given, code=6)
    equal(records(result)[0]["response"]["text"], "A")
    equal(result.text.splitlines()[1:], given.splitlines()[1:])
    equal(len(entries(home)), 1)


@test
def a_command_that_gives_the_response_alone_costs_no_member(home):
    child = script(home, "bare.py", "for l in sys.stdin:\n    n = json.loads(l)['cache']['n']; print(json.dumps({'cache': {'n': n}, 'response': {'text': 'x'}, 'route': {'tier': 'a'}, 'mine': 2, 'prompt': 'other'}), flush=True)\n")
    given = '{"mine": 1.10, "prompt":"a", "mine":1.20}\n'
    missed = cache(home, "run", "--", child, stdin=given).text
    (one,) = records(cache(home, "run", "--", child, stdin=given))
    expect(missed.startswith('{"mine": 1.10, "prompt":"a", "mine":1.20'), missed)
    (was,) = [json.loads(missed)]
    equal(was.pop("route"), {"tier": "a"}, "what is new comes along")
    for record in (was, one):
        record.pop("cache")
    equal(one, was)


@test
def a_fresh_answer_leaves_the_record_as_a_known_one_does(home):
    given = '{"q": 1.10, "mine":[1]}\n'
    flags = ("run", "--", tool("llm-ask"), "-m", MODEL, "-t", "say {{q}}", "-s", "briefly", "-o", "temperature", "0")
    fresh, known = (records(cache(home, *flags, stdin=given))[0] for _ in range(2))
    equal([hit(fresh), hit(known)], [None, "exact"])
    equal(sorted(fresh), ["cache", "mine", "q", "response"])
    equal(sorted(known), sorted(fresh))
    equal(known["response"], fresh["response"])


@test
def a_store_without_room_loses_no_answer_of_a_command(home):
    small = home.path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True).returncode != 0:
        raise Unavailable("no small file system can be mounted here (needs root)")
    try:
        child = script(home, "big.py", "for l in sys.stdin: r = json.loads(l); r['response'] = {'text': 'y' * 4000}; print(json.dumps(r), flush=True)\n")
        flags = ("run", "--store", str(small / "c.db"), "--as", "x", "--", child)
        result = cache(home, *flags, stdin=jsonl(*[{"id": n, "prompt": f"q{n}"} for n in range(1000)]), code=5)
        out = records(result)
        equal([one["id"] for one in out if one["response"]["text"] == "y" * 4000], list(range(1000)))
        equal(result.words.count("without being stored"), 1, result.words)
        cache(home, "verify", "--store", str(small / "c.db"))
        subprocess.run(["mount", "-o", "remount,ro", small], check=True)
        result = cache(home, *flags, stdin=jsonl({"prompt": "new"}, {"prompt": "newer"}), code=5)
        equal([one["response"]["text"] for one in records(result)], ["y" * 4000] * 2)
        expect("read-only" in result.words, result.words)
    finally:
        subprocess.run(["umount", small], check=True)


@test
def a_run_waits_for_what_another_one_is_asking(home):
    gate = home.path / "gate"
    child = script(home, "slow.py", f"""
import time
for line in sys.stdin:
    r = json.loads(line)
    with open(os.environ["HOME"] + "/asked", "a") as f: f.write(r["prompt"] + "\\n")
    while r["prompt"] == "a" and not os.path.exists({str(gate)!r}): time.sleep(0.01)
    r["response"] = {{"text": r["prompt"].upper()}}
    print(json.dumps(r), flush=True)
""")
    first = started(home, "run", "--wait", "1m", "--as", "x", "--", child, stdin=jsonl({"prompt": "a"}))
    until(lambda: asked(home) == ["a"])
    second = started(home, "run", "--wait", "1m", "--explain", "--as", "x", "--", child, stdin=jsonl({"prompt": "a"}, {"prompt": "b"}))
    line_with(second.stderr, "another process is at it")
    gate.touch()
    for process in (first, second):
        process.wait(30)
    equal([hit(json.loads(line)) for line in second.stdout], ["exact", None])
    equal(sorted(asked(home)), ["a", "b"])


@test
def a_command_that_waits_for_its_end_of_input_is_not_held_up_by_a_record_that_waits(home):
    child = script(home, "all.py", f"""
given = [json.loads(l) for l in sys.stdin]
with open(os.environ["HOME"] + "/asked", "a") as f: f.write(" ".join(r["prompt"] for r in given) + "\\n")
for r in given:
    {ANSWER}
    print(json.dumps(r))
""")
    # Somebody has the lease of "a", and never answers.
    other = started(home, "run", "--as", "x", "--lease", "1m", "--", script(home, "mute.py", "sys.stdin.read()\n"))
    other.stdin.write(jsonl({"prompt": "a"}).encode())
    other.stdin.flush()
    until(lambda: leases(home))
    run = started(home, "run", "--wait", "1m", "--lease", "1m", "--explain", "--as", "x", "--", child)
    for line in ({"prompt": "b"}, {"prompt": "a"}):
        run.stdin.write(jsonl(line).encode())
        run.stdin.flush()
    try:
        line_with(run.stderr, "another process is at it")
        run.stdin.close()
        until(lambda: asked(home) == ["b"])  # "b" is answered while "a" is waited for
        equal(run.poll(), None)
        other.kill()
        # A failure is no answer, but it gives the lease back: "a" goes to a second process of the command.
        key = leases(home)[0]
        cache(home, "put", stdin=jsonl({"prompt": "a", "cache": {"hit": None, "key": key}, "error": {"fault": "timeout", "message": "x"}}), code=3)
        out = [json.loads(line) for line in run.stdout]
        equal([one["response"]["text"] for one in out], ["B", "A"])
        equal(run.wait(30), 0)
        equal(asked(home), ["b", "a"])
    finally:
        for process in (other, run):
            process.kill()
            process.wait()


def leases(home):
    """The keys that somebody has leases on."""
    try:
        (path,) = (home.path / "cache").rglob("cache.db")
        with sqlite3.connect(path) as db:
            return [name for (name,) in db.execute("SELECT name FROM lease")]
    except (ValueError, sqlite3.OperationalError):  # not there yet
        return []


@test
def as_many_equal_records_go_out_as_answers_are_wanted(home):
    child = script(home, "count.py", ECHO)
    flags = ("run", "--samples", "3", "--as", "x", "--", child)
    out = records(cache(home, *flags, stdin=jsonl(*[{"prompt": "a"}] * 5)))
    equal([one["response"]["text"] for one in out], ["A"] * 5)
    equal(asked(home), ["a"] * 3)
    equal(len(entries(home)), 3)
    out = records(cache(home, *flags, stdin=jsonl(*[{"prompt": "a"}] * 5)))
    equal([hit(one) for one in out], ["exact"] * 5)
    cache(home, *flags, stdin=jsonl(*[{"prompt": "cold", "options": {"temperature": 0}}] * 5))
    equal(asked(home), ["a"] * 3 + ["cold"])


@test
def sigterm_reaches_the_command(home):
    child = script(home, "term.py", f"""
import signal
def end(*_):
    open(os.environ["HOME"] + "/told", "w").close()
    sys.exit(143)
signal.signal(signal.SIGTERM, end)
line = sys.stdin.readline()
open(os.environ["HOME"] + "/begun", "w").close()
signal.pause()
""")
    process = started(home, "run", "--", child)
    try:
        process.stdin.write(jsonl({"prompt": "a"}).encode())
        process.stdin.flush()
        until((home.path / "begun").exists)
        process.send_signal(signal.SIGTERM)
        equal(process.wait(30), 143)
        expect((home.path / "told").exists())
    finally:
        process.kill()
        process.wait()


@test
def a_run_that_was_told_to_end_asks_nothing_it_was_still_waiting_for(home):
    child = script(home, "echo.py", ECHO)
    flags = ("run", "--as", "x", "--lease", "1m")
    other = started(home, *flags, "--", script(home, "mute.py", "sys.stdin.read()\n"))
    other.stdin.write(jsonl({"prompt": "a"}).encode())
    other.stdin.flush()
    until(lambda: leases(home))
    run = started(home, *flags, "--wait", "1m", "--explain", "--", child, stdin='{"prompt" : "a"}\n')
    try:
        line_with(run.stderr, "another process is at it")
        run.send_signal(signal.SIGTERM)
        equal(run.wait(30), 143)
        equal(run.stdout.read(), b'{"prompt" : "a"}\n')
        equal(asked(home), [])
    finally:
        for process in (other, run):
            process.kill()
            process.wait()


@test
def words_that_name_odd_files_are_words(home):
    child = script(home, "echo.py", ECHO)
    one = '{"prompt":"a"}\n'
    for word in ("/proc/self/mem", "/proc/kmsg", "/dev/null", str(home.path)):
        cache(home, "run", "--", child, word, stdin=one)
    equal(len(asked(home)), 4)


@test
def a_large_file_among_the_words_takes_no_memory(home):
    child = script(home, "echo.py", ECHO)
    big = home.path / "big"
    with open(big, "wb") as file:
        file.truncate(600 << 20)
    limited = f'ulimit -v 400000; echo \'{{"prompt":"a"}}\' | "{tool("llm-cache")}" run -- "{child}" big'
    for text in (b"", b"x", b"x"):
        with open(big, "r+b") as file:
            file.seek(500 << 20)
            file.write(text)
        done = subprocess.run(["/bin/sh", "-c", limited], env=home.env, cwd=home.path, capture_output=True)
        equal(done.returncode, 0, done.stderr.decode())
    equal(len(asked(home)), 2, "the end of it counts too")


@test
def members_that_are_ignored_do_not_count(home):
    child = script(home, "echo.py", ECHO)
    for n in range(3):
        cache(home, "run", "--ignore", "ts,user", "--ignore", "seq", "--", child, stdin=jsonl({"prompt": "a", "ts": n, "user": f"u{n}", "seq": n}))
    equal(asked(home), ["a"])
    cache(home, "run", "--ignore", "ts", "--", child, stdin=jsonl({"prompt": "a", "ts": 1, "user": "v"}))
    equal(asked(home), ["a", "a"])


def similar(home, *flags, **record):
    child = script(home, "echo.py", "for l in sys.stdin: r = json.loads(l); r['response'] = {'text': 'x'}; print(json.dumps(r), flush=True)\n")
    (one,) = records(cache(home, "run", "--semantic", "0.6", *flags, "--", child, stdin=jsonl(record)))
    return one


@test
def a_run_finds_by_what_a_template_inserts_and_by_what_was_chosen(home):
    form = ("-t", "Answer the customer kindly: {{text}}")
    similar(home, *form, text="How do I reset my password?", lang="en")
    equal(hit(similar(home, *form, text="How can I reset my password", lang="en")), "semantic")
    equal(hit(similar(home, *form, text="How can I reset my password", lang="de")), None, "other members count")
    chosen = ("--namespace", "chosen", "--on", ".q")
    similar(home, *chosen, q="How do I reset my password?", shop=1)
    equal(hit(similar(home, *chosen, q="How can I reset my password", shop=1)), "semantic", "without a prompt")
    equal(hit(similar(home, *chosen, q="How can I reset my password", shop=2)), None)
    deep = ("--namespace", "deep", "--on", ".ticket.text")
    similar(home, *deep, ticket={"text": "How do I reset my password?", "kind": "k"})
    equal(hit(similar(home, *deep, ticket={"text": "How can I reset my password", "kind": "k"})), "semantic")
    equal(hit(similar(home, *deep, ticket={"text": "How could I reset my password", "kind": "l"})), None)
