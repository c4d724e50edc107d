"""llm-eval: chains that end in a gate, suites against servers that answer, fail or are not there, killed and resumed."""

import json
import os
import signal
import socket
import subprocess

from harness import ANSWER, equal, expect, jsonl, test
from home import tool

SUITE = """
description: a try
prompts: ['What is {{n}}?']
cases: cases.jsonl
"""


def _eval(home, *arguments, stdin=b"", code=0, timeout=120):
    result = home.run("llm-eval", *arguments, stdin=stdin, timeout=timeout)
    if code is not None:
        equal(result.code, code, f"exit code of {arguments}: {result.words}")
    return result


def _lines(result):
    return [json.loads(line) for line in result.out.splitlines()]


def _suite(home, count, text=SUITE, expectation="contains: 42"):
    folder = home.path / "suite"
    folder.mkdir(exist_ok=True)
    (folder / "suite.yaml").write_text(text)
    (folder / "cases.jsonl").write_text(jsonl(*({"id": f"c{n}", "n": n, "expect": expectation} for n in range(count))))
    return folder / "suite.yaml"


@test
def a_chain_ends_in_a_gate(w):
    with w.at("ok") as (home, tagged):
        asked = home.run("llm-ask", "-m", "p/any", stdin=jsonl({"id": 1, "prompt": "x", "expect": "contains: 42"}, {"id": 2, "prompt": "y", "expect": "contains: 43"}).encode())
        held = _eval(home, "--gate", "pass_rate >= 0.5", stdin=asked.out)
        equal([one["eval"]["pass"] for one in _lines(held)], [True, False])
        failed = _eval(home, "--gate", "pass_rate > 0.5", stdin=asked.out, code=1)
        equal(failed.out, held.out, "a gate changes the exit code alone")
        expect("gate fails: pass_rate > 0.5 (pass_rate = 0.5)" in failed.words, failed.words)


@test
def a_suite_is_asked_and_checked(w):
    with w.at("ok") as (home, tagged):
        suite = _suite(home, 20)
        out = home.path / "page.html"
        done = _eval(home, "run", suite, "-m", "p/any", "--html", out, "--junit", home.path / "j.xml", "-j", "4")
        got = _lines(done)
        equal([one["case"]["id"] for one in got], [f"c{n}" for n in range(20)], "order is kept")
        expect(all(one["eval"]["pass"] and one["response"]["text"] == ANSWER for one in got), got[0])
        equal(w.count(tagged), 20)
        expect('"o":"pass"' in out.read_text(), "the page has the rows")
        expect('tests="20" failures="0"' in (home.path / "j.xml").read_text(), "JUnit")
        expect("20 of 20 passed" in done.words, done.words)
        _eval(home, "run", _suite(home, 2, expectation="equals: something else"), "-m", "p/any", code=1)


@test
def a_resumed_run_asks_the_rest_and_sums_up_all(w):
    with w.at("ok") as (home, tagged):
        suite = _suite(home, 30)
        state = home.path / "done"
        _eval(home, "run", suite, "-m", "p/any", "--limit", "12", "--resume", state)
        before = w.count(tagged)
        done = _eval(home, "run", suite, "-m", "p/any", "--resume", state, "--gate", "cases == 30 and pass_rate == 1")
        equal(w.count(tagged), before + 18, "what was done is not asked again")
        equal(len(_lines(done)), 30)


@test
def a_run_killed_anywhere_goes_on_where_it_stopped(w):
    with w.at("ok") as (home, tagged):
        suite = _suite(home, 200)
        words = [tool("llm-eval"), "run", suite, "-m", "p/any", "-q", "--resume", home.path / "done"]
        first = subprocess.Popen([str(one) for one in words], env=home.env, stdout=subprocess.PIPE)
        first.stdout.readline()
        first.send_signal(signal.SIGKILL)
        first.communicate()
        done = _eval(home, "run", suite, "-m", "p/any", "-q", "--resume", home.path / "done")
        equal([one["case"]["id"] for one in _lines(done)], [f"c{n}" for n in range(200)])
        # what was in flight or not yet noted may have been asked twice, nothing else
        expect(w.count(tagged) <= 400, w.count(tagged))


