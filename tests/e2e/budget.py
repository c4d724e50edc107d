"""Budgets: the worst case is put aside before a call is sent, and no number of processes overspends."""

import json
import signal

from harness import Running, ask, equal, expect, jsonl, records, test, until, url
from pace import in_parallel

PRICE = '[model."p/any"]\ninput = 100\noutput = 1000\n'  # dollars a million: a call of the server's (12 in, 7 out) costs $0.0082
COST = 0.0082


def status(home, **more):
    rows = [json.loads(line) for line in ask(home, "--budget-status", "--json", **more).out.splitlines()]
    return {kind: [row for row in rows if row["kind"] == kind] for kind in ("day", "run", "reservation", "server")}


def spent(home):
    return sum(row["spent"] for row in status(home)["day"])


def small(n, **more):
    return {"id": n, "prompt": "x", "options": {"max_tokens": 10}, **more}


@test
def what_does_not_fit_is_left_as_it_came_and_the_code_is_6(w):
    with w.at("echo") as (home, tagged):
        home.config(PRICE)
        given = [f'{{"id":{n}, "mine":1.10,"prompt":"x","options":{{"max_tokens":10}} }}' for n in range(40)]
        result = ask(home, "-m", "p/any", "-s", "be brief", "--budget", 0.3, "--jobs", 4, stdin="\n".join(given) + "\n", code=6)
        lines = result.out.decode().splitlines()
        equal(len(lines), 40)
        answered = [n for n, line in enumerate(lines) if "response" in json.loads(line)]
        left = [n for n, line in enumerate(lines) if line == given[n]]
        equal(sorted(answered + left), list(range(40)), "each is answered or untouched")
        expect(answered and left, len(answered))
        equal(w.count(tagged), len(answered))
        expect(abs(spent(home) - COST * len(answered)) < 1e-6, spent(home))
        expect(spent(home) <= 0.3, spent(home))
        expect("left unasked" in result.words, result.words)
        again = ask(home, "-m", "p/any", "--jobs", 4, stdin=result.out)
        equal(w.count(tagged), 40, "the next run asks for the rest only")
        equal(len([one for one in records(again) if "response" in one]), 40)


@test
def one_prompt_that_does_not_fit_ends_with_6(w):
    with w.at("echo") as (home, tagged):
        home.config(PRICE)
        result = ask(home, "-m", "p/any", "--budget", 0.001, "hello", code=6)
        expect("worst" in result.words, result.words)
        equal(w.count(tagged), 0)


@test
def without_max_tokens_4096_are_sent_and_put_aside(w):
    with w.at("echo") as (home, tagged):
        home.config(PRICE)
        ask(home, "-m", "p/any", "--budget", 10, "hello")
        body = w.requests(tagged)[0]["body"]
        equal(body.get("max_tokens", body.get("max_completion_tokens")), 4096, body)
        ask(home, "-m", "p/any", "--budget", 10, "hello", env={"LLMUTILS_BUDGET_MAX_TOKENS": "77"})
        body = w.requests(tagged)[1]["body"]
        equal(body.get("max_tokens", body.get("max_completion_tokens")), 77, body)
        ask(home, "-m", "p/any", "--budget", 4, "hello", code=6)
        ask(home, "-m", "p/any", "hello")
        body = w.requests(tagged)[2]["body"]
        equal(body.get("max_tokens", body.get("max_completion_tokens")), None, "and not without a budget")


@test
def an_unknown_price_is_a_wrong_configuration_unless_one_is_assumed(w):
    with w.at("echo") as (home, tagged):
        for arguments, stdin in ((("hello",), None), ((), jsonl(small(1)))):
            result = ask(home, "-m", "p/any", "--budget", 1, *arguments, stdin=stdin, code=2)
            expect("--assume-price" in result.words, result.words)
        equal(w.count(tagged), 0)
        ask(home, "-m", "p/any", "--budget", 1, "--assume-price", "100/1000", stdin=jsonl(small(1)))
        expect(abs(spent(home) - COST) < 1e-6, spent(home))
        ask(home, "-m", "p/any", "--budget", 1, "--assume-price", "cheap", stdin=jsonl(small(1)), code=2)
        ask(home, "-m", "builtin/echo", "--budget", 0, "what is free costs nothing")


