"""Budgets: the worst case is put aside before a call is sent, and no number of processes overspends."""

import json
import signal
import socket
import sqlite3
import threading

from breaker import closed_port
from harness import Running, ask, equal, expect, for_each, jsonl, records, test, until, url
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
def a_record_that_names_a_model_of_unknown_price_fails_alone(w):
    with w.at("echo") as (home, tagged):
        home.config(PRICE)
        result = ask(home, "-m", "p/any", "--budget", 1, stdin=jsonl(small(1), small(2, model="p/unheard"), small(3)), code=3)
        equal([one.get("error", {}).get("fault") for one in records(result)], [None, "config", None])
        equal(w.count(tagged), 2)


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


CHARGED = (
    ("400", False),
    ("401", False),
    ("403", False),
    ("404", False),
    ("408", False),
    ("413", False),
    ("422", False),
    ("429-ms:1", False),
    ("500", False),
    ("502", True),  # a gateway: somebody behind it may have had it
    ("503", False),
    ("504", True),
    ("529", False),
    ("error-in-200", False),
    ("close-before-headers", True),
    ("reset-before-headers", True),
    ("close-mid-headers", True),
    ("close-mid-body", True),
    ("truncated-json", True),
    ("invalid-json", True),
    ("html", True),
    ("empty-body", True),
    ("silence", True),
    ("no-usage", True),
    ("redirect-same-host", False),
)
CHARGED_STREAMS = (("error-in-200", False), ("error-mid-stream", True), ("close-mid-stream", True), ("silence-mid-stream", True))


@for_each(*((f"{scenario}{' streamed' if flags else ''}", scenario, flags, whole) for flags, table in (((), CHARGED), (("--stream",), CHARGED_STREAMS)) for scenario, whole in table))
def what_a_failed_call_may_have_cost_counts_and_what_it_cannot_have_does_not(w, _, scenario, flags, whole):
    for protocol in ("openai", "anthropic", "gemini", "ollama"):
        with w.at(scenario, protocol) as (home, tagged):
            home.config(PRICE)
            result = ask(home, "-m", "p/any", "--retries", 1, "--timeout", "2s", "--budget", 1, *flags, stdin=jsonl(small(1)), code=None)
            equal(result.code, 0 if scenario == "no-usage" else 3, result.out)
            expect(w.count(tagged) >= 1, "it was asked")
            worst = spent(home) / max(1, w.count(tagged))
            if whole or (scenario, protocol) == ("error-in-200", "ollama"):  # which tells no status there
                expect(worst > 0.1, protocol, "a thousand bytes and ten tokens", worst)
            else:
                equal(spent(home), 0, protocol)


@test
def what_never_reached_a_server_costs_nothing(w):
    with w.home() as home, socket.create_server(("127.0.0.1", 0)) as deaf:
        home.provider("p", "openai", f"http://127.0.0.1:{closed_port()}/v1")
        home.provider("q", "openai", "https://no-such-host.invalid/v1")
        home.provider("r", "openai", f"https://127.0.0.1:{deaf.getsockname()[1]}/v1")  # no handshake comes
        home.config(PRICE + '[model."q/any"]\ninput = 100\noutput = 1000\n[model."r/any"]\ninput = 100\noutput = 1000\n')
        given = jsonl(*({"id": name, "model": f"{name}/any", "prompt": "x"} for name in "pqr"))
        ask(home, "--retries", 1, "--timeout", "1s", "--budget", 100, stdin=given, code=3)
        equal(spent(home), 0)


