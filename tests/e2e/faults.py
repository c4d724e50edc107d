"""Every fault of a provider (BARS.md): what is said, which exit code, how often it was asked."""

import json
import os
import time
from pathlib import Path

from harness import (
    ANSWER,
    PROTOCOLS,
    Running,
    ask,
    deltas,
    equal,
    expect,
    for_each,
    jsonl,
    records,
    test,
    url,
    whole,
)

LATER, FOR_GOOD = 5, 4
# scenario, fault, exit code of one prompt, requests with --retries 1
WHOLE = (
    ("400", "refused", FOR_GOOD, 1),
    ("401", "auth", FOR_GOOD, 1),
    ("403", "auth", FOR_GOOD, 1),
    ("404", "refused", FOR_GOOD, 1),
    ("408", "timeout", LATER, 2),
    ("413", "refused", FOR_GOOD, 1),
    ("422", "refused", FOR_GOOD, 1),
    ("429", "rate_limit", LATER, 2),
    ("429-seconds:1", "rate_limit", LATER, 2),
    ("429-date:2", "rate_limit", LATER, 2),
    ("429-ms:50", "rate_limit", LATER, 2),
    ("500", "provider", LATER, 2),
    ("502", "provider", LATER, 2),
    ("503", "provider", LATER, 2),
    ("504", "timeout", LATER, 2),
    ("529", "provider", LATER, 2),
    ("error-in-200", "provider", LATER, 2),
    ("context-overflow", "refused", FOR_GOOD, 1),
    ("close-before-headers", "unreachable", LATER, 2),
    ("reset-before-headers", "unreachable", LATER, 2),
    ("close-mid-headers", "provider", LATER, 2),
    ("close-mid-body", "provider", LATER, 2),
    ("truncated-json", "provider", LATER, 2),
    ("invalid-json", "provider", LATER, 2),
    ("wrong-shape", "provider", LATER, 2),
    ("wrong-shape:list", "provider", LATER, 2),
    ("wrong-shape:null", "provider", LATER, 2),
    ("html", "provider", LATER, 2),
    ("empty-body", "provider", LATER, 2),
)
# what a stream adds; the second number is of requests when the text was not yet begun
STREAM = (
    ("error-in-200", "provider", LATER, 2),
    ("error-mid-stream", "provider", LATER, 1),
    ("close-mid-stream", "provider", LATER, 1),
    ("reset-mid-stream", "provider", LATER, 1),
    ("truncated-json", "provider", LATER, 1),
    ("invalid-json", "provider", LATER, 2),
    ("wrong-shape", "provider", LATER, 2),
    ("html", "provider", LATER, 2),
    ("empty-body", "provider", LATER, 2),
    ("429-ms:50", "rate_limit", LATER, 2),
    ("500", "provider", LATER, 2),
)


BEGUN = [scenario for scenario, _, _, requests in STREAM if requests == 1]


@for_each(*WHOLE)
def one_prompt_ends_with_its_fault(w, scenario, fault, code, requests):
    with w.at(scenario) as (home, tagged):
        result = ask(home, "-m", "p/any", "--retries", 1, "--no-stream", "hello", code=code)
        equal(result.out, b"", "nothing but an answer goes to stdout")
        expect(result.words.startswith("llm-ask: "), result.words)
        expect("127.0.0.1" in result.words or "p/any" in result.words or "p:" in result.words, "who?", result.words)
        equal(w.count(tagged), requests, "requests")


@for_each(*WHOLE)
def a_record_gets_its_error_and_the_next_is_served(w, scenario, fault, code, requests):
    with w.at(scenario) as (home, tagged):
        home.provider("fine", "openai", url(w, "ok"))
        given = jsonl({"id": 1, "model": "p/any", "prompt": "a"}, {"id": 2, "model": "fine/any", "prompt": "b"})
        result = ask(home, "--retries", 1, stdin=given, code=3)
        failed, served = records(result)
        error = failed["error"]
        equal(error["fault"], fault, error["message"])
        equal((error["tool"], error["line"]), ("llm-ask", 1))
        status = scenario[:3]
        if status.isdigit():
            equal(error.get("status"), int(status), error)
        if scenario in ("429-seconds:1", "429-date:2", "429-ms:50"):
            expect(0 <= error["retry_after"] <= 3, error)
        expect("response" not in failed, failed)
        equal(served["response"]["text"], ANSWER)
        equal(w.count(tagged), requests, "requests")


