"""llm-route: how fast it decides, and how well examples tell intents apart."""

import hashlib
import json
import math
import re
import resource
import subprocess
import time
from collections import Counter, defaultdict
from pathlib import Path

from home import SHARED, TempHome
from run import Skipped

TIERS = '[tier]\ncheap = "builtin/echo"\nstandard = "builtin/extract"\nstrong = "builtin/summary"\n'

# Every kind of rule that needs no model; the last ones match, so that each record passes by all of them.
RULES = r"""
default = "standard"
key = ".user"

[[rule]]
name = "image"
attachments = "image"
route = "strong"

[[rule]]
name = "risky"
risk = ["high", "pii"]
route = "strong"

[[rule]]
name = "plan"
when = '.plan == "pro" and .user != null'
route = "strong"

[[rule]]
name = "code"
regex = '(?i)\b(stack trace|segfault|compile[rs]?)\b'
route = "strong"

[[rule]]
name = "german"
language = ["de", "fr"]
route = "strong"

[[rule]]
name = "long"
min_tokens = 4000
route = "strong"

[[rule]]
name = "canary"
share = 0.05
route = "cheap"
"""


def _jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def _data(name):
    path = Path(SHARED) / "data" / name
    if not path.is_file():
        raise Skipped(f"no {path}")
    return [json.loads(line) for line in filter(None, path.read_text().split("\n"))]


