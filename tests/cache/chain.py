"""llm-cache run: a command's answers go back into their places, whatever the command does."""

import json
import subprocess
import time

from tools import MODEL, cache, entries, equal, expect, get, hit, jsonl, records, run, script, test, tool

ECHO = """
for line in sys.stdin:
    r = json.loads(line)
    r["response"] = {"text": r["prompt"].upper(), "finish": "stop"}
    print(json.dumps(r), flush=True)
    with open(os.environ["HOME"] + "/asked", "a") as f: f.write(r["prompt"] + "\\n")
"""


def asked(home):
    path = home.path / "asked"
    return path.read_text().split("\n")[:-1] if path.exists() else []


@test
def only_misses_reach_the_command(home):
    child = script(home, "echo.py", ECHO)
    given = jsonl(*[{"prompt": f"q{n}"} for n in range(20)])
    first = records(cache(home, "run", "--", child, stdin=given))
    equal([one["response"]["text"] for one in first], [f"Q{n}" for n in range(20)])
    more = jsonl(*[{"prompt": f"q{n}"} for n in range(10, 30)])
    second = records(cache(home, "run", "--", child, stdin=more))
    equal([one["response"]["text"] for one in second], [f"Q{n}" for n in range(10, 30)])
    equal([hit(one) for one in second], ["exact"] * 10 + [None] * 10)
    equal(asked(home), [f"q{n}" for n in range(30)])
    expect(all("n" not in one["cache"] for one in second), second)


@test
def nothing_is_started_where_everything_is_known(home):
    child = script(home, "echo.py", ECHO)
    cache(home, "run", "--as", "x", "--", child, stdin='{"prompt":"a"}\n')
    (one,) = records(cache(home, "run", "--as", "x", "--", "/nonexistent", stdin='{"prompt":"a"}\n'))
    equal(one["response"]["text"], "A")


@test
def equal_records_of_one_stream_go_out_once(home):
    child = script(home, "slow.py", "time.sleep(0.2)\n" + ECHO)
    out = records(cache(home, "run", "--", child, stdin=jsonl(*[{"id": n, "prompt": "same"} for n in range(50)])))
    equal([one["id"] for one in out], list(range(50)))
    equal({one["response"]["text"] for one in out}, {"SAME"})
    equal(asked(home), ["same"])


@test
def the_command_s_words_and_files_belong_to_the_key(home):
    child = script(home, "echo.py", ECHO)
    note = home.path / "note.txt"
    note.write_text("one")
    one = '{"prompt":"a"}\n'
    cache(home, "run", "--", child, str(note), stdin=one)
    cache(home, "run", "--", child, str(note), stdin=one)
    equal(len(asked(home)), 1)
    note.write_text("two")
    cache(home, "run", "--", child, str(note), stdin=one)
    equal(len(asked(home)), 2, "another content")
    cache(home, "run", "--", child, str(note), "--flag", stdin=one)
    equal(len(asked(home)), 3, "other words")
    for n, word in enumerate((f"--file={note}", f"-f{note}", f"-vf{note}")):
        for content in ("three", "four"):
            note.write_text(content)
            cache(home, "run", "--", child, word, stdin=one)
        equal(len(asked(home)), 5 + 2 * n, word)


@test
def every_member_counts_for_a_command_but_the_id(home):
    child = script(home, "echo.py", ECHO)
    for record in ({"prompt": "a", "lang": "de"}, {"prompt": "a", "lang": "fr"}, {"id": 1, "prompt": "a", "lang": "de"}):
        cache(home, "run", "--", child, stdin=jsonl(record))
    equal(len(asked(home)), 2)
    big = '{"prompt":"a","n":12345678901234567890123}\n{"prompt":"a","n":12345678901234567890124}\n'
    cache(home, "run", "--", child, stdin=big)
    equal(len(asked(home)), 4, "digits beyond a double tell apart")
    for n, (name, value) in enumerate({"expect": ["x"], "reference": "x", "raw": "x", "guard": {"x": 1}, "route": {"x": 1}, "eval": {"x": 1}, "context": [{"text": "x"}]}.items()):
        for other in ("x", "y"):
            cache(home, "run", "--", child, stdin=jsonl({"prompt": "a", name: value}).replace("x", other) if name != "expect" else jsonl({"prompt": "a", name: [{"type": "equals", "value": other}]}))
        equal(len(asked(home)), 6 + 2 * n, name)
    cache(home, "run", "--ignore", "route", "--", child, stdin=jsonl({"prompt": "b", "route": {"at": "x"}}, {"prompt": "b", "route": {"at": "y"}}))
    equal(len(asked(home)), 19)


