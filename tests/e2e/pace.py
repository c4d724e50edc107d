"""Pace: limits kept by all processes together, what servers say of theirs, equal requests sent once."""

import json
import threading
import time

from harness import ask, equal, expect, for_each, jsonl, records, test, url, Running, until
import signal


def in_parallel(count, run):
    """run(n) in threads, each of which starts processes; raises what the first failure raised."""
    failures = []

    def one(n):
        try:
            run(n)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def most_within(times, seconds):
    return max(sum(1 for at in times if begin <= at < begin + seconds) for begin in times)


@test
def thirty_two_processes_keep_one_limit(w):
    with w.at("echo") as (home, tagged):

        def run(n):
            result = ask(home, "-q", "-m", "p/any", "--rpm", 600, stdin=jsonl({"id": n, "prompt": "x"}, {"prompt": "y"}))
            equal(len(records(result)), 2)

        in_parallel(32, run)
        at = sorted(one["at"] for one in w.requests(tagged))
        equal(len(at), 64)
        # 600 a minute: ten at once, then one each 0.1015 s; the server's clock may see two a little closer
        expect(at[-1] - at[0] >= 54 * 0.1015 - 0.15, f"64 calls in {at[-1] - at[0]:.2f} s")
        expect(most_within(at, 1.0) <= 10 + 11, f"{most_within(at, 1.0)} calls in one second")


@test
def a_limit_of_the_configuration_holds_for_each_provider_and_model(w):
    with w.home() as home:
        slow, fast = w.tagged("echo"), w.tagged("echo")
        home.provider("slow", "openai", url(w, slow), rpm=240)
        home.provider("fast", "openai", url(w, fast))
        home.config('[model."fast/one"]\nrpm = 240\n')
        given = [{"model": f"{name}/{model}", "prompt": "x"} for name in ("slow", "fast") for model in ("one", "two") for _ in range(6)]
        result = ask(home, "--jobs", 24, stdin=jsonl(*given))
        equal(len([one for one in records(result) if "response" in one]), 24)
        at = sorted(one["at"] for one in w.requests(slow))
        expect(at[-1] - at[0] >= 8 * 60 / 237 - 0.2, "a provider's limit is for all its models")
        begun = {name: sorted(one["at"] for one in w.requests(fast) if one["body"]["model"] == name) for name in ("one", "two")}
        expect(begun["one"][-1] - begun["one"][0] >= 2 * 60 / 237 - 0.2, "a model's limit")
        expect(begun["two"][-1] - begun["two"][0] < begun["one"][-1] - begun["one"][0], "its sister has none")


@test
def tokens_a_minute_are_counted_beforehand_and_put_right_afterwards(w):
    with w.at("echo") as (home, tagged):
        # each may take 1,000 tokens and takes about 19: put right, they go through; left so, they would take a minute
        given = jsonl(*({"id": n, "prompt": "x", "options": {"max_tokens": 1000}} for n in range(12)))
        began = time.monotonic()
        result = ask(home, "-m", "p/any", "--tpm", 12000, "--jobs", 1, stdin=given)
        equal(len(records(result)), 12)
        expect(time.monotonic() - began < 30, "what was not used was given back")


@test
def nothing_left_of_a_limit_stops_all_calls_until_it_is_filled_up(w):
    with w.at("rate-left:0+1500ms") as (home, tagged):
        ask(home, "-m", "p/any", "--jobs", 1, stdin=jsonl({"prompt": "x"}, {"prompt": "y"}))
        first, second = (one["at"] for one in w.requests(tagged))
        expect(second - first >= 1.4, second - first)
        ask(home, "-m", "p/any", stdin=jsonl({"prompt": "x"}))
        expect(w.requests(tagged)[-1]["at"] - second >= 1.4, "another process knows it too")