@test
def a_cached_run_asks_nothing_twice_and_each_repetition_once(w):
    with w.at("ok") as (home, tagged):
        suite = _suite(home, 5)
        for _ in range(2):
            done = _eval(home, "run", suite, "-m", "p/any", "--cache", "--repeat", "3")
            equal(len(_lines(done)), 15)
        equal(w.count(tagged), 15)
        expect("15 answers from the cache" in done.words, done.words)


@test
def a_dead_endpoint_ends_in_a_clear_report(w):
    with w.home() as home, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refuses
        home.provider("dead", "openai", f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        done = _eval(home, "run", _suite(home, 300), "-m", "dead/any", code=3)
        equal(len(_lines(done)), 300)
        expect("300 × unreachable" in done.words and "nothing was judged" in done.words, done.words)


@test
def the_same_answers_come_from_a_cassette(w):
    with w.at("ok") as (home, tagged):
        suite = _suite(home, 4)
        live = _eval(home, "run", suite, "-m", "p/any", "--record", home.path / "tape")
        asked = w.count(tagged)
        again = _eval(home, "run", suite, "-m", "p/any", "--replay", home.path / "tape")
        equal(w.count(tagged), asked)
        equal([one["eval"] for one in _lines(again)], [one["eval"] for one in _lines(live)])


@test
def runs_are_compared_case_by_case(w):
    with w.home() as home:
        for name, text in (("old", "number {{n}}"), ("new", "no. {{n}}")):
            suite = _suite(home, 12, SUITE.replace("What is {{n}}?", text), "contains: number")
            done = _eval(home, "run", "-q", suite, "-m", "builtin/echo", code=None)
            (home.path / name).write_bytes(done.out)
        worse = json.loads(_eval(home, "compare", "--json", home.path / "old", home.path / "new", code=1).out)
        equal((worse["verdict"], worse["worse"], len(worse["regressed"])), ("regressed", 12, 12))
        better = json.loads(_eval(home, "compare", "--json", home.path / "new", home.path / "old").out)
        equal(better["verdict"], "improved")


@test
def drift_alarms_when_answers_change_and_not_before(w):
    with w.at("ok") as (home, tagged):
        store = home.path / "runs.db"
        suite = _suite(home, 20, expectation="contains: What")
        plain = home.config_file.read_text()
        home.config('[model.thing]\nmodel = "builtin/echo"')
        for _ in range(7):
            steady = _eval(home, "drift", suite, "-m", "thing", "--store", store, "--json")
        expect("steady" in steady.words or b"steady" in steady.out, steady.out)
        # the name stays, and the model behind it is another
        home.config_file.write_text(plain + '\n[model.thing]\nmodel = "p/any"\n')
        changed = _eval(home, "drift", suite, "-m", "thing", "--store", store, "--json", code=1)
        expect(any(json.loads(line)["alarm"] for line in changed.out.splitlines()), changed.out)


@test
def calls_of_the_journal_become_cases(w):
    with w.at("ok") as (home, tagged):
        home.run("llm-ask", "-m", "p/any", "what is it?")
        (case,) = _lines(_eval(home, "from-log", "--expect", "similar(0.8): {{reference}}"))
        equal((case["reference"], case["messages"][-1]["content"]), (ANSWER, "what is it?"))
        cases = home.path / "cases.jsonl"
        cases.write_text(json.dumps(case) + "\n")
        again = _eval(home, "run", cases, "-m", "p/any")
        expect(_lines(again)[0]["eval"]["pass"], again.out)
        _eval(home, "from-log", "--since", "2020-01-01", "--until", "2020-01-02", code=1)


@test
def a_reader_that_leaves_ends_the_run(w):
    with w.home() as home:
        suite = _suite(home, 5000)
        done = subprocess.run(f"'{tool('llm-eval')}' run -q -m builtin/echo '{suite}' | head -1", shell=True, env=home.env, capture_output=True, timeout=120)
        equal(done.returncode, 0)
        equal(len(done.stdout.splitlines()), 1)


@test
def the_page_works_without_a_browser(w):
    from home import ROOT

    with w.home() as home:
        page = home.path / "page.html"
        _eval(home, "run", "-q", _suite(home, 50, expectation="contains: 3"), "-m", "builtin/echo", "--html", page, code=1)
        done = subprocess.run(["node", ROOT / "tests/eval/page.mjs", page], capture_output=True, timeout=120, env={"PATH": os.environ["PATH"]})
        equal(done.returncode, 0, done.stderr.decode()[-2000:])