def _home_with(home, policy, config=TIERS, **files):
    home.config(config)
    folder = home.config_file.parent
    (folder / "policy.toml").write_text(policy)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def _seconds(argv, file, env):
    """Of the clock, and of the processor: on a machine that is shared the second is what one process alone would take."""
    with open(file) as stdin:
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(one) for one in argv], stdin=stdin, stdout=subprocess.DEVNULL, env=env, check=True)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.perf_counter() - began, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def _median(values):
    return sorted(values)[len(values) // 2]


def _prompts(count):
    given = [row["prompt"] for row in _data("banking77/train.jsonl")]
    return [{"id": n, "prompt": given[n % len(given)], "user": f"u{n % 997}", "plan": "free"} for n in range(count)]


def _decisions(bench, name, policy, rows, at_least, **files):
    """A stream from a file, the process's start and its reading and writing included; `cat` reads and writes the same."""
    tool = bench.tool("llm-route")
    with TempHome() as home:
        _home_with(home, policy, **files)
        given = home.path / "given"
        given.write_text(_jsonl(rows))
        rounds = bench.rounds(5, 3)
        one = home.path / "one"
        one.write_text(_jsonl(rows[:1]))
        _seconds([tool], one, home.env)  # examples are made into vectors once
        pairs = [(_seconds([tool], given, home.env), _seconds(["jq", "-c", ".model = \"x\""], given, home.env)) for _ in range(rounds)]
        for at, suffix, bar in ((0, "", None), (1, ".of_processor_time", at_least)):
            bench.print(f"route.decisions.{name}{suffix}", len(rows) / _median([a[at] for a, _ in pairs]), "1/s", n=rounds, reference="jq, setting one member",
                        reference_value=len(rows) / _median([b[at] for _, b in pairs]), at_least=bar, of="value")
        rounds = bench.rounds(101, 21)
        true, mine = bench.spawn(rounds, ["/bin/true"], [tool], stdin=one, env=home.env)
        bench.print(f"route.one.{name}", (mine["median"] - true["median"]) * 1e3, "ms", n=rounds, reference="true", reference_value=true["median"] * 1e3,
                    at_most=3 if name == "rules" else None, of="value")


def route_decisions(bench):
    rows = _prompts(20_000 if bench.quick else 200_000)
    _decisions(bench, "rules", RULES, rows, 50_000)
    examples = _jsonl({"prompt": row["prompt"], "label": "strong"} for row in _data("banking77/train.jsonl")[:1000])
    _decisions(bench, "examples_1000", '[[rule]]\nexamples = "e.jsonl"\nthreshold = 0.5\nroute = "strong"\n', rows[: len(rows) // 10], None, e__jsonl=examples)


def route_decisions_learned(bench):
    """A router trained on MMLU's recorded outcomes, deciding in a stream of MMLU's prompts, and once by itself."""
    rows = _data("routellm/mmlu.jsonl")
    tool = bench.tool("llm-route")
    with TempHome() as home:
        given = home.path / "outcomes.jsonl"
        given.write_text(_jsonl(rows))
        trained = subprocess.run([tool, "train", "--output", home.path / "router.json", given], env=home.env, capture_output=True)
        if trained.returncode != 0:
            raise Skipped("llm-route train: " + trained.stderr.decode()[:200])
        router = (home.path / "router.json").read_text()
    policy = '[[rule]]\nrouter = "router.json"\nthreshold = 0.3\nroute = "strong"\nbelow = "cheap"\n'
    _decisions(bench, "learned", policy, [{"prompt": row["prompt"]} for row in rows], 10_000, router__json=router)


def _fold(text, folds):
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % folds


def _labelled(bench, stored, asked, neighbours=5):
    """(label, score) for each of `asked`, by examples alone and without a threshold."""
    labels = sorted({row["intent"] for row in stored})
    config = "[model]\n" + "".join(f'"{label}" = "builtin/echo"\n' for label in labels)
    policy = f'[[rule]]\nname = "intents"\nexamples = "intents.jsonl"\nthreshold = 0\nneighbours = {neighbours}\n'
    with TempHome() as home:
        _home_with(home, policy, config, intents__jsonl=_jsonl({"prompt": row["prompt"], "label": row["intent"]} for row in stored))
        done = subprocess.run([bench.tool("llm-route")], input=_jsonl({"prompt": row["prompt"]} for row in asked).encode(), stdout=subprocess.PIPE, env=home.env, check=True)
        found = [json.loads(line) for line in done.stdout.splitlines()]
    return [(one["route"].get("tier"), one["route"].get("scores", {}).get("intents", -1.0)) for one in found]


def _words(text):
    return Counter(re.findall(r"\w+", text.lower()))


def _tfidf_nearest(stored, asked):
    """The reference: the label of the nearest stored text by TF-IDF cosine, with that cosine."""
    documents = [_words(row["prompt"]) for row in stored]
    holds = Counter(word for document in documents for word in document)
    weight = {word: math.log(len(documents) / count) for word, count in holds.items()}
    lists, norms = defaultdict(list), []
    for n, document in enumerate(documents):
        norm = math.sqrt(sum((count * weight[word]) ** 2 for word, count in document.items())) or 1.0
        norms.append(norm)
        for word, count in document.items():
            lists[word].append((n, count * weight[word] / norm))
    out = []
    for row in asked:
        query = {word: count * weight[word] for word, count in _words(row["prompt"]).items() if word in weight}
        norm = math.sqrt(sum(value**2 for value in query.values())) or 1.0
        scores = defaultdict(float)
        for word, value in query.items():
            for n, other in lists[word]:
                scores[n] += value / norm * other
        best = max(scores, key=scores.get) if scores else None
        out.append((stored[best]["intent"], scores[best]) if scores else (None, -1.0))
    return out


def _at(threshold, found, asked):
    """Shares: right among what has an intent, abstained among it, abstained among what has none."""
    inside = [(label == row["intent"] and score >= threshold, score < threshold) for (label, score), row in zip(found, asked) if row["intent"] != "oos"]
    outside = [score < threshold for (_, score), row in zip(found, asked) if row["intent"] == "oos"]
    mean = lambda values: sum(values) / len(values) if values else 0.0  # noqa: E731
    return mean([a for a, _ in inside]), mean([b for _, b in inside]), mean(outside)


def _line(bench, name, value, reference, n, at_least=None):
    bench.print(name, value, "share", n=n, reference="nearest neighbour by TF-IDF", reference_value=reference, at_least=at_least, of="value")


def route_banking77(bench):
    """77 intents that lie close together: four fifths of the questions are examples, a fifth is asked."""
    rows = _data("banking77/train.jsonl")
    stored = [row for row in rows if _fold(row["prompt"], 5) != 0]
    asked = [row for row in rows if _fold(row["prompt"], 5) == 0][: 300 if bench.quick else None]
    mine, single, reference = _labelled(bench, stored, asked), _labelled(bench, stored, asked, 1), _tfidf_nearest(stored, asked)
    floor = _at(-2, reference, asked)[0]
    _line(bench, "route.banking77.accuracy", _at(-2, mine, asked)[0], floor, len(asked))
    _line(bench, "route.banking77.accuracy_1_neighbour", _at(-2, single, asked)[0], floor, len(asked))
    for threshold in (0.5, 0.6, 0.7):
        right, abstained, _ = _at(threshold, mine, asked)
        bench.print(f"route.banking77.accuracy_where_answered_at_{threshold}", right / max(1e-9, 1 - abstained), "share", n=len(asked))
        bench.print(f"route.banking77.abstained_at_{threshold}", abstained, "share", n=len(asked))


def route_clinc150(bench):
    """150 intents and what is none of them, which must abstain. The threshold is chosen on a fifth of the training set, the figures are on val."""
    train, val = _data("clinc150/train.jsonl"), _data("clinc150/val.jsonl")
    inside = [row for row in train if row["intent"] != "oos"]
    tuned = [row for row in inside if _fold(row["prompt"], 5) == 0] + [row for row in train if row["intent"] == "oos"]
    rest = [row for row in inside if _fold(row["prompt"], 5) != 0]
    if bench.quick:
        tuned, val = tuned[::5], val[::5]

    def figures(label):
        found = label(rest, tuned)
        best = max((t / 100 for t in range(20, 100)), key=lambda t: sum(_at(t, found, tuned)[::2]))
        return best, *_at(best, label(inside, val), val)

    threshold, right, abstained, outside = figures(lambda stored, asked: _labelled(bench, stored, asked))
    theirs = figures(_tfidf_nearest)
    _line(bench, "route.clinc150.accuracy", right, theirs[1], len(val))
    _line(bench, "route.clinc150.out_of_scope_abstained", outside, theirs[3], len(val))
    bench.print("route.clinc150.in_scope_abstained", abstained, "share", n=len(val), reference="nearest neighbour by TF-IDF", reference_value=theirs[2])
    bench.print("route.clinc150.threshold", threshold, "cosine", n=len(tuned), reference="nearest neighbour by TF-IDF", reference_value=theirs[0])