@test
def little_left_of_a_limit_is_spread(w):
    with w.at("rate-left:4+2s") as (home, tagged):
        ask(home, "-m", "p/any", "--jobs", 1, stdin=jsonl(*[{"prompt": "x"}] * 4))
        at = [one["at"] for one in w.requests(tagged)]
        for before, after in zip(at, at[1:]):
            expect(after - before >= 0.45, at)


@test
def the_pause_a_server_asks_for_holds_in_other_processes_too(w):
    with w.at("429-seconds:2") as (home, tagged):
        ask(home, "-m", "p/any", "--retries", 0, "x", code=5)
        result = ask(home, "-m", "p/any", "--retries", 0, "--timeout", "1s", "y", code=5)
        expect("pause" in result.words, result.words)
        equal(w.count(tagged), 1, "not asked within the pause")
        ask(home, "-m", "p/any", "--retries", 0, "y", code=5)
        first, second = (one["at"] for one in w.requests(tagged))
        expect(second - first >= 1.9, second - first)


@test
def what_a_server_refuses_as_too_much_is_asked_with_fewer_at_once(w):
    with w.at("429-then-ok:12") as (home, tagged):
        given = jsonl(*({"id": n, "prompt": "x"} for n in range(40)))
        result = ask(home, "-m", "p/any", "--jobs", 12, "--retries", 8, stdin=given)
        equal(len([one for one in records(result) if "response" in one]), 40)
        equal(w.count(tagged), 52)


@test
def no_store_is_made_where_nothing_of_it_is_used(w):
    with w.at("echo") as (home, tagged):
        ask(home, "-m", "p/any", stdin=jsonl({"prompt": "x"}))
        ask(home, "-m", "p/any", "x")
        equal([path.name for path, _ in home.files() if "pace" in path.name], [])


@test
def equal_requests_in_flight_are_sent_once(w):
    with w.at("slow:700") as (home, tagged):
        given = jsonl(*({"id": n, "prompt": f"p{n % 3}"} for n in range(12)))
        result = ask(home, "-m", "p/any", "--jobs", 12, "--share-identical", stdin=given)
        out = records(result)
        equal([one["response"]["text"] for one in out], [f"p{n % 3}" for n in range(12)])
        equal(w.count(tagged), 3)
        equal(sum(one["response"]["attempts"] for one in out), 3, "the others cost nothing")
        expect("9 shared" in result.words, result.words)
        ask(home, "-m", "p/any", "--jobs", 12, stdin=given)
        equal(w.count(tagged), 15, "and not otherwise")


@test
def equal_requests_of_several_processes_are_sent_once(w):
    with w.at("slow:1500") as (home, tagged):

        def run(n):
            (one,) = records(ask(home, "-m", "p/any", "--share-identical", stdin=jsonl({"id": n, "prompt": "same"})))
            equal((one["id"], one["response"]["text"]), (n, "same"))

        in_parallel(8, run)
        expect(w.count(tagged) <= 2, f"{w.count(tagged)} sent")  # a process may begin after the first has ended


@test
def a_failure_is_shared_like_an_answer(w):
    with w.at("400") as (home, tagged):
        result = ask(home, "-m", "p/any", "--jobs", 4, "--share-identical", stdin=jsonl(*[{"prompt": "x"}] * 4), code=3)
        equal([one["error"]["fault"] for one in records(result)], ["refused"] * 4)
        equal(w.count(tagged), 1)


@test
def who_waits_for_a_process_that_is_killed_asks_itself(w):
    with w.home() as home:
        stuck, fine = w.tagged("silence"), w.tagged("echo")
        home.provider("p", "openai", url(w, stuck))
        with Running(home, "-q", "-m", "p/any", "--share-identical") as run:
            run.write(jsonl({"prompt": "same"}))
            until(lambda: w.count(stuck) == 1, "the first is in flight")
            with Running(home, "-q", "-m", "p/any", "--share-identical", "--timeout", "3s", "--retries", 0) as other:
                other.write(jsonl({"prompt": "same"}))
                time.sleep(0.5)
                equal(w.count(stuck), 1, "the second waits")
                run.signal(signal.SIGKILL)
                until(lambda: w.count(stuck) == 2, "then it asks itself")


