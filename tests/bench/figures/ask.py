"""llm-ask: one call, records passed through, many calls, and the memory they take."""

import contextlib
import json

from home import TempHome
from servers import FaultServer, Nginx, Server

CONFIG = "tests/bench/nginx.conf"
KEY = "sk-test-0123456789abcdef"
PATH = "/chat/completions"


@contextlib.contextmanager
def _fixed_answers():
    """nginx with the fixed answers, and a home in which it is the provider `fixed`, streamed and whole."""
    from home import ROOT

    with Nginx(ROOT / CONFIG) as nginx, TempHome() as home:
        home.provider("fixed", "openai", nginx.base + "/v1", key=KEY)
        home.provider("streamed", "openai", nginx.base + "/stream/v1", key=KEY)
        yield nginx, home


def _body_sent(path, *arguments, stdin=None):
    """Writes to `path` the body llm-ask posts for this command line: what the reference must post too."""
    with FaultServer() as faults, TempHome() as home:
        home.provider("mirror", "openai", faults.url("ok"), key=KEY)
        done = home.run("llm-ask", "-m", "mirror/fixed", *arguments, stdin=stdin)
        if done.code != 0:
            raise RuntimeError(f"llm-ask ended with {done.code}: {done.words}")
        raw = faults.journal()[0]["raw"]
    path.write_text(raw)
    return path


def _records(path, count, size, **members):
    """`count` records of `size` bytes each, newline included."""
    with open(path, "w") as file:
        for begin in range(0, count, 10000):
            lines = []
            for number in range(begin, min(begin + 10000, count)):
                record = json.dumps({"id": number, **members, "note": ""}, separators=(",", ":"))
                lines.append(record[:-2] + "x" * (size - len(record) - 1) + '"}\n')
            file.write("".join(lines))
    return path


def one_call(bench):
    """One prompt, whole process, against curl posting the same body to the same server and reading the same
    answer.
    """
    bench.tool("llm-ask")
    rounds = bench.rounds(101, 15)
    with _fixed_answers() as (nginx, home):
        for name, provider, prefix, options in (
            ("", "streamed", "/stream/v1", []),
            (".no_log", "streamed", "/stream/v1", ["-n"]),
            (".whole", "fixed", "/v1", ["--no-stream"]),
        ):
            body = _body_sent(home.path / "body.json", *options, "hello")
            curl = [
                "curl",
                "-sS",
                "-H",
                "content-type: application/json",
                "-H",
                f"authorization: Bearer {KEY}",
                "--data-binary",
                f"@{body}",
                nginx.base + prefix + PATH,
            ]
            ask = [bench.tool("llm-ask"), "-m", f"{provider}/fixed", *options, "hello"]
            reference, mine = bench.spawn(rounds, curl, ask, env=home.env)
            bench.print(
                f"ask.one_call{name}",
                mine["median"] * 1e3,
                "ms",
                n=rounds,
                reference="curl",
                reference_value=reference["median"] * 1e3,
                at_most=1.5,
            )


def pass_through(bench):
    """Records that have their answer already, 350 bytes each, validated and handed on."""
    ask = bench.tool("llm-ask")
    rounds = bench.rounds(7, 5)
    with TempHome() as home:
        count = bench.rounds(200_000, 40_000)
        path = _records(
            home.path / "records.jsonl",
            count,
            350,
            prompt="What is the answer?",
            score=1.10,
            response={"text": "The answer is 42.", "model": "any", "usage": {"input": 12, "output": 7}},
        )
        size = path.stat().st_size / 1e6
        jq, cat, mine = bench.spawn(rounds, ["jq", "-c", "."], ["cat"], [ask], stdin=path, env=home.env)
        bench.print(
            "ask.pass_through",
            size / mine["median"],
            "MB/s",
            n=rounds,
            reference="jq -c .",
            reference_value=size / jq["median"],
            at_least=10,
        )
        bench.print(
            "ask.pass_through.rate",
            size / mine["median"],
            "MB/s",
            n=rounds,
            reference="cat",
            reference_value=size / cat["median"],
            at_least=400,
            of="value",
        )
        (piped,) = bench.spawn(rounds, ["sh", "-c", f"cat | {ask} | cat"], stdin=path, env=home.env)
        bench.print("ask.pass_through.piped", size / piped["median"], "MB/s", n=rounds)


def requests(bench):
    """20,000 records, 64 calls in flight, against a bare libcurl multi loop posting the same body."""
    ask = bench.tool("llm-ask")
    multi = bench.program("bare_multi")
    rounds = bench.rounds(7, 5)
    with _fixed_answers() as (nginx, home):
        count = bench.rounds(20_000, 4_000)
        path = _records(home.path / "records.jsonl", count, 120, prompt="What is the answer?")
        body = _body_sent(home.path / "body.json", stdin='{"id":1,"prompt":"What is the answer?"}\n')
        bare = [multi, nginx.base + "/v1" + PATH, body, count, 64]
        for name, options in ((".no_log", ["-n"]), ("", [])):
            command = [ask, *options, "-m", "fixed/fixed", "--jobs", 64]
            reference, mine = bench.spawn(rounds, bare, command, stdin=path, env=home.env)
            bench.print(
                f"ask.requests{name}",
                count / mine["median"],
                "requests/s",
                n=rounds,
                reference="libcurl multi, 64 handles",
                reference_value=count / reference["median"],
                at_least=0.6,
            )


def latency(bench):
    """1,000 records, 64 in flight, a server that takes 100 ms: 1,000 / 64 × 0.1 s is ideal. Whole rounds make
    it 1.6 s.
    """
    ask = bench.tool("llm-ask")
    rounds = bench.rounds(5, 5)
    count = bench.rounds(1_000, 256)
    ideal = -(-count // 64) * 0.1
    with Server([bench.program("latency_server"), 100]) as server, TempHome() as home:
        home.provider("slow", "openai", server.base + "/v1", key=KEY)
        path = _records(home.path / "records.jsonl", count, 120, prompt="What is the answer?")
        for name, options in (("ordered", []), ("unordered", ["--unordered"])):
            (mine,) = bench.spawn(
                rounds, [ask, "-n", "-m", "slow/fixed", "--jobs", 64, *options], stdin=path, env=home.env
            )
            bench.print(
                f"ask.latency.{name}",
                mine["median"],
                "s",
                n=rounds,
                reference="ideal",
                reference_value=ideal,
                at_most=1.1,
            )


def memory(bench):
    """Peak resident size over a million records, called and passed through; the reference is a tenth of them:
    flat is 1.
    """
    ask = bench.tool("llm-ask")
    many = bench.rounds(1_000_000, 100_000)
    with _fixed_answers() as (nginx, home):
        calls = [ask, "-m", "fixed/fixed", "--jobs", 64]
        answered = {"prompt": "What is the answer?", "response": {"text": "The answer is 42."}}
        for name, command, members in (
            ("calls", calls, {"prompt": "What is the answer?"}),
            ("calls.no_log", [*calls, "-n"], {"prompt": "What is the answer?"}),
            ("calls.unordered", [*calls, "-n", "--unordered"], {"prompt": "What?"}),
            ("pass_through", [ask], answered),
        ):
            peaks = []
            for count in (many // 10, many):
                path = _records(home.path / "records.jsonl", count, 200, **members)
                (result,) = bench.spawn(1, command, stdin=path, env=home.env)
                peaks.append(result["kib"] / 1024)
            bench.print(
                f"ask.memory.{name}",
                peaks[1],
                "MiB",
                n=many,
                reference=f"the same over {many // 10} records",
                reference_value=peaks[0],
                at_most=64,
                of="value",
            )