@test
def attached_files_count_by_content_without_a_prompt_too(home):
    text = "for l in sys.stdin: r = json.loads(l); r['response'] = {'text': open(r['attachments'][0]['path']).read()}; print(json.dumps(r), flush=True)\n"
    child = script(home, "read.py", text)
    note = home.path / "note.txt"
    for content in ("one", "two", "two"):
        note.write_text(content)
        (one,) = records(cache(home, "run", "--", child, stdin=jsonl({"q": "a", "attachments": [{"path": str(note)}]})))
        equal(one["response"]["text"], content)
    equal(hit(one), "exact")


@test
def answers_are_matched_by_number_then_id_then_order(home):
    by_number = """
lines = [json.loads(l) for l in sys.stdin]
for r in reversed(lines):
    print(json.dumps({"cache": r["cache"], "response": {"text": r["prompt"].upper()}}))
"""
    by_id = """
lines = [json.loads(l) for l in sys.stdin]
for r in reversed(lines):
    print(json.dumps({"id": r["id"], "response": {"text": r["prompt"].upper()}}))
"""
    by_order = """
for l in sys.stdin:
    print(json.dumps({"response": {"text": json.loads(l)["prompt"].upper()}}))
"""
    given = jsonl(*[{"id": n, "prompt": f"q{n}"} for n in range(5)])
    for name, text in (("number", by_number), ("id", by_id), ("order", by_order)):
        out = records(cache(home, "run", "--", script(home, name, text), stdin=given))
        equal([one["response"]["text"] for one in out], [f"Q{n}" for n in range(5)], name)


@test
def a_command_that_reads_everything_before_it_answers_does_not_hang(home):
    child = script(home, "tac.py", "for l in reversed(sys.stdin.readlines()): r = json.loads(l); r['response'] = {'text': r['prompt'] + '!' * 500}; print(json.dumps(r))\n")
    given = jsonl(*[{"prompt": f"q{n} " + "x" * 500} for n in range(5000)])
    out = records(cache(home, "run", "--", child, stdin=given))
    equal([one["prompt"].split()[0] for one in out], [f"q{n}" for n in range(5000)])


@test
def a_command_that_writes_more_than_it_reads_does_not_hang(home):
    child = script(home, "wide.py", "for l in sys.stdin: r = json.loads(l); r['response'] = {'text': 'y' * 200000}; print(json.dumps(r), flush=True)\n")
    given = jsonl(*[{"prompt": f"q{n} " + "x" * 5000} for n in range(100)])
    equal(len(records(cache(home, "run", "--", child, stdin=given))), 100)


