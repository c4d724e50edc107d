#!/usr/bin/env python3
"""Runs llm-route as many processes at once, and in chains with llm-ask whose endpoints are dead.

    run.py [--build DIR] [WORD…]     only tests whose name has one of the words

Ends with "N passed, N failed, N skipped", and with 1 where one failed. The tools are looked for in DIR, else
in $LLM_BUILD_DIR, else in build/.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support")]
from home import TempHome, tool  # noqa: E402

TESTS = []
TIERS = '[tier]\ncheap = "builtin/echo"\nstandard = "builtin/extract"\nstrong = "builtin/summary"\n'


def test(function):
    TESTS.append((function.__name__.replace("_", " "), function))
    return function


def equal(got, wanted, what="got"):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


def expect(true, *what):
    if not true:
        raise AssertionError(" ".join(str(one) for one in what) or "it does not hold")


def jsonl(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


def records(result):
    return [json.loads(line) for line in result.out.splitlines()]


def policy(home, text):
    folder = home.path / "config" / "llm-utils"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policy.toml").write_text(text)


def dead(home, name="dead"):
    """An endpoint nobody listens at: port 1 of this machine."""
    home.provider(name, "openai", "http://127.0.0.1:1/v1", connect_timeout=2)


def route(home, *arguments, stdin, code=0):
    result = home.run("llm-route", *arguments, stdin=stdin)
    if code is not None:
        equal(result.code, code, f"exit code: {result.words}")
    return records(result)


def at_once(count, work):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


@test
def an_endpoint_that_failed_others_is_passed_over_by_all(home):
    home.config(TIERS)
    dead(home)
    policy(home, 'default = "dead/model"\non_error = ["cheap"]\n')
    (first,) = route(home, stdin=jsonl({"prompt": "x"}))
    equal(first["route"]["tier"], "dead/model")

    def ask(n):
        return home.run("llm-ask", "--retries", 0, stdin=jsonl({"prompt": f"x{n}", "model": "dead/model"})).code

    equal(set(at_once(4, ask)), {3}, "llm-ask's exit codes")
    for answer in at_once(8, lambda n: route(home, stdin=jsonl({"prompt": f"y{n}"}, {"prompt": "z"}))):
        for one in answer:
            equal(one["route"]["tier"], "cheap", one)
            expect("rests" in one["route"]["tried"][0]["why"], one)


@test
def a_stream_under_way_learns_of_it(home):
    home.config(TIERS)
    dead(home)
    policy(home, 'default = "dead/model"\non_error = ["cheap"]\n')
    process = subprocess.Popen([str(tool("llm-route"))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=home.env, cwd=home.path)
    try:
        def sends(prompt):
            process.stdin.write(jsonl({"prompt": prompt}).encode())
            process.stdin.flush()
            return json.loads(process.stdout.readline())["route"]["tier"]

        equal(sends("a"), "dead/model")
        for _ in range(3):
            home.run("llm-ask", "--retries", 0, stdin=jsonl({"prompt": "x", "model": "dead/model"}))
        end = time.monotonic() + 4  # it rests for five seconds
        while (tier := sends("b")) != "cheap" and time.monotonic() < end:
            pass
        equal(tier, "cheap")
        process.stdin.close()
        equal(process.wait(10), 0)
    finally:
        process.kill()
        process.stdout.close()


@test
def fallback_around_llm_ask_answers_what_the_first_model_could_not(home):
    home.config(TIERS)
    dead(home)
    policy(home, 'on_error = ["cheap"]\n[[rule]]\nregex = "far"\nroute = "dead/model"\n[[rule]]\nroute = "cheap"\n')
    given = jsonl(*[{"id": n, "prompt": f"{'far' if n % 7 == 3 else 'near'} {n}"} for n in range(300)])
    routed = home.run("llm-route", stdin=given)
    result = home.run("llm-route", "fallback", "--", tool("llm-ask"), "--retries", 0, "--no-log", stdin=routed.out)
    equal(result.code, 0, result.words)
    answered = records(result)
    equal([one["id"] for one in answered], list(range(300)), "order")
    for n, one in enumerate(answered):
        equal(one["response"]["text"], f"{'far' if n % 7 == 3 else 'near'} {n}")
        equal("n" in one["route"], False, one)
        if n % 7 == 3 and one["route"]["reason"].startswith("cheap after"):
            equal(one["route"]["tried"][0]["error"], "unreachable")
    expect(any(one["route"]["reason"].startswith("cheap after") for one in answered), "nothing fell back")


@test
def fallback_as_a_stage_between_two_llm_asks(home):
    home.config(TIERS)
    dead(home)
    policy(home, 'default = "dead/model"\non_error = ["cheap"]\n')
    chain = " | ".join(["{route}", "{ask} --retries 0 --no-log", "{route} fallback", "{ask} --no-log"]).format(route=tool("llm-route"), ask=tool("llm-ask"))
    result = home.run("/bin/sh", "-c", chain, stdin=jsonl({"prompt": "a"}, {"prompt": "b", "id": 1}))
    equal(result.code, 0, result.words)
    equal([one["response"]["text"] for one in records(result)], ["a", "b"])


@test
def deltas_of_what_failed_are_taken_back(home):
    home.config(TIERS)
    policy(home, 'default = "cheap"\non_error = ["strong"]\n')
    script = home.path / "asks.py"
    script.write_text(
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    r = json.loads(line)\n"
        "    print(json.dumps({'id': r['id'], 'delta': 'half'}), flush=True)\n"
        "    r.update({'error': {'fault': 'provider', 'message': 'broke off'}} if r['model'] == 'cheap' else {'response': {'text': 'half and whole'}})\n"
        "    print(json.dumps(r), flush=True)\n"
    )
    result = home.run("llm-route", "fallback", "--", sys.executable, script, stdin=jsonl({"id": "a", "prompt": "x", "model": "cheap"}))
    lines = records(result)
    equal([one.get("delta", "record") for one in lines], ["half", None, "half", "record"])
    equal(lines[-1]["response"]["text"], "half and whole")


@test
def shares_are_the_same_in_every_process(home):
    home.config(TIERS)
    policy(home, 'key = ".user"\n[[rule]]\nname = "canary"\nroute = { strong = 1, cheap = 3 }\n')
    given = jsonl(*[{"prompt": str(n), "user": f"u{n}"} for n in range(100)])
    answers = at_once(8, lambda _: [one["route"]["tier"] for one in route(home, stdin=given)])
    expect(all(one == answers[0] for one in answers), "they differ")
    expect(10 < answers[0].count("strong") < 45, answers[0].count("strong"))
    backwards = jsonl(*[{"prompt": "again", "user": f"u{n}"} for n in reversed(range(100))])
    equal([one["route"]["tier"] for one in route(home, stdin=backwards)][::-1], answers[0])


@test
def many_processes_make_the_vectors_of_examples_once(home):
    home.config(TIERS)
    policy(home, '[[rule]]\nexamples = "e.jsonl"\nthreshold = 0.3\n[rule.routes]\na = "cheap"\nb = "strong"\n')
    words = "river mountain sea forest desert island valley glacier lake meadow".split()
    made = [{"prompt": f"{one} and {two}", "label": "a" if number % 2 else "b"} for number, (one, two) in enumerate((x, y) for x in words for y in words)]
    (home.path / "config/llm-utils/e.jsonl").write_text(jsonl(*made))
    given = jsonl(*[{"prompt": one["prompt"]} for one in made])
    answers = at_once(6, lambda _: [one["route"]["tier"] for one in route(home, stdin=given)])
    expect(all(one == answers[0] for one in answers), "they differ")
    with sqlite3.connect(home.path / "cache/llm-utils/route.db") as db:
        equal(db.execute("SELECT count(*) FROM example_set").fetchone()[0], 1, "sets")
        equal(db.execute("SELECT count(*) FROM example").fetchone()[0], 100, "examples")


@test
def a_store_that_cannot_be_written_is_done_without(home):
    home.config(TIERS)
    policy(home, '[[rule]]\nexamples = "e.jsonl"\nthreshold = 0.3\nroute = "strong"\n')
    (home.path / "config/llm-utils/e.jsonl").write_text(jsonl({"prompt": "river and sea"}))
    result = home.run("llm-route", "--store", "/dev/null/route.db", stdin=jsonl({"prompt": "the river and the sea"}))
    equal(result.code, 0, result.words)
    equal(records(result)[0]["route"]["tier"], "strong")
    expect("for this run alone" in result.words, result.words)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build")
    parser.add_argument("word", nargs="*")
    options = parser.parse_args()
    if options.build:
        os.environ["LLM_BUILD_DIR"] = options.build
    counts = {"passed": 0, "failed": 0}
    for name, function in TESTS:
        if options.word and not any(word in name for word in options.word):
            continue
        began, why = time.monotonic(), ""
        try:
            with TempHome() as home:
                function(home)
        except Exception as error:
            why = f"{error}\n" + "".join(traceback.format_tb(error.__traceback__)[-2:])
        counts["failed" if why else "passed"] += 1
        print(f"{'FAIL' if why else 'ok  '} {time.monotonic() - began:6.1f} s  {name}", flush=True)
        if why:
            print("     " + why.strip().replace("\n", "\n     "), flush=True)
    print(f"{counts['passed']} passed, {counts['failed']} failed, 0 skipped")
    return 1 if counts["failed"] else 0


sys.exit(main())
