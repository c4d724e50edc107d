"""How a run lives and ends: flushing, closed pipes, signals, --resume (llm-record(5))."""

import json
import os
import shlex
import signal
import subprocess
import time

import home as homes
from home import tool
from harness import ANSWER, Running, ask, equal, expect, for_each, jsonl, records, test, until, url


@test
def a_line_is_answered_before_the_next_is_written(w):  # rule 8
    with w.at("echo") as (home, _), Running(home, "-m", "p/any") as run:
        for n in range(3):
            run.write(jsonl({"id": n, "prompt": f"p{n}"}))
            one = json.loads(run.line())
            equal((one["id"], one["response"]["text"]), (n, f"p{n}"))
        run.write('{"id":"passes","response":{"text":"had"}}\n')
        equal(json.loads(run.line())["id"], "passes")
        run.end_input()
        equal(run.rest(), (0, b""))


@test
def half_a_line_waits_for_its_other_half(w):
    with w.home() as home, Running(home, "-m", "builtin/echo") as run:
        run.write('{"id":1,"pro')
        time.sleep(0.3)
        run.write('mpt":"x"}\n{"id":2')
        equal(json.loads(run.line())["response"]["text"], "x")
        run.end_input()
        (line,) = run.rest()[1].splitlines()
        expect("error" in json.loads(line) and json.loads(line)["error"]["line"] == 2, line)


@test
def deltas_are_flushed_as_they_come(w):
    with w.home() as home:
        home.provider("p", "openai", url(w, "silence-mid-stream"))
        with Running(home, "-m", "p/any", "--stream") as run:
            run.write(jsonl({"id": 1, "prompt": "x"}))
            equal(json.loads(run.line())["id"], 1, "though the rest never comes")
        with Running(home, "-m", "p/any", "hello", stdin=subprocess.DEVNULL) as run:
            got = os.read(run.process.stdout.fileno(), 100)
            expect(got, "the beginning of the text")


@test
def when_nobody_reads_any_more_no_call_is_begun(w):  # rule 9
    with w.at("slow:150") as (home, tagged):
        given = jsonl(*({"id": n, "prompt": "x"} for n in range(2000)))
        done = subprocess.run(
            f"{homes.tool('llm-ask')} -m p/any --jobs 4 2>errors | head -1; echo ${{PIPESTATUS[0]}}",
            shell=True,
            executable="/bin/bash",
            input=given.encode(),
            env=home.env,
            cwd=home.path,
            capture_output=True,
            timeout=120,
        )
        line, code = done.stdout.splitlines()
        equal(json.loads(line)["id"], 0)
        equal(code, b"0", "and it is no failure")
        equal((home.path / "errors").read_bytes(), b"", "quietly")
        expect(w.count(tagged) <= 24, f"{w.count(tagged)} requests for one line")


@test
def a_reader_that_goes_while_records_only_wait_is_noticed(w):
    with w.at("silence") as (home, tagged):
        with Running(home, "-m", "p/any") as run:
            run.write(jsonl({"id": 1, "prompt": "x"}))
            until(lambda: w.count(tagged) == 1, "the call is begun")
            run.process.stdout.close()
            run.process.stdout = None
            equal(run.process.wait(60), 0)
        with Running(home, "-m", "p/any", "hello", stdin=subprocess.DEVNULL) as run:
            until(lambda: w.count(tagged) == 2, "the call is begun")
            run.process.stdout.close()
            run.process.stdout = None
            equal(run.process.wait(60), 0)


@test
def a_full_disk_is_an_io_failure(w):
    with w.home() as home:
        with Running(home, "-m", "builtin/echo", stdout=open("/dev/full", "wb")) as run:
            run.write(jsonl({"prompt": "x"}))
            run.end_input()
            equal(run.process.wait(60), 5)
            expect("space" in run.words, run.words)


