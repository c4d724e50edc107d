"""How records flow (llm-record(5)): what passes, what is asked, in which order."""

import json
import os
import random
import threading
from pathlib import Path

from harness import ANSWER, FaultServer, Running, ask, deltas, equal, expect, for_each, jsonl, records, test, url, whole

ODD = b'{ "b":1.10,  "n":12345678901234567890123 , "b":2,\t"caf\\u00e9":"\\/", "prompt":"hi","z":[1, 2 ]  }'


@test
def what_a_record_holds_survives_in_its_place(w):  # rule 1
    with w.home() as home:
        result = ask(home, "-m", "builtin/echo", stdin=ODD + b"\n")
        expect(result.out.startswith(ODD[: ODD.index(b"2 ]") + 3]), result.out)
        expect(result.out.rstrip().endswith(b"}"), result.out)
        equal(records(result)[0]["response"]["text"], "hi")


@test
def a_record_with_an_error_passes_and_counts_as_failed(w):  # rule 2
    with w.at("ok") as (home, tagged):
        line = b'{"prompt":"x",  "error":{"tool":"llm-cache","fault":"io","message":"disk"} , "n":1.0}\n'
        result = ask(home, "-m", "p/any", stdin=line + b'{"prompt":"y"}\n', code=3)
        expect(result.out.startswith(line), result.out)
        equal(w.count(tagged), 1)
        budget = b'{"prompt":"x","error":{"fault":"budget","message":"spent"}}\n'
        equal(ask(home, "-m", "p/any", stdin=line + budget, code=6).out, line + budget)


@test
def a_null_error_and_a_null_response_are_absent(w):
    with w.home() as home:
        (one,) = records(ask(home, "-m", "builtin/echo", stdin=b'{"prompt":"x","error":null,"response":null}\n'))
        equal(one["response"]["text"], "x")


@test
def retry_failed_clears_the_error_and_asks(w):
    with w.at("ok") as (home, tagged):
        line = b'{"prompt":"x","error":{"fault":"timeout","message":"late"},"n":1.0}\n'
        result = ask(home, "-m", "p/any", "--retry-failed", stdin=line)
        (one,) = records(result)
        expect("error" not in one and one["response"]["text"] == ANSWER, one)
        expect(result.out.startswith(b'{"prompt":"x","n":1.0'), result.out)
        equal(w.count(tagged), 1)


@test
def a_record_with_a_response_passes_unless_asked_again(w):  # rule 3
    with w.at("ok") as (home, tagged):
        line = b'{"prompt":"x","response":{ "text" : "had" },"n":1.0}\n'
        equal(ask(home, "-m", "p/any", stdin=line).out, line)
        equal(w.count(tagged), 0)
        (one,) = records(ask(home, "-m", "p/any", "--again", stdin=line))
        equal(one["response"]["text"], ANSWER)
        equal(w.count(tagged), 1)


@for_each("json", "tool_calls")
def a_response_may_hold_other_things_than_text(w, member):
    with w.home() as home:
        line = jsonl({"prompt": "x", "response": {member: []}}).encode()
        equal(ask(home, "-m", "builtin/echo", stdin=line).out, line)


def slow_records(w, home, pauses):
    """A record for each pause in milliseconds, each to a provider that waits that long."""
    for pause in set(pauses):
        home.provider(f"slow{pause}", "openai", url(w, w.tagged(f"slow:{pause}")))
    return [{"id": n, "model": f"slow{pause}/any", "prompt": f"p{n}"} for n, pause in enumerate(pauses)]


@test
def order_is_kept_whatever_finishes_first(w):  # rule 4
    with w.home() as home:
        chance = random.Random(7)
        given = slow_records(w, home, [chance.choice((0, 20, 90, 300)) for _ in range(60)])
        given[10]["response"] = {"text": "had"}
        given[20]["error"] = {"fault": "io", "message": "x"}
        for jobs in (1, 7, 64):
            result = ask(home, "--jobs", jobs, stdin=jsonl(*given), code=3)
            out = records(result)
            equal([one["id"] for one in out], list(range(60)), f"--jobs {jobs}")
            answered = [one for one in out if one["id"] not in (10, 20)]
            expect(all(one["response"]["text"] == f"p{one['id']}" for one in answered), "each has its own answer")