@for_each(*STREAM)
def a_stream_that_fails_ends_with_its_fault(w, scenario, fault, code, requests):
    with w.at(scenario) as (home, tagged):
        result = ask(home, "-m", "p/any", "--retries", 1, "hello", code=code)
        equal(w.count(tagged), requests, "plain text is not begun twice", result.words)
        expect(result.out == b"" or result.out.endswith(b"\n"), "the line is ended", result.out)


@for_each(*STREAM)
def a_record_that_streams_is_tried_again_after_its_deltas_are_taken_back(w, scenario, fault, code, requests):
    with w.at(scenario) as (home, tagged):
        given = jsonl({"id": "x", "prompt": "hello"}, {"id": "y", "prompt": "hello"})
        result = ask(home, "-m", "p/any", "--retries", 1, "--stream", "--jobs", 1, stdin=given, code=3)
        equal([one["error"]["fault"] for one in whole(result)], [fault, fault])
        equal(w.count(tagged), 4, "requests")
        for ident in ("x", "y"):
            own = [one["delta"] for one in deltas(result) if one["id"] == ident]
            expect(not own or own[-1] is None, "what does not count is taken back", own)
            if requests == 1:
                equal(own.count(None), 2, "once before the second attempt, once at its end", own)


@for_each(*[p for p in PROTOCOLS if p != "openai"])
def every_fault_is_the_same_in_every_protocol(w, protocol):
    different = {("anthropic", "503"), ("ollama", "context-overflow")}
    with w.home() as home:
        wanted = {}
        given = []
        for streams, table in (("", WHOLE), ("-s", STREAM)):
            for n, (scenario, fault, _, requests) in enumerate(table):
                name = f"p{n}{streams}"
                tagged = w.tagged(scenario)
                home.provider(name, protocol, url(w, tagged, protocol))
                wanted[name] = (scenario, tagged, fault, requests)
                given.append({"id": name, "model": f"{name}/any", "prompt": "hello"})
        for flag, part in ((None, [g for g in given if "-s" not in g["id"]]), ("--stream", [g for g in given if "-s" in g["id"]])):
            flags = [flag] if flag else []
            result = ask(home, "--jobs", 16, "--retries", 1, *flags, stdin=jsonl(*part), code=3)
            out = whole(result)
            equal([one["id"] for one in out], [one["id"] for one in part], "no record is lost")
            wrong = []
            for one in out:
                scenario, tagged, fault, requests = wanted[one["id"]]
                if (protocol, scenario) in different:
                    continue
                got = one.get("error", {}).get("fault")
                if got != fault:
                    wrong.append(f"{flag or 'whole'} {scenario}: {got}, not {fault}: {one.get('error', one)}")
                elif w.count(tagged) != (2 if flag and requests == 1 and scenario in BEGUN else requests):
                    wrong.append(f"{flag or 'whole'} {scenario}: asked {w.count(tagged)} times")
            expect(not wrong, "\n".join(wrong))


@for_each("429-then-ok:2", "500-then-ok:2", "502-then-ok:1", "503-then-ok:3", "529-then-ok:2", "408-then-ok:1")
def what_passes_by_itself_is_tried_again_until_it_has_passed(w, scenario):
    with w.at(scenario) as (home, tagged):
        result = ask(home, "-m", "p/any", "--json", "hello")
        failures = int(scenario[-1])
        (one,) = records(result)
        equal(one["response"]["attempts"], failures + 1)
        equal(w.count(tagged), failures + 1)
        equal(one["response"]["text"], "hello")


@test
def three_repetitions_are_the_most_unless_told_otherwise(w):
    with w.at("429-ms:1") as (home, tagged):
        ask(home, "-m", "p/any", "hello", code=5)
        equal(w.count(tagged), 4)
    with w.at("429-ms:1") as (home, tagged):
        ask(home, "-m", "p/any", "--retries", 0, "hello", code=5)
        equal(w.count(tagged), 1)
    with w.at("429-ms:1") as (home, tagged):
        ask(home, "-m", "p/any", "hello", code=5, env={"LLMUTILS_RETRIES": "5"})
        equal(w.count(tagged), 6)


@test
def a_spent_quota_is_not_asked_again(w):
    with w.at("429-quota") as (home, tagged):
        result = ask(home, "-m", "p/any", "hello", code=None)
        expect(result.code in (4, 5, 6), result.code)
        equal(w.count(tagged), 1, result.words)


