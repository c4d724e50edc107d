"""The whole chain of llm-record(5): memory, cache, route, ask, cache, eval, streaming through all of it; killed and resumed."""

import contextlib
import json
import os
import random
import signal
import subprocess
import tempfile

import home as homes
from harness import ANSWER, equal, expect, jsonl, sound, test

NOTES = "The harbour office opens at seven.\n\nThe ferry to the island leaves at nine.\n\nParcels are kept for ten days.\n"
POLICY = """default = "small"
[route.small]
model = "p/small"
[route.large]
model = "p/large"
[[rule]]
name = "long words"
regex = 'thoroughly'
route = "large"
"""


def chain(home, gate="pass_rate >= 1"):
    """The command lines of the chain, first to last."""
    return [
        ["llm-mem", "recall", "-k", "1"],
        ["llm-cache", "get", "--namespace", "chain"],
        ["llm-route", "--policy", home.path / "policy.toml"],
        ["llm-ask", "--stream", "--jobs", "4"],
        ["llm-cache", "put", "--namespace", "chain"],
        ["llm-eval", "--gate", gate],
    ]


def prepare(home):
    (home.path / "notes.md").write_text(NOTES)
    (home.path / "policy.toml").write_text(POLICY)
    done = home.run("llm-mem", "add", home.path / "notes.md")
    equal(done.code, 0, done.words)


def questions(count):
    ways = ("", " Answer thoroughly.")
    return [
        {"id": n, "prompt": f"When does ferry number {n} to the island leave?{ways[n % 3 == 0]}", "n": 1.10, "expect": [{"type": "contains", "value": "42"}]}
        for n in range(count)
    ]


class Chain:
    """The running chain: text goes in at the head, lines come out at the end."""

    def __init__(self, home, text, gate="pass_rate >= 1"):
        self.errors = tempfile.TemporaryFile()
        self.input = tempfile.TemporaryFile()
        self.input.write(text.encode())
        self.input.seek(0)
        self.processes, feed = [], self.input
        for name, *arguments in chain(home, gate):
            process = subprocess.Popen(
                [homes.tool(name), *map(str, arguments)],
                env={key: str(value) for key, value in home.env.items()},
                cwd=home.path,
                stdin=feed,
                stdout=subprocess.PIPE,
                stderr=self.errors,
            )
            if feed is not self.input:
                feed.close()
            feed = process.stdout
            self.processes.append(process)
        self.out = feed

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()
        self.out.close()
        self.input.close()
        words = os.pread(self.errors.fileno(), 1 << 24, 0)
        self.errors.close()
        if kind is None:
            sound(words)

    def lines(self):
        return (json.loads(line) for line in self.out if line.endswith(b"\n"))  # who is killed may leave half a line

    def codes(self):
        return [process.wait(60) for process in self.processes]

    @property
    def words(self):
        return os.pread(self.errors.fileno(), 1 << 24, 0).decode(errors="replace")


def finished(lines):
    return [one for one in lines if set(one) != {"id", "delta"}]


@test
def every_tool_adds_its_member_and_deltas_come_through(w):
    with w.at("ok") as (home, tagged):
        prepare(home)
        with Chain(home, jsonl(*questions(6))) as run:
            lines = list(run.lines())
            equal(run.codes(), [0] * 6, run.words)
        whole = finished(lines)
        equal([one["id"] for one in whole], list(range(6)))
        for one in whole:
            equal(list(one)[:4], ["id", "prompt", "n", "expect"])
            equal(one["context"][0]["source"].endswith("notes.md"), True)
            expect("ferry" in one["context"][0]["text"], one["context"])
            equal(one["cache"]["hit"], None)
            equal(one["model"], "p/large" if one["id"] % 3 == 0 else "p/small")
            equal(one["response"]["text"], ANSWER)
            equal(one["eval"]["pass"], True)
        said = {}
        for one in lines:
            if set(one) == {"id", "delta"}:
                said[one["id"]] = said.get(one["id"], "") + one["delta"]
        equal(said, {n: ANSWER for n in range(6)})
        equal(w.count(tagged), 6)

        with Chain(home, jsonl(*questions(6))) as run:  # nothing is paid for again
            again = finished(run.lines())
            equal(run.codes(), [0] * 6, run.words)
        equal([one["cache"]["hit"] for one in again], ["exact"] * 6)
        equal([one["response"]["text"] for one in again], [ANSWER] * 6)
        equal(w.count(tagged), 6)


@test
def a_gate_that_does_not_hold_is_the_chains_exit_code(w):
    with w.at("ok") as (home, _):
        prepare(home)
        with Chain(home, jsonl(*questions(3)), gate="pass_rate > 1") as run:
            list(run.lines())
            equal(run.codes(), [0, 0, 0, 0, 0, 1], run.words)


@test
def killed_anywhere_and_run_again_it_loses_nothing_and_pays_twice_only_for_what_was_in_flight(w):
    count = 60
    dice = random.Random(20261124)
    for _ in range(8):
        with w.at("ok") as (home, tagged):
            prepare(home)
            victim, after = dice.randrange(6), dice.randrange(count)
            with Chain(home, jsonl(*questions(count))) as run:
                seen = []
                for line in run.lines():
                    if set(line) == {"id", "delta"}:
                        continue
                    seen.append(line)
                    if len(seen) == after + 1:
                        run.processes[victim].send_signal(signal.SIGKILL)
                codes = run.codes()
            if after + 1 < count and len(seen) < count:
                equal(codes[victim], -signal.SIGKILL, codes)
            for line in seen:  # what came out is whole
                equal(line["response"]["text"], ANSWER)
            paid = w.count(tagged)
            with Chain(home, jsonl(*questions(count))) as run:
                whole = finished(run.lines())
                equal(run.codes(), [0] * 6, f"victim {victim} after {after}", run.words)
            equal([one["id"] for one in whole], list(range(count)))
            equal([one["eval"]["pass"] for one in whole], [True] * count)
            known = {one["id"] for one in seen}
            equal([one["id"] for one in whole if one["id"] in known and one["cache"]["hit"] != "exact"], [], f"victim {victim} after {after}")
            misses = sum(one["cache"]["hit"] is None for one in whole)
            equal(w.count(tagged), paid + misses)