@test
def the_records_flow_while_the_input_is_open(home):
    child = script(home, "echo.py", ECHO)
    process = subprocess.Popen([tool("llm-cache"), "run", "--", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=home.env)
    try:
        for n in range(3):
            process.stdin.write(jsonl({"prompt": f"q{n}"}).encode())
            process.stdin.flush()
            equal(json.loads(process.stdout.readline())["response"]["text"], f"Q{n}")
    finally:
        process.stdin.close()
        equal(process.wait(10), 0)


@test
def a_miss_without_answer_becomes_an_error_with_the_exit_status(home):
    child = script(home, "half.py", "r = json.loads(sys.stdin.readline()); r['response'] = {'text': 'x'}; print(json.dumps(r), flush=True); sys.exit(9)\n")
    out = records(cache(home, "run", "--", child, stdin=jsonl({"prompt": "a"}, {"prompt": "b"}, {"prompt": "b"}), code=3))
    equal(out[0]["response"]["text"], "x")
    for one in out[1:]:
        equal((one["error"]["fault"], one["error"]["status"]), ("provider", 9))
    equal(len(entries(home)), 1)


@test
def the_command_s_own_errors_stand_as_they_are_and_are_not_stored(home):
    child = script(home, "err.py", "for l in sys.stdin: r = json.loads(l); r['error'] = {'tool': 'me', 'fault': 'rate_limit', 'message': 'slow', 'status': 429}; print(json.dumps(r))\n")
    (one,) = records(cache(home, "run", "--", child, stdin='{"prompt":"a"}\n', code=3))
    equal((one["error"]["tool"], one["error"]["status"]), ("me", 429))
    equal(entries(home), [])


@test
def lines_that_are_no_records_and_lines_too_many_do_no_harm(home):
    child = script(home, "bad.py", "sys.stdin.readline(); print('not json'); print('{\"more\":1}')\n")
    result = cache(home, "run", "--", child, stdin='{"prompt":"a"}\n', code=3)
    (one,) = records(result)
    equal(one["error"]["fault"], "provider")
    expect("more lines than it was given" in result.words, result.words)


@test
def streaming_goes_through_under_the_record_s_own_id(home):
    given = jsonl({"prompt": "known"}, {"prompt": "one two three"}, {"id": "mine", "prompt": "four five"})
    child = ["llm-ask", "-m", MODEL, "--stream"]
    child[0] = str(tool("llm-ask"))
    cache(home, "run", "--", *child, stdin='{"prompt":"known"}\n')
    lines = records(cache(home, "run", "--", *child, stdin=given))
    deltas = {}
    for one in lines:
        if set(one) == {"id", "delta"}:
            deltas[one["id"]] = deltas.get(one["id"], "") + one["delta"]
    equal(deltas, {"line-2": "one two three", "mine": "four five"})
    whole = [one for one in lines if "prompt" in one]
    equal([one.get("id") for one in whole], [None, "line-2", "mine"])


@test
def a_chain_asks_only_what_is_not_known(home):
    env = {**home.env, "PATH": f"{tool('llm-cache').parent}:{tool('llm-ask').parent}:{home.env['PATH']}"}
    (home.path / "in").write_text(jsonl(*[{"id": n, "prompt": f"q{n % 7}"} for n in range(20)]))
    chain = f"llm-cache get -m {MODEL} < in | llm-ask | llm-cache put"
    first = run("/bin/sh", ["-c", chain], env=env, cwd=home.path)
    equal(first.code, 0, first.words)
    second = run("/bin/sh", ["-c", chain], env=env, cwd=home.path)
    equal([hit(one) for one in records(second)], ["exact"] * 20)
    equal(len(entries(home)), 7)


@test
def what_llm_ask_makes_of_an_answer_or_leaves_out_is_not_stored_under_the_plain_key(home):
    given = {"prompt": "q", "context": [{"text": "passage"}]}
    for looked, asking, stored in (((), ("-x",), 0), ((), ("--no-context",), 0), (("--no-context",), (), 0), (("--no-context",), ("--no-context",), 1), ((), (), 2)):
        found = cache(home, "get", "-m", MODEL, *looked, stdin=jsonl(given))
        answered = home.run("llm-ask", *asking, stdin=found.out)
        equal(records(answered)[0]["cache"]["key"] is None, stored == 0, (looked, asking))
        equal("will not be stored" in answered.words, stored == 0, answered.words)
        cache(home, "put", stdin=answered.out)
        equal(len(entries(home)), stored, (looked, asking))


@test
def one_process_waits_for_the_other_s_answer(home):
    (one,) = get(home, "q")  # it has the lease now
    waiting = subprocess.Popen(
        [tool("llm-cache"), "get", "--wait", "30s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=home.env
    )
    waiting.stdin.write(jsonl({"prompt": "other", "model": MODEL}, {"prompt": "q", "model": MODEL}).encode())
    waiting.stdin.close()
    equal(json.loads(waiting.stdout.readline())["cache"]["hit"], None, "what stands before is written before the wait")
    one["response"] = {"text": "a", "finish": "stop"}
    began = time.monotonic()
    cache(home, "put", stdin=jsonl(one))
    equal(json.loads(waiting.stdout.readline())["cache"]["hit"], "exact")
    equal(waiting.wait(), 0)
    expect(time.monotonic() - began < 20)


@test
def a_failed_answer_ends_the_wait(home):
    (one,) = get(home, "q")
    one["error"] = {"fault": "timeout", "message": "late"}
    cache(home, "put", stdin=jsonl(one), code=3)
    began = time.monotonic()
    (other,) = get(home, "q", flags=["--wait", "50s"])
    equal(hit(other), None)
    expect(time.monotonic() - began < 40, "the lease was given back")


@test
def a_lease_runs_out_by_itself_and_is_never_waited_for_in_its_own_stream(home):
    get(home, "q", flags=["--lease", "300ms"])
    (one,) = get(home, "q", flags=["--wait", "50s"])
    equal(hit(one), None)
    out = get(home, "z", "z", "z", flags=["--wait", "50s"])
    equal([hit(one) for one in out], [None] * 3)