@test
def the_pause_a_server_asks_for_holds_for_all_records_in_flight(w):
    with w.at("429-seconds:2") as (home, tagged):
        given = jsonl(*({"id": n, "prompt": "x"} for n in range(8)))
        result = ask(home, "-m", "p/any", "--jobs", 8, "--retries", 1, stdin=given, code=3)
        equal({one["error"]["fault"] for one in records(result)}, {"rate_limit"})
        at = [one["at"] for one in w.requests(tagged)]
        equal(len(at), 16)
        expect(min(at[8:]) - min(at) >= 1.9, "nobody came back before the two seconds were over", at)


@test
def a_pause_longer_than_the_timeout_is_not_waited_for(w):
    with w.at("429-seconds:3600") as (home, tagged):
        result = ask(home, "-m", "p/any", "--timeout", "5s", "hello", code=5, timeout=30)
        equal(w.count(tagged), 1, result.words)


@for_each("silence", "silence-mid-stream", "drip")
def nothing_outlives_the_timeout(w, scenario):
    for more in ((), ("--no-stream",)):
        with w.at(scenario) as (home, tagged):
            began = time.monotonic()
            result = ask(home, "-m", "p/any", "--timeout", "2s", *more, "hello", code=5, timeout=60)
            expect(time.monotonic() - began < 12, "2 s and a generous 10 more")
            expect("timeout" in result.words or "time" in result.words, result.words)


@for_each("silence", "silence-mid-stream")
def silence_is_ended_by_the_idle_timeout_and_tried_again(w, scenario):
    with w.at(scenario) as (home, tagged):
        given = jsonl({"id": 1, "prompt": "hello"})
        result = ask(
            home, "-m", "p/any", "--idle-timeout", "1s", "--retries", 1, "--stream", stdin=given, code=3, timeout=60
        )
        (one,) = whole(result)
        equal(one["error"]["fault"], "timeout", one)
        equal(w.count(tagged), 2)


@test
def a_byte_now_and_then_is_no_silence(w):
    with w.at("drip:2") as (home, tagged):
        result = ask(home, "-m", "p/any", "--idle-timeout", "20s", "--timeout", "5m", "hello", timeout=300)
        equal(result.text, ANSWER + "\n")


@for_each(*((p, s) for p in PROTOCOLS for s in ("--stream", "--no-stream")), title=str)
def an_utf8_sequence_cut_between_chunks_is_whole_again(w, protocol, mode):
    with w.at("utf8-split", protocol) as (home, tagged):
        result = ask(home, "-m", "p/any", mode, "hello")
        equal(result.text, "Καλημέρα, κόσμε 🌍! Ça va?\n")
        given = jsonl({"id": 1, "prompt": "x"})
        result = ask(home, "-m", "p/any", mode, stdin=given)
        equal("".join(one["delta"] for one in deltas(result)), "Καλημέρα, κόσμε 🌍! Ça va?" if mode == "--stream" else "")
        equal(whole(result)[0]["response"]["text"], "Καλημέρα, κόσμε 🌍! Ça va?")


@for_each("--stream", "--no-stream")
def bytes_that_are_no_utf8_never_reach_stdout(w, mode):
    with w.at("utf8-broken") as (home, tagged):
        result = ask(home, "-m", "p/any", mode, stdin=jsonl({"id": 1, "prompt": "x"}), code=None)
        result.out.decode()  # strictly
        (one,) = whole(result)
        if "error" in one:
            equal(one["error"]["fault"], "provider")
        else:
            text = one["response"]["text"]
            expect(text.startswith("before ") and text.endswith(" after"), text)


@for_each("--stream", "--no-stream")
def an_answer_of_a_hundred_mebibytes_is_refused_in_bounded_memory(w, mode):
    with w.at("huge-body:100") as (home, tagged):
        home.provider("fine", "openai", url(w, "ok"))
        with Running(home, "--retries", 0, mode, "--jobs", 1) as run:
            peaks = []
            for given in ({"id": 1, "model": "fine/any", "prompt": "a"}, {"id": 2, "model": "p/any", "prompt": "a"}, {"id": 3, "model": "fine/any", "prompt": "b"}):
                run.write(jsonl(given))
                while set(one := json.loads(run.line())) == {"id", "delta"}:
                    pass
                equal(one["error"]["fault"] if given["id"] == 2 else one["response"]["text"], "provider" if given["id"] == 2 else ANSWER)
                status = Path(f"/proc/{run.process.pid}/status").read_text()
                peaks.append(int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]))
            run.end_input()
            equal(run.process.wait(60), 3)
        if not os.environ.get("ASAN_OPTIONS"):  # an answer may have 64 MiB, and is held twice at most where its buffer grows
            expect(peaks[1] - peaks[0] < 3 * 65536 and peaks[2] - peaks[1] < 1024, "KiB resident", peaks)


