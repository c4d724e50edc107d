"""One prompt: what it is made of, what comes out, and with which code it ends (llm-record(5))."""

import os
import pty
import subprocess
import time

from harness import ANSWER, Running, ask, equal, expect, for_each, jsonl, records, test, until


@test
def text_on_stdin_is_joined_to_the_prompt(w):
    with w.at("echo") as (home, tagged):
        equal(ask(home, "-m", "p/any", "Say:", stdin="one\ntwo\n").text, "Say:\n\none\ntwo\n")
        equal(ask(home, "-m", "p/any", "Say:", stdin="").text, "Say:\n")
        equal(ask(home, "-m", "p/any", "Say:", stdin=" \n\n").text, "Say:\n")
        equal(ask(home, "-m", "p/any", "Say:", stdin=None).text, "Say:\n")
        (home.path / "file").write_text("from a file")
        with open(home.path / "file", "rb") as file, Running(home, "-m", "p/any", "Say:", stdin=file) as run:
            equal(run.rest(), (0, b"Say:\n\nfrom a file\n"))


@test
def a_dash_takes_all_of_stdin_as_the_prompt(w):
    with w.home() as home:
        equal(ask(home, "-m", "builtin/echo", "-", stdin='{"prompt": 1}\nmore\n').text, '{"prompt": 1}\nmore\n')
        ask(home, "-m", "builtin/echo", "-", stdin="", code=None)


@test
def no_stdin_leaves_it_to_the_loop_around(w):
    with w.home() as home:
        done = subprocess.run(
            f"while read -r line; do {tool()} --no-stdin -m builtin/echo \"$line\"; done",
            shell=True,
            executable="/bin/bash",
            input=b"one\ntwo\nthree\n",
            env=home.env,
            capture_output=True,
            timeout=60,
        )
        equal(done.stdout, b"one\ntwo\nthree\n", done.stderr)


def tool():
    import home as homes

    return homes.tool("llm-ask")


@test
def after_a_second_without_a_byte_it_says_what_it_waits_for(w):
    with w.home() as home, Running(home, "-m", "builtin/echo", "Say:") as run:
        until(lambda: "waiting for text on stdin" in run.words, "the line on stderr")
        expect("--no-stdin" in run.words, run.words)
        run.write("more")
        run.end_input()
        equal(run.rest(), (0, b"Say:\n\nmore\n"))
    with w.home() as home, Running(home, "-q", "-m", "builtin/echo", "Say:") as run:
        time.sleep(1.5)
        equal(run.words, "", "not with --quiet")
        run.end_input()
        equal(run.rest()[0], 0)


@test
def a_terminal_on_stdin_is_never_read_without_being_asked(w):
    with w.home() as home:
        ours, theirs = pty.openpty()
        try:
            with Running(home, "-m", "builtin/echo", "hello", stdin=theirs) as run:
                equal(run.rest(), (0, b"hello\n"))
        finally:
            os.close(ours)
            os.close(theirs)


@test
def json_gives_the_record_of_one_prompt(w):
    with w.at("ok") as (home, _):
        (one,) = records(ask(home, "-m", "p/any", "--json", "-s", "sys", "hello"))
        equal((one["prompt"], one["system"], one["model"]), ("hello", "sys", "p/any"))
        equal(one["response"]["text"], ANSWER)
        out = records(ask(home, "-m", "p/any", "--json", "--stream", "hello"))
        expect(len(out) > 2 and out[-1]["response"]["text"] == ANSWER, out)
        equal("".join(one["delta"] for one in out[:-1]), ANSWER)


@for_each(
    ("400", 4), ("401", 4), ("404", 4), ("429", 5), ("408", 5), ("500", 5), ("close-before-headers", 5), ("invalid-json", 5)
)
def the_exit_code_is_that_of_the_fault(w, scenario, code):
    with w.at(scenario) as (home, _):
        ask(home, "-m", "p/any", "--retries", 0, "hello", code=code)
        result = ask(home, "-m", "p/any", "--retries", 0, "--json", "hello", code=code)
        expect("error" in records(result)[0], "--json gives the record all the same")