class Swallows:
    """A server that answers the first request of each connection, and closes it when it has read the second one."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.served = []
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()
            except OSError:
                return

    def serve(self, connection):
        answer = json.dumps({"choices": [{"message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 12, "completion_tokens": 7}}).encode()
        with connection, connection.makefile("rb") as stream:
            for nth in (1, 2):
                length = 0
                while (line := stream.readline()).strip():
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                if not line:
                    return
                self.served.append(json.loads(stream.read(length))["messages"][-1]["content"])
                if nth == 1:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)


@test
def what_a_kept_connection_swallows_is_counted_and_charged(w):
    """libcurl sends such a request again by itself, and nobody would know."""
    with w.home() as home, Swallows() as server:
        home.provider("p", "openai", f"http://127.0.0.1:{server.listener.getsockname()[1]}/v1")
        home.config(PRICE)
        given = [small(n, prompt=f"p{n}") for n in range(4)]
        result = ask(home, "-m", "p/any", "--jobs", 1, "--retries", 0, "--budget", 10, stdin=jsonl(*given), code=3)
        equal(server.served, ["p0", "p1", "p2", "p3"], "each once")
        out = records(result)
        equal([one.get("error", {}).get("fault") for one in out], [None, "unreachable"] * 2)
        before = spent(home)
        expect(before > 2 * COST + 2 * 0.1, "those that were read count", before)
        server.served.clear()
        result = ask(home, "-m", "p/any", "--jobs", 1, "--budget", 10, stdin=jsonl(*given))
        equal(server.served, ["p0", "p1", "p1", "p2", "p2", "p3", "p3"])
        equal([one["response"]["attempts"] for one in records(result)], [1, 2, 2, 2])
        expect(spent(home) - before > 4 * COST + 3 * 0.1, spent(home) - before)


def rename(home, before, after):
    """What follows fails as on a full disk."""
    with sqlite3.connect(home.path / "state" / "llm-utils" / "pace.db", timeout=60) as db:
        db.execute(f"ALTER TABLE {before} RENAME TO {after}")


@for_each(("--budget", 10, "reservation"), ("--tpm", 1000000, "bucket"))
def a_store_that_takes_nothing_more_loses_no_answer(w, flag, value, table):
    with w.at("slow:700") as (home, tagged):
        home.config(PRICE)
        with Running(home, "-m", "p/any", "--jobs", 4, flag, value) as run:
            run.write(jsonl(*(small(n, prompt=f"p{n}") for n in range(12))))
            run.end_input()
            until(lambda: w.count(tagged) == 4, "four calls in flight")
            rename(home, table, "elsewhere")
            code, out = run.rest()
            equal(code, 3)
            equal(run.words.count("cannot be noted"), 1 if flag == "--budget" else 0, run.words)
        lines = [json.loads(line) for line in out.splitlines()]
        equal([one["response"]["text"] for one in lines[:4]], ["p0", "p1", "p2", "p3"], "what was paid for")
        equal([one["id"] for one in lines], list(range(12)), "and no record is lost")
        expect(all("error" in one for one in lines[4:]), out)
        equal(w.count(tagged), 4, "without a ledger nothing more is asked")


@test
def what_could_not_be_noted_is_noted_later(w):
    with w.at("slow:700") as (home, tagged):
        home.config(PRICE)
        with Running(home, "-m", "p/any", "--jobs", 4, "--budget", 10) as run:
            run.write(jsonl(*(small(n) for n in range(4))))
            until(lambda: w.count(tagged) == 4, "four calls in flight")
            rename(home, "reservation", "elsewhere")
            for n in range(4):
                equal(json.loads(run.line())["id"], n)
            rename(home, "elsewhere", "reservation")
            run.end_input()
            equal(run.rest()[0], 0)
        expect(abs(spent(home) - 4 * COST) < 1e-6, spent(home))
        equal((status(home)["reservation"], status(home)["run"]), ([], []))


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
def what_was_asked_and_paid_fails_as_it_did_and_is_not_called_unasked(w):
    with w.at("close-before-headers") as (home, tagged):
        home.config(PRICE)
        result = ask(home, "-m", "p/any", "--budget", 0.2, stdin=jsonl(small(1)), code=None)
        (one,) = records(result)
        equal(one["error"]["fault"], "unreachable", one)
        expect("not asked again" in one["error"]["message"], one)
        equal(w.count(tagged), 1, "a second try does not fit")
    with w.at("schema:99") as (home, tagged):
        home.config(PRICE)
        result = ask(home, "-m", "p/any", "--budget", 0.2, stdin=jsonl(small(1, schema={"type": "object"})), code=None)
        (one,) = records(result)
        equal(one["error"]["fault"], "schema", one)
        expect("no money left" in one["error"]["message"], one)


@test
def an_unasked_record_is_no_empty_answer(w):
    with w.at("echo") as (home, tagged):
        home.config(PRICE)
        result = ask(home, "-m", "p/any", "-r", "--budget", 0.16, "--jobs", 1, stdin=jsonl(*(small(n) for n in range(9))), code=6)
        equal(result.text, "x\n" * w.count(tagged))


@test
def an_answer_that_another_process_has_in_flight_needs_no_money(w):
    with w.at("slow:3000") as (home, tagged):
        home.config(PRICE)
        with Running(home, "-q", "-m", "p/any", "--share-identical", "--budget", 1) as first:
            first.write(jsonl(small(1)))
            first.end_input()
            until(lambda: w.count(tagged) == 1, "the first is in flight")
            (one,) = records(ask(home, "-q", "-m", "p/any", "--share-identical", "--budget", 0.01, stdin=jsonl(small(1))))
            equal(one["response"]["text"], "x")
            first.rest()
        equal(w.count(tagged), 1)


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
