"""Nearest vectors of real texts, by their number: time and recall."""

import json
import subprocess
import tempfile
from pathlib import Path

from home import SHARED
from run import Skipped

WINDOWS = ((14, 5), (14, 1), (9, 2), (20, 2), (9, 1))  # words of a window, and from one to the next
ASKED = 400


def _real_texts():
    """Questions, turns and answers of shared/data, each once."""
    members = {"prompt", "text", "question", "answer", "a", "b", "sentence1", "sentence2"}
    found = {}
    for file in sorted((Path(SHARED) / "data").rglob("*.jsonl")):
        if file.parent.name in ("llm", "prices", "words"):
            continue
        for line in filter(None, file.read_text().split("\n")):
            for name, value in json.loads(line).items():
                if name in members and isinstance(value, str) and len(value) > 8:
                    found[" ".join(value.split())] = True
    if not found:
        raise Skipped(f"no texts in {SHARED}/data")
    return list(found)


def _windows(texts):
    for width, step in WINDOWS:
        for text in texts:
            words = text.split()
            for begin in range(1, len(words) - width, step):
                yield " ".join(words[begin : begin + width])


def _texts(path, wanted):
    """Up to `wanted` texts, a line each, all different: real ones, then windows of their words. The last ASKED are whole
    questions from all over, of which nothing else is in the file: what somebody might ask anew.
    """
    texts = _real_texts()
    short = [text for text in texts if len(text) < 200]
    asked = short[:: max(1, len(short) // ASKED)][:ASKED]
    stored = dict.fromkeys(texts)
    for text in asked:
        del stored[text]
    texts = list(stored)
    for part in _windows(texts):
        if len(stored) >= wanted - ASKED:
            break
        stored[part] = None
    lines = list(stored)[: wanted - ASKED] + asked
    Path(path).write_text("".join(line[:2000] + "\n" for line in lines))
    return len(lines)


BARS = {  # of BARS.md; the embedder is no part of any
    "index.builtin.100000.codes.one_shot": {"at_most": 12},
    "index.builtin.1000000.graph.one_shot": {"at_most": 30},
    "index.builtin.1000000.graph.each": {"at_most": 0.6},
    "index.builtin.1000000.graph.recall_at_1": {"at_least": 0.98},
}


def cache_index(bench):
    """One process and one search, and a stream of them, by size: scan of SQLite, of codes, graph. At a million the graph is most of it:
    three minutes of an idle machine with two processors.
    """
    program = bench.program("index")
    sizes = [1_000, 10_000] if bench.quick else [1_000, 10_000, 100_000, 1_000_000]
    with tempfile.TemporaryDirectory(prefix="llm-bench-") as folder:
        texts = Path(folder) / "texts"
        found = _texts(texts, sizes[-1] + ASKED)
        sizes = [size for size in sizes if size + ASKED <= found]
        arguments = ["--builtin", texts, "--queries", ASKED, "--sizes", ",".join(map(str, sizes)), "--graph", min(100_000, sizes[-1])]
        command = [str(one) for one in [program, *arguments, "--folder", Path(folder) / "stores"]]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            for line in running.stdout:
                figure = json.loads(line)
                ratio, value = figure["ratio"], figure["value"]
                bench.print(
                    figure["name"],
                    value,
                    figure["unit"],
                    n=figure["n"],
                    reference=figure["reference"],
                    reference_value=value / ratio if ratio else None,
                    of="value",
                    **BARS.get(figure["name"], {}),
                )
        if running.returncode:
            raise RuntimeError(f"{program} ended with {running.returncode}")