@test
def words_that_nobody_can_read_cost_no_answer(w):
    for flags in (("-u",), ("--explain",), ("--resume", "done")):
        with w.at("echo") as (home, tagged):
            given = jsonl(*({"id": n, "prompt": "x"} for n in range(3)))
            for broken in ("2>/dev/full", "2>&-"):
                command = f"{shlex.quote(str(tool('llm-ask')))} -m p/any --again {' '.join(flags)} {broken}"
                done = subprocess.run(["sh", "-c", command], input=given.encode(), stdout=subprocess.PIPE, env=home.env, cwd=home.path, timeout=120)
                equal(done.returncode, 0, command)
                equal([json.loads(line)["response"]["text"] for line in done.stdout.splitlines()], ["x"] * 3, command)


@test
def a_closed_descriptor_is_told_of_and_never_taken_for_another(w):
    with w.home() as home:
        for closed, word in ((">&-", "standard output"), ("<&-", "standard input")):
            command = f"{shlex.quote(str(tool('llm-ask')))} -m builtin/echo {closed}"
            done = subprocess.run(["sh", "-c", command], input=b'{"prompt":"x"}\n', stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home.env, cwd=home.path, timeout=120)
            equal(done.returncode, 5, command)
            expect(word in done.stderr.decode() and "descriptor" in done.stderr.decode(), done.stderr)


@for_each(("SIGINT", signal.SIGINT, 130), ("SIGTERM", signal.SIGTERM, 143))
def the_first_signal_finishes_what_is_in_flight_and_begins_nothing(w, _, number, code):  # rule 11
    with w.at("slow:1500") as (home, tagged), Running(home, "-m", "p/any", "--jobs", 3) as run:
        run.write(jsonl(*({"id": n, "prompt": f"p{n}"} for n in range(10))))
        until(lambda: w.count(tagged) == 3, "three calls in flight")
        run.signal(number)
        got, out = run.rest()
        equal(got, code)
        equal([json.loads(line)["response"]["text"] for line in out.splitlines()], ["p0", "p1", "p2"])
        equal(w.count(tagged), 3)


@for_each(("SIGINT", signal.SIGINT, 130), ("SIGTERM", signal.SIGTERM, 143))
def the_second_signal_stops_at_once(w, _, number, code):
    with w.at("silence") as (home, tagged), Running(home, "-m", "p/any", "--jobs", 3) as run:
        run.write('{"id":"had","response":{"text":"x"}}\n' + jsonl(*({"id": n, "prompt": "x"} for n in range(10))))
        until(lambda: w.count(tagged) == 3, "three calls in flight")
        run.signal(number)
        time.sleep(0.5)
        expect(run.process.poll() is None, "the first one waits for them")
        run.signal(number)
        got, out = run.rest()
        equal(got, code)
        equal([json.loads(line)["id"] for line in out.splitlines()], ["had"], "what was done is kept")


@test
def what_is_answered_behind_a_record_that_is_broken_off_is_kept(w):
    with w.home() as home:
        stuck, fine = w.tagged("silence"), w.tagged("echo")
        home.provider("stuck", "openai", url(w, stuck))
        home.provider("p", "openai", url(w, fine))
        given = jsonl({"id": 0, "model": "stuck/any", "prompt": "x"}, *({"id": n, "model": "p/any", "prompt": "x"} for n in (1, 2, 3)))
        with Running(home, "--jobs", 4, "--resume", "done") as run:
            run.write(given)
            until(lambda: (home.path / "done").is_file() and (home.path / "done").read_bytes().count(b'"record"') == 3, "three are answered")
            until(lambda: w.count(stuck) == 1, "the first is in flight")
            until(lambda: run.process.poll() is not None or run.signal(signal.SIGTERM), "the second one is seen")
            code, out = run.rest()
            equal(code, 143)
            equal([json.loads(line)["id"] for line in out.splitlines()], [1, 2, 3])
            expect("4 records: 3 answered, 1 broken off" in run.words, run.words)


