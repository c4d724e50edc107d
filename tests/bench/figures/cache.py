"""llm-cache: how fast, and how often right."""

import json
import random
import subprocess
import time
from pathlib import Path

from home import SHARED, TempHome
from run import Skipped

MODEL = "builtin/echo"


def _jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def _question(n):
    return {"id": n, "prompt": f"What is the capital of country number {n}, and what is it known for?", "model": MODEL}


def _answered(n):
    text = f"It is city {n}, known for its long history."
    return {**_question(n), "response": {"text": text, "finish": "stop", "usage": {"input": 20, "output": 12}, "cost": 0.0001}}


def _timed(argv, file, env):
    with open(file) as stdin:
        began = time.perf_counter()
        subprocess.run([str(one) for one in argv], stdin=stdin, stdout=subprocess.DEVNULL, env=env, check=True)
        return time.perf_counter() - began


def _median(values):
    return sorted(values)[len(values) // 2]


_RAW = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1]); hashes = db.execute("SELECT hash FROM entry").fetchall(); began = time.perf_counter()
for one in hashes:
    db.execute("SELECT e.id, a.answer FROM entry e JOIN answer a ON a.entry = e.id WHERE e.hash = ?", one).fetchone()
print(time.perf_counter() - began)
"""


def cache_exact(bench):
    """Whole process and stream, by size of the store."""
    tool = bench.tool("llm-cache")
    for entries in (1_000, 10_000, 100_000):
        if bench.quick and entries > 10_000:
            continue
        with TempHome() as home:
            answered, asked, one = home.path / "answered", home.path / "asked", home.path / "one"
            answered.write_text(_jsonl(_answered(n) for n in range(entries)))
            asked.write_text(_jsonl(_question(n) for n in range(entries)))
            one.write_text(_jsonl([_question(entries // 2)]))
            looked = home.path / "looked"
            with open(asked) as stdin, open(looked, "w") as out:
                subprocess.run([tool, "get", "--lease", "0"], stdin=stdin, stdout=out, env=home.env, check=True)
            with open(looked) as lines, open(answered, "w") as out:
                for n, line in enumerate(lines):
                    out.write(json.dumps({**json.loads(line), "response": _answered(n)["response"]}) + "\n")
            store = home.path / "cache" / "llm-utils" / "cache.db"
            rounds = bench.rounds(5, 3)
            puts = []
            for _ in range(rounds):
                for path in store.parent.glob("cache.db*"):
                    path.unlink()
                puts.append(_timed([tool, "put"], answered, home.env))
            gets = [_timed([tool, "get"], asked, home.env) for _ in range(rounds)]
            raw = [float(subprocess.run(["python3", "-c", _RAW, store], capture_output=True, check=True).stdout) for _ in range(rounds)]
            full = entries == 100_000
            reference = {"reference": "sqlite3 of Python, the same look-ups", "reference_value": entries / _median(raw)}
            bench.print(f"cache.put.{entries}", entries / _median(puts), "records/s", n=rounds, at_least=50_000 if full else None, of="value")
            bench.print(f"cache.get.{entries}", entries / _median(gets), "records/s", n=rounds, at_least=150_000 if full else None, of="value", **reference)
            rounds = bench.rounds(201, 31)
            true, mine = bench.spawn(rounds, ["/bin/true"], [tool, "get"], stdin=one, env=home.env)
            bench.print(
                f"cache.get_one.{entries}", mine["median"] * 1e3, "ms", n=rounds, reference="true", reference_value=true["median"] * 1e3, at_most=8
            )


def _records(tool, env, *arguments, rows):
    done = subprocess.run([str(tool), *arguments], input=_jsonl(rows).encode(), stdout=subprocess.PIPE, env=env, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _load(*names):
    rows = []
    for name in names:
        path = Path(SHARED) / "data" / name
        if not path.is_file():
            raise Skipped(f"no {path}")
        rows += [json.loads(line) for line in filter(None, path.read_text().split("\n"))]
    return rows


def _interval(k, n):
    """Clopper and Pearson, 95 %, by bisection over the binomial sums."""
    from math import exp, lgamma, log

    def below(p, upto):
        if p <= 0:
            return 1.0
        if p >= 1:
            return 1.0 if upto >= n else 0.0
        ways = lgamma(n + 1)
        return sum(exp(ways - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log(1 - p)) for i in range(upto + 1))

    def solve(holds):
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if holds(middle) else (low, middle)
        return round(low, 6)

    if n == 0:
        return None
    return [0.0 if k == 0 else solve(lambda p: 1 - below(p, k - 1) < 0.025), 1.0 if k == n else solve(lambda p: below(p, k) > 0.025)]


def _quality(name, hits, wrong, asked, **more):
    line = {"name": name, "value": wrong, "unit": "wrong hits", "hits": hits, "asked": asked, "interval": _interval(wrong, hits), **more}
    print(json.dumps(line), flush=True)


def _store(tool, env, rows, label):
    looked = _records(tool, env, "get", "--semantic", "1", "--namespace", "n", rows=[{"id": n, "prompt": row["prompt"]} for n, row in enumerate(rows)])
    missed = [one for one in looked if not one["cache"]["hit"]]
    for one in missed:
        one["response"] = {"text": rows[one["id"]][label], "finish": "stop"}
    _records(tool, env, "put", rows=missed)


def cache_intents(bench):
    """BANKING77: an answer is right where the intent agrees. CLINC150: questions out of scope must find nothing."""
    tool = bench.tool("llm-cache")
    for name, rows in (("banking77", _load("banking77/train.jsonl")), ("clinc150", _load("clinc150/train.jsonl"))):
        random.Random(1).shuffle(rows)
        scope = [row for row in rows if row["intent"] != "oos"]
        stored, asked = scope[:5000], scope[5000 : 5000 + (300 if bench.quick else 2000)]
        if name == "clinc150":
            asked = [row for row in rows + _load("clinc150/val.jsonl") if row["intent"] == "oos"]
        with TempHome() as home:
            _store(tool, home.env, stored, "intent")
            for threshold in ("0.7", "0.8", "0.9", "0.95"):
                for gate in ("on", "off"):
                    flags = ["--semantic", threshold, "--lease", "0", "--namespace", "n", *(["--no-gate"] if gate == "off" else [])]
                    out = _records(tool, home.env, "get", *flags, rows=[{"prompt": row["prompt"]} for row in asked])
                    found = [(one["response"]["text"], row["intent"]) for one, row in zip(out, asked) if one["cache"]["hit"]]
                    wrong = sum(1 for got, wanted in found if got != wanted)
                    _quality(f"cache.{name}", len(found), wrong, len(asked), threshold=float(threshold), gate=gate)


def cache_negations(bench):
    """Pairs of which one contradicts the other must never be taken for one another; the others are the right hits."""
    tool = bench.tool("llm-cache")
    pairs = _load("negations/antonym-substitution.jsonl", "negations/nan-nli.jsonl")
    given = _jsonl({"a": p["a"], "b": p["b"], "same": not p["negation"]} for p in pairs)
    with TempHome() as home:
        for gate in ("on", "off"):
            flags = ["--no-gate"] if gate == "off" else []
            done = subprocess.run([tool, "calibrate", "--json", *flags], input=given.encode(), stdout=subprocess.PIPE, env=home.env)
            for row in map(json.loads, done.stdout.splitlines()):
                if row["threshold"] in (0.7, 0.8, 0.9):
                    must_refuse = sum(1 for p in pairs if p["negation"])
                    right = row["hits"] - row["wrong"]
                    _quality("cache.negations", row["hits"], row["wrong"], must_refuse, threshold=row["threshold"], gate=gate, right=right)