@for_each(
    ("an unknown option", ["--modell", "x"]),
    ("an option without its value", ["-m"]),
    ("no such provider", ["-m", "opnai/x", "hello"]),
    ("no such alias", ["-m", "fats", "hello"]),
    ("a wrong number", ["--jobs", "many"]),
    ("a wrong time", ["--timeout", "soon", "hello"]),
    ("a prompt and a template", ["-t", "{{x}}", "hello"]),
    ("no such template", ["-t", "no/such/file.txt"]),
    ("an unclosed template", ["-t", "{{x"]),
    ("a wrong schema", ["--schema", "name strng", "hello"]),
    ("a wrong option of the request", ["-o", "temprature", "1", "hello"]),
    ("both raw and json", ["-r", "--json"]),
    ("both quiet and verbose", ["-q", "-v"]),
    ("a wrong jq program", ["--when", ".a |"]),
)
def wrong_use_ends_with_two_and_nothing_is_done(w, _, arguments):
    with w.at("ok") as (home, tagged):
        if not any(word.startswith("-m") for word in arguments):
            arguments = ["-m", "p/any", *arguments]
        result = ask(home, *arguments, stdin=jsonl({"prompt": "x", "x": 1}), code=None)
        expect(result.code == 2, result.code, result.words, result.out)
        equal(result.out, b"")
        expect(result.words.startswith("llm-ask: "), result.words)
        equal(w.count(tagged), 0)


@for_each(
    (["-m", "opnai/x", "hello"], "openai"),
    (["-m", "builtin/ecko", "hello"], "echo"),
    (["-m", "p/any", "-o", "temprature", "1", "hello"], "temperature"),
    (["-m", "p/any", "--timout", "1", "hello"], "--timeout"),
    (["-m", "fsat", "hello"], "fast"),
    (["-m", "p/any", "--schema", "name strin", "hello"], "string"),
)
def a_slip_is_answered_with_the_nearest_name(w, arguments, nearest):
    with w.at("ok") as (home, _):
        home.config('[model]\nfast = "p/any"\n')
        result = ask(home, *arguments, code=None)
        expect(result.code in (2, 4) and nearest in result.words, result.code, result.words)


@for_each(
    ("done", [{"prompt": "x", "model": "fine/m"}], 0),
    ("a failure", [{"prompt": "x", "model": "fine/m"}, {"prompt": "x", "model": "bad/m"}], 3),
    ("one record alone that fails", [{"prompt": "x", "model": "bad/m"}], 3),
    ("an error passing through", [{"error": {"fault": "io", "message": "m"}}], 3),
    ("a budget that is spent", [{"error": {"fault": "budget", "message": "m"}}, {"error": {"fault": "io", "message": "m"}}], 6),
    ("no records", [], 0),
)
def records_end_with_the_first_code_that_applies(w, _, given, code):
    with w.home() as home:
        home.provider("fine", "openai", w.faults.url("ok"))
        home.provider("bad", "openai", w.faults.url("400"))
        result = ask(home, stdin=jsonl(*given), code=code)
        equal(len(records(result)), len(given))


@test
def with_nothing_configured_the_three_shortest_ways_are_told(w):
    with w.home() as home:
        result = ask(home, "hello", code=2, env={"OLLAMA_HOST": "127.0.0.1:9"})
        expect("OPENAI_API_KEY" in result.words or "API_KEY" in result.words, result.words)
        equal(result.out, b"")


@test
def usage_is_told_on_stderr(w):
    with w.at("ok") as (home, _):
        result = ask(home, "-m", "p/any", "-u", "hello")
        equal(result.text, ANSWER + "\n")
        expect("12 tokens in (4 cached), 7 out" in result.words and "cost unknown" in result.words, result.words)


@test
def quiet_says_nothing_and_verbose_says_more(w):
    with w.at("429-then-ok:1") as (home, _):
        equal(ask(home, "-m", "p/any", "-q", "hello").words, "")
