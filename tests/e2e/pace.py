"""Pace: limits kept by all processes together, what servers say of theirs, equal requests sent once."""

import json
import signal
import sqlite3
import threading
import time

from harness import Running, ask, equal, expect, for_each, jsonl, records, test, until, url


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
def a_pause_longer_than_a_call_may_take_is_not_waited_for_in_other_processes(w):
    with w.at("429-seconds:3600") as (home, tagged):
        ask(home, "-m", "p/any", "x", code=5)
        result = ask(home, "-m", "p/any", "y", code=5, timeout=60)
        expect("asked for a pause" in result.words, result.words)
        equal(w.count(tagged), 1, "it is not asked an hour too soon")


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


@test
def who_waits_for_another_process_keeps_his_own_time(w):
    with w.at("slow:5000") as (home, tagged):
        with Running(home, "-q", "-m", "p/any", "--share-identical") as first:
            first.write(jsonl({"prompt": "same"}))
            first.end_input()
            until(lambda: w.count(tagged) == 1, "the first is in flight")
            (late,) = records(ask(home, "-q", "-m", "p/any", "--share-identical", "--timeout", "1s", stdin=jsonl({"prompt": "same"}), code=3))
            equal(late["error"]["fault"], "timeout", late)
            expect(first.process.poll() is None, "it did not wait for the other's answer")
            (one,) = [json.loads(line) for line in first.rest()[1].splitlines()]
            equal(one["response"]["text"], "same")
        equal(w.count(tagged), 1, "and did not ask a second time")


@test
def a_time_out_of_ones_own_is_not_handed_on(w):
    with w.at("silence") as (home, tagged):
        with Running(home, "-q", "-m", "p/any", "--share-identical", "--timeout", "2s", "--retries", 0) as first:
            first.write(jsonl({"prompt": "same"}))
            first.end_input()
            until(lambda: w.count(tagged) == 1, "the first is in flight")
            with Running(home, "-q", "-m", "p/any", "--share-identical") as second:
                second.write(jsonl({"prompt": "same"}))
                equal(json.loads(first.rest()[1])["error"]["fault"], "timeout")
                until(lambda: w.count(tagged) == 2, "the other takes over")


@test
def a_signal_to_one_process_ends_no_record_of_another(w):
    with w.at("500") as (home, tagged):
        with Running(home, "-q", "-m", "p/any", "--share-identical", "--retries", 1000) as first, Running(home, "-q", "-m", "p/any", "--share-identical", "--retries", 1000) as second:
            first.write(jsonl({"prompt": "same"}))
            until(lambda: w.count(tagged) >= 2, "the first is being tried again")
            second.write(jsonl({"prompt": "same"}))
            time.sleep(0.5)
            first.signal(signal.SIGTERM)
            code, out = first.rest()
            equal((code, json.loads(out)["error"]["fault"]), (143, "provider"))
            before = w.count(tagged)
            until(lambda: w.count(tagged) > before, "the second asks itself")


@for_each(("for its turn", "--rpm", 1), ("for money", "--budget", 0.2))
def who_waits_holds_up_nobody_and_leaves_as_it_came(w, _, flag, value):
    with w.home() as home:
        slow, fine = w.tagged("slow:20000"), w.tagged("echo")
        home.provider("slow", "openai", url(w, slow))
        home.provider("p", "openai", url(w, fine), rpm=1 if flag == "--rpm" else 100000)
        home.config('[model."slow/any"]\ninput = 100\noutput = 1000\n[model."p/any"]\ninput = 100\noutput = 1000\n')
        limit = {"options": {"max_tokens": 10}}
        taker = {"id": 0, "model": "p/any" if flag == "--rpm" else "slow/any", "prompt": "first", **limit}
        waiting = '{"id":1, "model":"p/any" ,"prompt":"same","n":1.10,"options":{"max_tokens":10}}\n'
        with Running(home, "--share-identical", "--jobs", 2, "--unordered", flag, value) as run:
            run.write(jsonl(taker))
            until(lambda: w.count(slow) + w.count(fine) == 1, "the first has what there is")
            run.write(waiting)
            time.sleep(0.5)
            before = w.count(fine)
            home.config_file.write_text(home.config_file.read_text().replace("rpm = 1\n", ""))
            (one,) = records(ask(home, "-q", "--share-identical", stdin=waiting))
            equal(one["response"]["text"], "same", "another process asks at once")
            run.signal(signal.SIGTERM)
            if flag == "--rpm":
                equal(json.loads(run.line())["id"], 0)
            equal(run.line(), waiting.encode())
            if flag == "--budget":  # the slow one would be waited for
                run.signal(signal.SIGTERM)
            equal(run.rest(), (143, b""))
            equal(w.count(fine), before + 1, "it was not asked")
            expect("1 left unasked" in run.words, run.words)
            equal("1 broken off" in run.words, flag == "--budget", run.words)


