"""The journal of calls and the conversations in it, as llm-ask keeps them."""

import json
import signal
import sqlite3
import threading

from harness import ANSWER, Running, ask, equal, expect, for_each, jsonl, records, test, until, url


def rows(home, columns="*", order="id"):
    """Read by another process's hands: SQLite itself."""
    (file,) = (home.path / "data").rglob("log.db")
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as journal:
        return journal.execute(f"SELECT {columns} FROM call ORDER BY {order}").fetchall()


@test
def each_call_is_one_row_with_what_it_cost(w):
    with w.at("ok") as (home, _):
        home.config('[model."p/priced"]\ninput = 1.0\noutput = 10.0\n')
        ask(home, "-m", "p/priced", "-o", "temperature", 0.5, stdin=jsonl({"id": "r1", "prompt": "x"}))
        columns = (
            "tool, record_id, gen_ai_provider_name, gen_ai_request_model, gen_ai_usage_input_tokens,"
            " gen_ai_usage_output_tokens, gen_ai_usage_cache_read_input_tokens, gen_ai_request_temperature,"
            " attempts, error_type, server_address"
        )
        (row,) = rows(home, columns)
        equal(row, ("llm-ask", "r1", "p", "priced", 12, 7, 4, 0.5, 1, None, "127.0.0.1"))
        ((cost, ms),) = rows(home, "cost_usd, duration_ms")
        expect(cost > 0 and ms > 0, cost, ms)


@test
def failures_and_repetitions_are_in_it_too(w):
    with w.home() as home:
        home.provider("bad", "openai", url(w, w.tagged("400")))
        home.provider("slow", "openai", url(w, w.tagged("429-then-ok:2")))
        given = jsonl({"prompt": "x", "model": "bad/m"}, {"prompt": "x", "model": "slow/m"})
        ask(home, "--jobs", 1, stdin=given, code=3)
        first, second = rows(home, "error_type, error_status, attempts")
        equal(first, ("refused", 400, 1))
        equal(second, (None, None, 3))


@for_each(("a flag", ["-n"], {}, ""), ("a setting", [], {}, "log = false\n"), ("a variable", [], {"LLMUTILS_LOG": "false"}, ""))
def calls_are_left_out_by(w, _, flags, env, config):
    with w.home() as home:
        home.config(config)
        ask(home, "-m", "builtin/echo", *flags, "hello", env=env)
        equal(list(home.path.rglob("log.db*")), [])


@test
def many_processes_write_one_journal_and_lose_nothing(w):
    with w.at("ok") as (home, tagged):
        failures = []

        def run(n):
            try:
                given = jsonl(*({"id": f"{n}-{k}", "prompt": "x"} for k in range(25)))
                result = ask(home, "-q", "-m", "p/any", "--jobs", 8, stdin=given)
                equal(result.words, "")
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=run, args=(n,)) for n in range(12)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        expect(not failures, failures)
        equal(w.count(tagged), 300)
        found = rows(home, "record_id")
        equal(len(found), 300)
        equal(len({row[0] for row in found}), 300)


@test
def what_was_answered_before_a_kill_is_in_the_journal_that_opens_without_help(w):
    with w.at("ok") as (home, tagged):
        with Running(home, "-m", "p/any", "--jobs", 2) as run:
            for n in range(5):
                run.write(jsonl({"id": n, "prompt": "x"}))
                run.line()
            until(lambda: list(home.path.rglob("log.db")) and len(rows(home, "id")) == 5, "they are written soon")
            run.signal(signal.SIGKILL)
            run.process.wait()
        ask(home, "-m", "p/any", "hello")
        equal(len(rows(home, "id")), 6)


@test
def a_signal_keeps_what_was_done(w):
    with w.at("slow:300") as (home, tagged):
        with Running(home, "-m", "p/any", "--jobs", 2) as run:
            run.write(jsonl(*({"id": n, "prompt": "x"} for n in range(9))))
            until(lambda: w.count(tagged) == 2, "two in flight")
            run.signal(signal.SIGTERM)
            code, out = run.rest()
            equal(code, 143)
            equal(len(rows(home, "id")), len(out.splitlines()))


@test
def a_journal_that_cannot_be_written_does_not_cost_the_answer(w):
    with w.at("ok") as (home, tagged):
        (home.path / "data").write_text("a file where the folder belongs")
        result = ask(home, "-m", "p/any", "hello", code=None)
        equal(result.text, ANSWER + "\n", result.words)
        equal(w.count(tagged), 1)


@test
def a_conversation_goes_on(w):
    with w.at("echo") as (home, tagged):
        ask(home, "-m", "p/any", "--cid", "trip", "-s", "Be brief.", "one")
        ask(home, "-m", "p/any", "other")
        ask(home, "-m", "p/any", "--cid", "trip", "two")
        turns = w.requests(tagged)[-1]["body"]["messages"]
        equal([one["content"] for one in turns if one["role"] != "system"], ["one", "one", "two"])
        ask(home, "-m", "p/any", "-c", "three")
        turns = w.requests(tagged)[-1]["body"]["messages"]
        expect(turns[-1]["content"] == "three" and len(turns) > 2, turns)


@test
def the_journal_is_listed_counted_and_pruned(w):
    with w.at("ok") as (home, _):
        home.provider("bad", "openai", url(w, "400"))
        ask(home, "-m", "p/any", "--jobs", 1, stdin=jsonl(*[{"prompt": "x"}] * 3))
        ask(home, "-m", "bad/any", "y", code=4)
        listed = records(ask(home, "--log", "list", "--json"))
        equal([one.get("fault") for one in listed], ["refused", None, None, None])
        equal(len(records(ask(home, "--log", "list", "--json", "--fault", "refused"))), 1)
        equal(len(records(ask(home, "--log", "list", "--json", "--limit", 2))), 2)
        equal(len(records(ask(home, "--log", "list", "--json", "--since", "1h"))), 4)
        equal(json.loads(ask(home, "--log", "show", listed[1]["id"]).text)["gen_ai_usage_input_tokens"], 12)
        stats = {one["model"]: one for one in records(ask(home, "--log", "stats", "--json"))}
        equal((stats["p/any"]["calls"], stats["p/any"]["input"]), (3, 36), stats)
        ask(home, "--log", "prune", "--older", "0s", code=None)
        equal(len(rows(home, "id")), 4, "without --yes nothing is removed")


@test
def replay_journal_answers_from_it(w):
    with w.at("echo") as (home, tagged):
        ask(home, "-m", "p/any", "remember me")
        equal(ask(home, "-m", "replay/journal", "remember me").text, "remember me\n")
        equal(w.count(tagged), 1)
        ask(home, "-m", "replay/journal", "never said", code=4)