@test
def an_idle_run_ends_at_the_first_signal(w):
    with w.home() as home, Running(home, "-m", "builtin/echo") as run:
        run.write(jsonl({"prompt": "x"}))
        run.line()
        run.signal(signal.SIGTERM)
        equal(run.rest(), (143, b""))


@test
def a_signal_ends_one_prompt_at_once(w):
    with w.at("silence") as (home, tagged):
        with Running(home, "-m", "p/any", "hello", stdin=subprocess.DEVNULL) as run:
            until(lambda: w.count(tagged) == 1, "the call is begun")
            run.signal(signal.SIGINT)
            equal(run.rest(), (130, b""))


@test
def a_signal_during_a_pause_before_another_attempt_begins_none(w):
    with w.at("429-seconds:30") as (home, tagged), Running(home, "-m", "p/any") as run:
        run.write(jsonl({"id": 1, "prompt": "x"}))
        until(lambda: w.count(tagged) == 1, "the first attempt")
        time.sleep(0.3)
        run.signal(signal.SIGTERM)
        code, out = run.rest(patience=25)
        equal(code, 143)
        equal(w.count(tagged), 1)
        equal(json.loads(out)["error"]["fault"], "rate_limit", "no record is lost")


@test
def resume_reads_back_what_is_done_and_asks_for_the_rest(w):
    with w.at("echo") as (home, tagged):
        given = [{"id": n, "prompt": f"p{n}"} for n in range(6)]
        first = ask(home, "-m", "p/any", "--resume", "done", stdin=jsonl(*given[:4]))
        equal(w.count(tagged), 4)
        second = ask(home, "-m", "p/any", "--resume", "done", stdin=jsonl(*given))
        equal(w.count(tagged), 6)
        expect(second.out.startswith(first.out), "the finished ones to the letter")
        equal([one["id"] for one in records(second)], list(range(6)))
        equal(os.stat(home.path / "done").st_mode & 0o777, 0o600)
        ask(home, "-m", "p/other", "--resume", "done", stdin=jsonl(*given))
        equal(w.count(tagged), 12, "another model's answers are other answers")


@test
def resume_keeps_equal_lines_apart_and_tries_failures_again(w):
    with w.at("429-then-ok:1") as (home, tagged):
        given = jsonl(*[{"prompt": "same"}] * 3)
        first = ask(home, "-m", "p/any", "--jobs", 1, "--retries", 0, "--resume", "done", stdin=given, code=3)
        equal(["error" in one for one in records(first)], [True, False, False])
        second = ask(home, "-m", "p/any", "--jobs", 1, "--retries", 0, "--resume", "done", stdin=given)
        equal([one["response"]["text"] for one in records(second)], ["same"] * 3)
        equal(w.count(tagged), 4, "only the failure is asked again")


@test
def a_resume_file_in_use_or_of_another_kind_is_refused(w):
    with w.home() as home:
        with Running(home, "-m", "builtin/echo", "--resume", "done") as run:
            run.write(jsonl({"prompt": "x"}))
            run.line()
            result = ask(home, "-m", "builtin/echo", "--resume", "done", stdin=b"", code=5)
            expect("done" in result.words, result.words)
        (home.path / "precious.jsonl").write_text('{"mine": 1}\n')
        ask(home, "-m", "builtin/echo", "--resume", "precious.jsonl", stdin=jsonl({"prompt": "x"}), code=2)
        equal((home.path / "precious.jsonl").read_text(), '{"mine": 1}\n')
        (home.path / "notes.txt").write_text("my only notes\n")
        ask(home, "-m", "builtin/echo", "--resume", "notes.txt", stdin=jsonl({"prompt": "x"}), code=2)
        equal((home.path / "notes.txt").read_text(), "my only notes\n", "a file of another kind is never written to")
        # the input itself, whose lines even begin like entries
        given = '{"key":"a1","prompt":"one"}\n{"key":"a2","prompt":"two"}\n'
        (home.path / "in.jsonl").write_text(given)
        with open(home.path / "in.jsonl", "rb") as stdin:
            done = subprocess.run([homes.tool("llm-ask"), "-m", "builtin/echo", "--resume", "in.jsonl"], stdin=stdin, capture_output=True, env=home.env, cwd=home.path)
        equal((done.returncode, (home.path / "in.jsonl").read_text()), (2, given), done.stderr)
        for name in ("in.jsonl", "copy.jsonl"):
            (home.path / name).write_text(given)
            result = ask(home, "-m", "builtin/echo", "--resume", name, stdin=given, code=2)
            expect(name in result.words, result.words)
            equal((home.path / name).read_text(), given)
        with open(home.path / "out", "ab") as out:
            done = subprocess.run([homes.tool("llm-ask"), "-m", "builtin/echo", "--resume", "out"], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, env=home.env, cwd=home.path)
        equal((done.returncode, (home.path / "out").read_bytes()), (2, b""), done.stderr)