@test
def a_day_is_common_to_thirty_two_processes(w):
    with w.at("echo") as (home, tagged):
        home.config(PRICE + "[budget]\nday = 0.5\n")
        answered = []

        def run(n):
            result = ask(home, "-m", "p/any", "--jobs", 3, stdin=jsonl(*(small(f"{n}-{k}") for k in range(4))), code=None)
            out = records(result)
            equal(len(out), 4)
            full = [one for one in out if "response" in one]
            equal(result.code, 0 if len(full) == 4 else 6)
            answered.extend(full)

        in_parallel(32, run)
        equal(w.count(tagged), len(answered))
        expect(spent(home) <= 0.5, spent(home))
        expect(abs(spent(home) - COST * len(answered)) < 1e-6, (spent(home), len(answered)))
        expect(spent(home) > 0.5 - 0.14, "it was used up to what one call more could cost", spent(home))
        equal(status(home)["reservation"], [])
        equal(status(home)["run"], [])


@test
def what_a_failed_call_may_have_cost_counts_and_what_it_cannot_have_does_not(w):
    for scenario, whole in (("429-ms:1", False), ("500", False), ("400", False), ("close-before-headers", False), ("close-mid-body", True), ("silence", True)):
        with w.at(scenario) as (home, tagged):
            home.config(PRICE)
            ask(home, "-m", "p/any", "--retries", 1, "--timeout", "2s", "--budget", 1, stdin=jsonl(small(1)), code=3)
            worst = spent(home) / max(1, w.count(tagged))
            if whole:
                expect(worst > 0.1, scenario, "a thousand bytes and ten tokens", worst)
            else:
                equal(spent(home), 0, scenario)


@test
def what_a_killed_process_had_sent_is_charged_whole(w):
    with w.home() as home:
        stuck, fine = w.tagged("silence"), w.tagged("echo")
        home.provider("p", "openai", url(w, stuck))
        home.config(PRICE + "[budget]\nday = 1\n")
        with Running(home, "-m", "p/any", "--jobs", 2) as run:
            run.write(jsonl(small(1), small(2)))
            until(lambda: w.count(stuck) == 2, "two calls in flight")
            now = status(home)
            equal(len(now["reservation"]), 2)
            equal({row["state"] for row in now["reservation"]}, {f"sent by {run.process.pid}"})
            equal([row["pid"] for row in now["run"]], [run.process.pid])
            held = sum(row["held"] for row in now["reservation"])
            expect(abs(now["day"][0]["held"] - held) < 1e-6 and abs(now["day"][0]["left"] - (1 - held)) < 1e-6, now["day"])
            run.signal(signal.SIGKILL)
            run.process.wait(60)
        after = status(home)
        equal(after["reservation"], [])
        expect(abs(after["day"][0]["spent"] - held) < 1e-6, after["day"], held)
        table = ask(home, "--budget-status").text
        expect("SPENT $" in table and "day" in table, table)


@test
def a_call_that_does_not_fit_waits_for_those_in_flight(w):
    with w.at("slow:400") as (home, tagged):
        home.config(PRICE)
        # one may cost about $0.14 at worst and costs $0.0082: one after the other, five fit into $0.18
        result = ask(home, "-m", "p/any", "--jobs", 5, "--budget", 0.18, stdin=jsonl(*(small(n) for n in range(5))))
        equal(len([one for one in records(result) if "response" in one]), 5)
        equal(w.count(tagged), 5)


@test
def resume_and_a_budget_go_on_the_next_day(w):
    with w.at("echo") as (home, tagged):
        home.config(PRICE)
        given = jsonl(*(small(n) for n in range(30)))
        first = ask(home, "-m", "p/any", "--budget", 0.25, "--resume", "done", stdin=given, code=6)
        before = w.count(tagged)
        expect(0 < before < 30, before)
        second = ask(home, "-m", "p/any", "--budget", 1, "--resume", "done", stdin=given)
        equal(w.count(tagged), 30, "what was left unasked is not held for done")
        equal([one["response"]["text"] for one in records(second)], ["x"] * 30)
        expect(f"{before} resumed" in second.words, second.words)