@test
def unordered_records_come_as_soon_as_they_are_done(w):
    with w.home() as home:
        given = slow_records(w, home, [3000] + [0] * 9)
        result = ask(home, "--jobs", 10, "--unordered", stdin=jsonl(*given))
        out = [one["id"] for one in records(result)]
        equal(sorted(out), list(range(10)))
        equal(out[-1], 0, "the slow one is the last")


@test
def jobs_is_the_most_calls_in_flight(w):
    with w.home() as home:
        given = slow_records(w, home, [100] * 40)
        # a server of its own, because the peak is counted for a whole server
        with FaultServer() as faults:
            home.provider("own", "openai", faults.url("slow:100"))
            for one in given:
                one["model"] = "own/any"
            ask(home, "--jobs", 8, stdin=jsonl(*given))
            count = faults.count()
            equal(count["total"], 40)
            expect(2 <= count["peak"] <= 8, count)
            expect(count["connections"] <= 12, "connections are kept", count)


@test
def many_megabytes_behind_a_slow_record_wait_on_disk_not_in_memory(w):
    with w.home() as home:
        (slow,) = slow_records(w, home, [5000])
        filler = "f" * 1_000_000
        ready = [{"id": n, "response": {"text": "had"}, "filler": filler} for n in range(1, 151)]
        with Running(home, "--jobs", 4) as run:
            found = []
            reader = threading.Thread(target=lambda: found.append(run.process.stdout.read()))
            reader.start()
            run.write(jsonl(slow))
            for one in ready:
                run.write(jsonl(one))
            status = Path(f"/proc/{run.process.pid}/status").read_text()
            peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
            run.end_input()
            reader.join()
            code, out = run.process.wait(60), found[0]
        equal(code, 0)
        equal([json.loads(line)["id"] for line in out.splitlines()], list(range(151)))
        bound = 1_000_000 if os.environ.get("ASAN_OPTIONS") else 100_000
        expect(peak < bound, f"{peak} KiB resident for 150 MB behind one record")
        expect(not list((home.path / "tmp").iterdir()), "and nothing is left behind")


@test
def without_room_on_disk_no_more_is_read_than_memory_holds(w):
    with w.home(TMPDIR="/dev/null/none") as home:
        (slow,) = slow_records(w, home, [3000])
        ready = [{"id": n, "response": {"text": "had"}, "filler": "f" * 500_000} for n in range(1, 101)]
        with Running(home, "--jobs", 4) as run:
            found = []
            reader = threading.Thread(target=lambda: found.append(run.process.stdout.read()))
            reader.start()
            run.write(jsonl(slow, *ready))
            run.end_input()
            reader.join()
            code = run.process.wait(60)
            equal(run.words.count("TMPDIR"), 1, run.words)
        equal(code, 0)
        equal([json.loads(line)["id"] for line in found[0].splitlines()], list(range(101)))


@test
def the_same_holds_for_small_records_by_the_hundred_thousand(w):
    with w.home() as home:
        (slow,) = slow_records(w, home, [2000])
        ready = jsonl(*({"id": n, "response": {"text": "had"}} for n in range(1, 200_001)))
        result = ask(home, "--jobs", 4, stdin=jsonl(slow) + ready, timeout=300)
        equal(result.out.count(b"\n"), 200_001)
        expect(result.out.endswith(ready.encode()), "in order and untouched")


# --- --when (rule 5)


@test
def when_chooses_the_records_to_ask_for(w):
    with w.home() as home:
        given = b'{"prompt":"a","ask":true, "n":1.0}\n{"prompt":"b","ask":false, "n":1.0}\n{"prompt":"c","n":1.0}\n'
        result = ask(home, "-m", "builtin/echo", "--when", ".ask", stdin=given)
        lines = result.out.splitlines(keepends=True)
        equal(lines[1:], given.splitlines(keepends=True)[1:], "the others pass byte for byte")
        equal(json.loads(lines[0])["response"]["text"], "a")


@for_each(
    (".n > 1", 1),
    ("true, false", 2),
    ("false, true", 0),
    ("empty", 0),
    ("null", 0),
    ("0", 2),
    ('""', 2),
    ('.prompt | test("^b")', 1),
    ("$ENV | length > 0", 0),
    ("env | length > 0", 0),
    (".response.text", 0),
)
def the_first_output_of_when_counts(w, program, asked):
    with w.home() as home:
        given = jsonl({"prompt": "a", "n": 1}, {"prompt": "b", "n": 2})
        out = records(ask(home, "-m", "builtin/echo", "--when", program, stdin=given))
        equal(sum("response" in one for one in out), asked)