@for_each("--rpm", "--tpm", "--budget")
def a_limit_that_is_none_is_refused(w, flag):
    with w.home() as home:
        ask(home, "-m", "builtin/echo", flag, "-1", "x", code=2)
        ask(home, "-m", "builtin/echo", flag, "many", "x", code=2)


@test
def the_last_line_sums_the_run_up(w):
    with w.at("429-then-ok:1") as (home, tagged):
        home.config('[model."p/any"]\ninput = 1\noutput = 10\n')
        home.provider("bad", "openai", url(w, "400"))
        given = jsonl({"prompt": "x"}, {"prompt": "y"}, {"model": "bad/any", "prompt": "z"}, {"response": {"text": "had"}})
        result = ask(home, "-m", "p/any", "--jobs", 1, stdin=given + "no json\n", code=3)
        (line,) = result.words.splitlines()
        expect(line.startswith("llm-ask: 5 records: 2 answered, 1 passed, 2 failed (1 data, 1 refused), 1 retry, 24 tokens in, 14 out, $0.000164, p50 "), line)
        expect(", p95 " in line, line)
        equal(ask(home, "-q", "-m", "p/any", stdin=jsonl({"prompt": "x"})).words, "")


@test
def progress_is_shown_on_a_terminal_only(w):
    import os
    import pty
    import subprocess

    import home as homes

    with w.at("slow:300") as (home, tagged):
        (home.path / "in").write_text(jsonl(*({"id": n, "prompt": "x"} for n in range(8))))
        master, slave = pty.openpty()
        with open(home.path / "in") as given, open(home.path / "out", "wb") as out:
            process = subprocess.Popen([homes.tool("llm-ask"), "-m", "p/any", "--jobs", "2"], stdin=given, stdout=out, stderr=slave, env=home.env, cwd=home.path)
        os.close(slave)
        said = b""
        while True:
            try:
                piece = os.read(master, 4096)
            except OSError:
                break
            if not piece:
                break
            said += piece
        os.close(master)
        equal(process.wait(60), 0)
        text = said.decode()
        expect(" of 8 done" in text and "tokens" in text and "s left" in text, text)
        expect("\x1b[K" in text and text.rstrip().splitlines()[-1].endswith("s"), text)
        expect(text.count("8 records: 8 answered") == 1, text)
        equal([json.loads(line)["id"] for line in (home.path / "out").read_text().splitlines()], list(range(8)))


@for_each("openai", "anthropic")
def a_server_in_chaos_loses_no_record(w, protocol):
    """aimock drops, garbles, limits and disconnects at random: every record ends with its answer or its fault."""
    with w.home() as home:
        home.provider("p", protocol, w.aimock.url(protocol))
        home.config('headers = { "x-aimock-chaos-drop" = "0.1", "x-aimock-chaos-malformed" = "0.1", "x-aimock-chaos-ratelimit" = "0.1", "x-aimock-chaos-disconnect" = "0.1" }\n')
        given = jsonl(*({"id": n, "prompt": "What is the capital of France?"} for n in range(60)))
        result = ask(home, "-m", "p/gpt-4o", "--jobs", 8, "--retries", 6, stdin=given, code=None)
        out = records(result)
        equal([one["id"] for one in out], list(range(60)))
        answered = [one for one in out if "response" in one]
        for one in answered:
            equal(one["response"]["text"], "The capital of France is Paris.")
        for one in out:
            expect("response" in one or one["error"]["fault"] in ("rate_limit", "provider", "unreachable"), one)
        expect(len(answered) >= 40, f"{len(answered)} answered", result.words)
        expect(sum(one["response"]["attempts"] for one in answered) > len(answered), "there was chaos")