@for_each(*PROTOCOLS)
def unusual_but_legal_streams_are_understood(w, protocol):
    either = ("stream-ignored", "until-close", "gzip", "bytewise")
    names = (*either, "odd-sse", "crlf-sse", "ping", "one-write")
    with w.home() as home:
        for name in names:
            home.provider(name, protocol, url(w, name, protocol))
        for mode in ("--stream", "--no-stream"):
            here = names if mode == "--stream" else either
            given = jsonl(*({"id": name, "model": f"{name}/any", "prompt": "hello"} for name in here))
            result = ask(home, mode, "--retries", 0, stdin=given)
            for one in whole(result):
                equal(one["response"]["text"], ANSWER, mode, one["id"])


@for_each("done-then-silence", "done-then-reset", "stream-without-done")
def a_complete_answer_is_not_paid_for_twice(w, scenario):
    with w.at(scenario) as (home, tagged):
        result = ask(home, "-m", "p/any", "--stream", "--idle-timeout", "5s", stdin=jsonl({"id": 1, "prompt": "x"}), timeout=60)
        equal(whole(result)[0]["response"]["text"], ANSWER)
        equal([one["delta"] for one in deltas(result)].count(None), 0)
        equal(w.count(tagged), 1)
    with w.at(scenario) as (home, tagged):
        result = ask(home, "-m", "p/any", "--idle-timeout", "5s", "x", timeout=60)
        equal(result.text, ANSWER + "\n")
        equal(w.count(tagged), 1)


@test
def nobody_listening_is_unreachable_and_soon_given_up_for_many_records(w):
    with w.home() as home:
        home.provider("gone", "openai", "http://127.0.0.1:9/v1")
        ask(home, "-m", "gone/any", "--retries", 0, "hello", code=5)
        given = jsonl(*({"id": n, "prompt": "x"} for n in range(300)))
        result = ask(home, "-m", "gone/any", "--jobs", 4, stdin=given, code=3, timeout=60)
        out = records(result)
        equal(len(out), 300)
        equal({one["error"]["fault"] for one in out}, {"unreachable"})
        expect(result.seconds < 40, "300 records do not each wait for three repetitions", result.seconds)


@test
def a_name_nobody_knows_is_unreachable(w):
    with w.home() as home:
        home.provider("lost", "openai", "https://no-such-host.invalid/v1")
        result = ask(home, "-m", "lost/any", "--retries", 0, "--timeout", "30s", "hello", code=5)
        expect("no-such-host.invalid" in result.words, result.words)
        result = ask(
            home, "-m", "lost/any", "--retries", 0, "--timeout", "30s", stdin=jsonl({"prompt": "x"}), code=3
        )
        equal(records(result)[0]["error"]["fault"], "unreachable")


@test
def an_empty_answer_and_a_cut_one_are_answers(w):
    with w.at("empty-answer") as (home, _):
        (one,) = records(ask(home, "-m", "p/any", "--json", "hello"))
        equal(one["response"]["text"], "")
    with w.at("length-stop") as (home, _):
        (one,) = records(ask(home, "-m", "p/any", "--json", "hello"))
        equal((one["response"]["text"], one["response"]["finish"]), ("Once upon a", "length"))


@for_each(*PROTOCOLS)
def a_refusal_is_told_apart_from_an_answer(w, protocol):
    with w.at("refusal", protocol) as (home, _):
        result = ask(home, "-m", "p/any", stdin=jsonl({"id": 1, "prompt": "x"}), code=None)
        (one,) = records(result)
        told = one.get("error", {}).get("fault") == "refused" or one.get("response", {}).get("finish") in (
            "refused",
            "refusal",
            "content_filter",
        )
        said = "cannot help" in one.get("response", {}).get("text", "")
        expect(told or said, one)


@for_each(*PROTOCOLS)
def usage_that_is_not_told_is_absent_not_zero(w, protocol):
    with w.at("no-usage", protocol) as (home, _):
        (one,) = records(ask(home, "-m", "p/any", "--json", "hello"))
        expect("usage" not in one["response"] and "cost" not in one["response"], one)
