"""Programs in tests/bench that print their own lines."""

import json
import pathlib
import subprocess
import tempfile

from home import ROOT
from run import Skipped


def _own_lines(bench, name, *arguments):
    path = bench.build / "tests" / "bench" / name
    if not path.is_file():
        raise Skipped(f"no {path}")
    subprocess.run([path, *arguments], check=True)


def embedder(bench):
    """The builtin embedder's quality and speed."""
    _own_lines(bench, "embedder")


def route_quality(bench):
    """Routers and cascades on recorded outcomes, beside chance, length and oracle: prompts held out in five folds, and whole subjects."""
    _own_lines(bench, "route", "1" if bench.quick else "3")


def index(bench):
    """Nearest vectors at growing sizes: real texts of ../shared/data through the builtin embedder, then clustered ones."""
    with tempfile.TemporaryDirectory() as folder:
        texts = pathlib.Path(folder) / "texts"
        lines = set()
        for file in sorted((ROOT.parent / "shared" / "data").glob("*/train.jsonl")):
            for line in file.open(encoding="utf-8"):
                record = json.loads(line)
                lines.update(v for v in record.values() if isinstance(v, str) and len(v) > 15 and "\n" not in v)
        sizes = "1000,10000" if bench.quick else "1000,10000,100000"
        if lines:
            texts.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
            real = ",".join(size for size in sizes.split(",") if int(size) <= len(lines))
            _own_lines(bench, "index", "--texts", texts, "--sizes", real, "--folder", folder)
        _own_lines(bench, "index", "--clustered", "--sizes", sizes, "--folder", folder)