@test
def thirty_two_processes_keep_one_limit_of_tokens(w):
    with w.at("no-usage") as (home, tagged):  # so that nothing is put right: each takes what it might
        tokens = 100 + 5  # the prompt counts one, and four around it

        def run(n):
            result = ask(home, "-q", "-m", "p/any", "--tpm", 60000, stdin=jsonl(*({"id": f"{n}-{k}", "prompt": "x", "options": {"max_tokens": 100}} for k in range(4))))
            equal(len(records(result)), 4)

        in_parallel(32, run)
        at = sorted(one["at"] for one in w.requests(tagged))
        equal(len(at), 128)
        # 60,000 a minute: a tenth at once, then nine tenths a minute; the server's clock may see two a little closer
        least = (128 * tokens - 6000) / (54001 / 60)
        expect(at[-1] - at[0] >= least - 0.3, f"{128 * tokens} tokens in {at[-1] - at[0]:.2f} s, not {least:.2f}")
        for seconds in (1.0, 3.0):
            most = 6000 + 900.02 * (seconds + 0.3) + tokens
            expect(tokens * most_within(at, seconds) <= most, f"{tokens * most_within(at, seconds)} tokens in {seconds} s")


@test
def a_limit_of_another_run_is_waited_for_no_longer_than_its_minute(w):
    with w.at("echo") as (home, tagged):
        with Running(home, "-q", "-m", "p/any", "--tpm", 100, "--jobs", 4) as run:  # killed while it has booked its turns far ahead
            run.write(jsonl(*({"id": n, "prompt": "x", "options": {"max_tokens": 4000}} for n in range(4))))
            until(lambda: w.count(tagged) == 1, "the first has gone")
            time.sleep(0.5)
            run.signal(signal.SIGKILL)
            run.process.wait(60)
        ask(home, "-q", "-m", "p/any", "--tpm", 1000000, "x", "-o", "max_tokens", 4000, timeout=30)
        equal(w.count(tagged), 2)


@test
def a_clock_that_was_set_back_holds_up_nobody(w):
    with w.at("echo") as (home, tagged):
        ask(home, "-q", "-m", "p/any", "--rpm", 60, "x")
        with sqlite3.connect(home.path / "state" / "llm-utils" / "pace.db") as db:
            equal(db.execute("UPDATE bucket SET full = full + 3600 * 1000000000, taken = taken + 3600 * 1000000").rowcount, 1)
        ask(home, "-q", "-m", "p/any", "--rpm", 60, "y", timeout=30)
        equal(w.count(tagged), 2)


@for_each(("broken", 5), ("homeless", 2))
def a_store_that_cannot_be_opened_ends_the_run_before_anything_is_asked(w, how, code):
    with w.at("echo") as (home, tagged):
        home.config('[model."p/any"]\ninput = 100\noutput = 1000\n')
        env = {}
        if how == "broken":
            (home.path / "state" / "llm-utils").mkdir(parents=True)
            (home.path / "state" / "llm-utils" / "pace.db").write_bytes(b"no store" * 1000)
        else:
            home.env.pop("HOME"), home.env.pop("XDG_STATE_HOME")
        for flags in (("--budget", 1), ("--rpm", 60), ("--share-identical",)):
            result = ask(home, "-m", "p/any", *flags, stdin=jsonl(*({"id": n, "prompt": "x"} for n in range(9))), code=code)
            equal(result.out, b"")
            equal(len(result.words.splitlines()), 1, result.words)
        equal(w.count(tagged), 0)
        equal(len(records(ask(home, "-m", "p/any", stdin=jsonl({"prompt": "x"})))), 1, "what needs none goes on")


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