@test
def a_when_that_raises_is_a_data_error_and_the_next_is_served(w):
    with w.home() as home:
        given = jsonl({"prompt": "a", "n": "x"}, {"prompt": "b", "n": 2})
        result = ask(home, "-m", "builtin/echo", "--when", ".n - 1 > 0", stdin=given, code=3)
        first, second = records(result)
        equal(first["error"]["fault"], "data")
        equal(second["response"]["text"], "b")


@for_each(".n >", "nosuchfunction", "input", "[inputs] | error", 'include "x"; true', 'import "a" as a; true')
def a_when_that_does_not_compile_or_leaves_the_record_stops_at_once_or_fails(w, program):
    with w.at("ok") as (home, tagged):
        result = ask(home, "-m", "p/any", "--when", program, stdin=jsonl({"prompt": "a"}), code=None)
        expect(result.code in (2, 3), result.code, result.words)
        equal(w.count(tagged), 0)
        expect(result.words or "error" in records(result)[0], "it says why")


# --- streaming (rule 6)


@test
def deltas_come_ahead_of_their_record_and_make_its_text(w):
    with w.at("ok") as (home, _):
        result = ask(home, "-m", "p/any", "--stream", "--jobs", 4, stdin=jsonl(*({"id": f"r{n}", "prompt": "x"} for n in range(8))))
        seen, done = {}, []
        for one in records(result):
            if set(one) == {"id", "delta"}:
                expect(one["id"] not in done, "no delta behind its record")
                seen[one["id"]] = seen.get(one["id"], "") + one["delta"]
            else:
                done.append(one["id"])
        equal(done, [f"r{n}" for n in range(8)])
        equal(set(seen.values()), {ANSWER})


@test
def deltas_of_several_records_interleave(w):
    with w.at("slow-stream:60") as (home, _):
        result = ask(home, "-m", "p/any", "--stream", "--jobs", 4, stdin=jsonl(*({"id": n, "prompt": "x"} for n in range(4))))
        ids = [one["id"] for one in deltas(result)]
        runs = sum(a != b for a, b in zip(ids, ids[1:]))
        expect(runs > 4, "they take turns", ids)


@test
def a_record_without_id_gets_one_when_it_streams_and_keeps_it(w):
    with w.at("ok") as (home, _):
        result = ask(home, "-m", "p/any", "--stream", stdin=b'{"prompt":"x"}\n{"id":null,"prompt":"y"}\n{"id":7,"prompt":"z"}\n')
        equal([one["id"] for one in whole(result)], ["line-1", "line-2", 7])
        equal({one["id"] for one in deltas(result)}, {"line-1", "line-2", 7})
        (one,) = records(ask(home, "-m", "p/any", stdin=b'{"prompt":"x"}\n'))
        expect("id" not in one, "without --stream it needs none")


@test
def deltas_are_handed_through_and_are_no_input(w):
    with w.at("ok") as (home, tagged):
        lines = b'{"id":1,"delta":"a"}\n{"id":1,"delta":null}\n{"id":1,"delta":"b"}\n'
        result = ask(home, "-m", "p/any", stdin=lines + b'{"id":1,"prompt":"x"}\n')
        expect(result.out.startswith(lines), result.out)
        equal(w.count(tagged), 1)
        # with another member, or a number, it is no delta
        result = ask(home, "-m", "p/any", stdin=b'{"id":1,"delta":"a","prompt":"x"}\n{"id":1,"delta":3,"prompt":"x"}\n')
        equal(w.count(tagged), 3)
        equal(ask(home, "-m", "p/any", "-r", stdin=lines).out, b"")


@test
def deltas_are_handed_through_while_records_wait(w):
    with w.home() as home:
        (slow,) = slow_records(w, home, [2500])
        with Running(home) as run:
            run.write(jsonl(slow) + '{"id":"up","delta":"early"}\n')
            equal(json.loads(run.line()), {"id": "up", "delta": "early"})
            run.end_input()
            equal(json.loads(run.line())["id"], 0)


@test
def deltas_are_taken_back_before_a_second_attempt(w):
    for scenario in ("error-mid-stream", "close-mid-stream"):
        with w.at(scenario) as (home, _):
            result = ask(home, "-m", "p/any", "--stream", "--retries", 2, stdin=jsonl({"id": 1, "prompt": "x"}), code=3)
            pieces = [one["delta"] for one in deltas(result)]
            attempts, current = [], []
            for piece in pieces:
                if piece is None:
                    attempts.append("".join(current))
                    current = []
                else:
                    current.append(piece)
            equal(len(attempts), 3, pieces)
            equal(len(set(attempts)), 1)
            equal(current, [], "nothing counts in the end")
            expect("response" not in whole(result)[0], result.out)


