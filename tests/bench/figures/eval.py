"""llm-eval: suites over a loopback server, at an endpoint that refuses, and in flat memory."""

import json
import os
import shutil
import socket
import subprocess
import time

from home import ROOT, TempHome
from servers import Nginx

CONFIG = "tests/bench/nginx.conf"
KEY = "sk-test-0123456789abcdef"
# promptfoo 0.123.1, Node 22.23, two cores, loopback, five runs, median (taken 2026-11-23); beside ours in the same run where it is installed
PROMPTFOO = {"loopback_s": 8.27, "loopback_mb": 284, "dead_s_for_8": 174, "version_s": 1.30}


def _suite(folder, count, expect):
    folder.mkdir(exist_ok=True)
    (folder / "suite.yaml").write_text("prompts: ['Say {{word}}']\ncases: cases.jsonl\n")
    with open(folder / "cases.jsonl", "w") as file:
        for n in range(count):
            file.write(json.dumps({"id": f"c{n}", "word": f"word-{n}", "expect": expect}) + "\n")
    return folder / "suite.yaml"


def _answer_of(base, env, bench):
    done = subprocess.run([str(bench.tool("llm-ask")), "-m", "fixed/fixed", "-n", "--no-stream", "x"], env=env, capture_output=True, check=True, text=True)
    return done.stdout.rstrip("\n")


def _promptfoo(folder, base, count, expect):
    """The same suite by promptfoo, where there is one: seconds."""
    program = shutil.which("promptfoo")
    if program is None:
        return None
    tests = [{"vars": {"word": f"word-{n}"}, "assert": expect} for n in range(count)]
    (folder / "promptfooconfig.json").write_text(json.dumps({
        "prompts": ["Say {{word}}"], "tests": tests,
        "providers": [{"id": "openai:chat:fixed", "config": {"apiBaseUrl": base + "/v1", "apiKey": KEY}}]}))
    env = {**os.environ, "PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1", "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1"}
    began = time.perf_counter()
    subprocess.run([program, "eval", "-c", folder / "promptfooconfig.json", "--no-cache", "--no-table"], env=env, capture_output=True, cwd=folder)
    return time.perf_counter() - began


def eval_loopback(bench):
    """1,000 cases with two assertions each, whole process, answers from nginx."""
    tool = bench.tool("llm-eval")
    rounds = bench.rounds(11, 5)
    with Nginx(ROOT / CONFIG) as nginx, TempHome() as home:
        home.provider("fixed", "openai", nginx.base + "/v1", key=KEY)
        answer = _answer_of(nginx.base, home.env, bench)
        expect = [{"type": "equals", "value": answer}, {"type": "contains", "value": answer[:3]}]
        suite = _suite(home.path / "suite", 1000, expect)
        beside = _promptfoo(home.path / "suite", nginx.base, 1000, expect)
        reference = {"reference": "promptfoo in the same run" if beside else "promptfoo 0.123.1, taken 2026-11-23", "reference_value": beside or PROMPTFOO["loopback_s"]}
        for name, words in (("", []), (".no_log", ["-n"])):
            (mine,) = bench.spawn(rounds, [tool, "run", "-q", "-m", "fixed/fixed", "-j", "16", *words, suite], env=home.env)
            bench.print(f"eval.loopback.1000{name}", mine["median"], "s", n=rounds, at_most=0.4, of="value", **reference)
            bench.print(f"eval.loopback.1000{name}.memory", mine["kib"] / 1024, "MiB", n=rounds, at_most=64, of="value", reference="promptfoo 0.123.1, taken 2026-11-23", reference_value=PROMPTFOO["loopback_mb"])


def eval_dead_endpoint(bench):
    """1,000 cases, the endpoint refuses connections: how long until the report."""
    tool = bench.tool("llm-eval")
    rounds = bench.rounds(3, 1)
    with TempHome() as home, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        home.provider("dead", "openai", f"http://127.0.0.1:{taken.getsockname()[1]}/v1", key=KEY)
        suite = _suite(home.path / "suite", 1000, "contains: x")
        (mine,) = bench.spawn(rounds, [tool, "run", "-q", "-m", "dead/any", suite], env=home.env, codes=(3,))
        bench.print("eval.dead_endpoint.1000", mine["median"], "s", n=rounds, at_most=5, of="value", reference="promptfoo 0.123.1, 8 cases, taken 2026-11-23", reference_value=PROMPTFOO["dead_s_for_8"])


def eval_flat_memory(bench):
    """100,000 cases without network: memory must not grow with them."""
    tool = bench.tool("llm-eval")
    sizes = (10_000, 100_000)
    kib = {}
    with TempHome() as home:
        for count in sizes:
            suite = _suite(home.path / f"suite{count}", count, ["contains: word", "not-contains: nothing"])
            (mine,) = bench.spawn(1, [tool, "run", "-q", "-n", "-m", "builtin/echo", "--html", home.path / "page.html", suite], env=home.env)
            kib[count] = mine["kib"]
            bench.print(f"eval.echo.{count}", count / mine["median"], "cases/s", n=1)
        bench.print("eval.memory.100000", kib[100_000] / 1024, "MiB", n=1, reference="the same with 10,000 cases", reference_value=kib[10_000] / 1024, at_most=1.5)


def eval_start(bench):
    """llm-eval --version against /bin/true."""
    rounds = bench.rounds(301, 51)
    true, mine = bench.spawn(rounds, ["/bin/true"], [bench.tool("llm-eval"), "--version"])
    bench.print("eval.start", mine["median"] * 1e3, "ms", n=rounds, reference="/bin/true", reference_value=true["median"] * 1e3, at_most=4)


def eval_filter(bench):
    """Records that have their answers, two assertions each, through the filter."""
    tool = bench.tool("llm-eval")
    count = 20_000 if bench.quick else 100_000
    rounds = bench.rounds(5, 3)
    with TempHome() as home:
        records = home.path / "records"
        with open(records, "w") as file:
            for n in range(count):
                file.write(json.dumps({"id": n, "prompt": "x", "response": {"text": f"It is number {n}."}, "expect": ["contains: number", "not-contains: nothing"]}) + "\n")
        times = []
        for _ in range(rounds):
            with open(records) as stdin:
                began = time.perf_counter()
                subprocess.run([str(tool), "-q"], stdin=stdin, stdout=subprocess.DEVNULL, env=home.env, check=True)
                times.append(time.perf_counter() - began)
        bench.print("eval.filter", count / sorted(times)[len(times) // 2], "records/s", n=rounds)