@test
def a_damaged_line_of_a_resume_file_costs_itself_and_is_told_once(w):
    with w.at("echo") as (home, tagged):
        given = jsonl(*({"id": n, "prompt": f"p{n}"} for n in range(5)))
        first = ask(home, "-m", "p/any", "-j", 1, "--resume", "done", stdin=given)
        lines = (home.path / "done").read_bytes().splitlines(keepends=True)
        (home.path / "done").write_bytes(b"".join(lines[:2]) + lines[2].replace(b"p1", b"\x01\x01", 1) + b"".join(lines[3:])[:-20])
        second = ask(home, "-m", "p/any", "-j", 1, "--resume", "done", stdin=given)
        equal([one["response"]["text"] for one in records(second)], [f"p{n}" for n in range(5)])
        equal(w.count(tagged), 7, "the damaged one and the cut one")
        equal(second.words.count("1 line cannot be read"), 1, second.words)
        equal(first.out.splitlines()[2], second.out.splitlines()[2])


@for_each(1, 4)
def killed_at_any_moment_nothing_acknowledged_is_lost_or_asked_twice(w, jobs):
    with w.at("echo") as (home, tagged):
        given = jsonl(*({"id": n, "prompt": f"p{n}"} for n in range(120)))
        acknowledged = {}  # id: its line on stdout
        times = {}  # its prompt: how often it had been asked when it was on stdout
        code = None
        for attempt in range(1, 30):
            with Running(home, "-m", "p/any", "--jobs", jobs, "--resume", "done") as run:
                run.write(given)
                run.end_input()
                seen = 0
                while (line := run.line()).endswith(b"\n"):
                    ident = json.loads(line)["id"]
                    equal(acknowledged.setdefault(ident, line), line, "it comes back to the letter")
                    if (seen := seen + 1) == 13 * attempt:
                        run.signal(signal.SIGKILL)
                code = run.process.wait(60)
            asked = [one["body"]["messages"][0]["content"] for one in w.requests(tagged)]
            for prompt, before in times.items():
                equal(asked.count(prompt), before, f"{prompt} was asked again after it was on stdout")
            times = {f"p{ident}": asked.count(f"p{ident}") for ident in acknowledged}
            if code == 0:
                break
        equal(code, 0, "it comes to its end")
        equal(sorted(acknowledged), list(range(120)), "no record is lost")


@test
def sigpipe_is_no_way_to_die_in_a_chain(w):
    with w.at("ok") as (home, tagged):
        tool = homes.tool("llm-ask")
        done = subprocess.run(
            f"set -o pipefail; {tool} -m p/any | {tool} -m p/any --again | {tool} -r",
            shell=True,
            executable="/bin/bash",
            input=jsonl({"prompt": "x"}, {"prompt": "y"}).encode(),
            env=home.env,
            cwd=home.path,
            capture_output=True,
            timeout=120,
        )
        equal((done.returncode, done.stdout.decode()), (0, f"{ANSWER}\n{ANSWER}\n"), done.stderr)
        equal(w.count(tagged), 4)