# --- forms of input and output


@test
def lines_are_prompts_and_records_come_out(w):
    with w.home() as home:
        result = ask(home, "-m", "builtin/echo", "--lines", stdin='plain\n{"prompt": "no record"}\r\n\nend "quoted"')
        equal([one["response"]["text"] for one in records(result)], ["plain", '{"prompt": "no record"}', 'end "quoted"'])
        equal([one["prompt"] for one in records(result)][0], "plain")


@test
def raw_writes_texts_and_null_ends_them(w):
    with w.home() as home:
        given = jsonl({"prompt": "a\nb"}, {"prompt": "c"}, {"prompt": 7}, {"response": {"text": "had"}})
        result = ask(home, "-m", "builtin/echo", "-r", stdin=given, code=3)
        equal(result.text, "a\nb\nc\nhad\n")
        expect("line 3" in result.words and "prompt" in result.words, "the failure is told to people", result.words)
        equal(ask(home, "-m", "builtin/echo", "-0", stdin=given, code=3).out, b"a\nb\0c\0had\0")
        equal(ask(home, "-m", "builtin/echo", "-0", "one").out, b"one\0")


@test
def wrap_makes_the_line_a_member(w):
    with w.home() as home:
        line = b'{"error":"boom", "n":1.10}'
        result = ask(home, "--wrap", "data", "-m", "builtin/echo", "-t", "{{data.n}}", stdin=line + b"\n")
        expect(result.out.startswith(b'{"data":' + line), result.out)
        expect(records(result)[0]["response"]["text"].startswith("1.1"), result.out)


@test
def a_records_own_members_beat_the_flags_unless_overridden(w):
    with w.at("ok") as (home, tagged):
        record = {"prompt": "x", "model": "p/own", "system": "own", "options": {"temperature": 0.5}}
        flags = ("-m", "p/flag", "-s", "flag", "-o", "temperature", 1, "-o", "seed", 3)
        ask(home, *flags, stdin=jsonl(record))
        ask(home, *flags, "--override", stdin=jsonl(record))
        first, second = [one["body"] for one in w.requests(tagged)]
        equal((first["model"], first["temperature"], first["seed"]), ("own", 0.5, 3))
        equal((second["model"], second["temperature"], second["seed"]), ("flag", 1, 3))
        equal([one["messages"][0]["content"] for one in (first, second)], ["own", "flag"])


@test
def what_forms_the_request_is_written_into_the_record(w):
    with w.home() as home:
        result = ask(home, "-m", "builtin/echo", "-s", "sys", "-o", "temperature", 0, "-t", "say {{word}}", stdin=jsonl({"word": "hi"}))
        (one,) = records(result)
        equal(one["messages"], [{"role": "user", "content": "say hi"}])
        equal((one["model"], one["system"], one["options"]), ("builtin/echo", "sys", {"temperature": 0}))


@test
def a_changed_record_of_a_cache_loses_its_key_and_says_so_once(w):
    with w.home() as home:
        cache = {"hit": None, "key": "abc"}
        given = jsonl(*({"prompt": "x", "model": "builtin/echo", "cache": cache} for _ in range(3)))
        result = ask(home, "-s", "other", stdin=given)
        equal([one["cache"]["key"] for one in records(result)], [None] * 3)
        equal(result.words.count("will not be stored"), 1, result.words)
        untouched = ask(home, stdin=given)
        equal([one["cache"]["key"] for one in records(untouched)], ["abc"] * 3)


@test
def a_million_records_would_pass_in_flat_memory(w):
    """A tenth of it: what the record loop holds must not grow with their number."""
    with w.home() as home:
        line = jsonl({"id": 1, "response": {"text": "had"}, "filler": "x" * 300}).encode()

        def peak(times):
            with Running(home, stdout=open(os.devnull, "wb")) as run:
                for _ in range(times):
                    run.write(line * 1000)
                status = Path(f"/proc/{run.process.pid}/status").read_text()
                found = int(next(one for one in status.splitlines() if one.startswith("VmHWM")).split()[1])
                run.end_input()
                equal(run.rest()[0], 0)
                return found

        few, many = peak(5), peak(100)
        expect(many < few + 4096, f"{few} KiB for 5,000 and {many} KiB for 100,000")
