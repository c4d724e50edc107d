"""Programs in tests/bench that print their own lines."""

import subprocess

from run import Skipped


def _own_lines(bench, name):
    path = bench.build / "tests" / "bench" / name
    if not path.is_file():
        raise Skipped(f"no {path}")
    subprocess.run([path], check=True)


def embedder(bench):
    """The builtin embedder's quality and speed."""
    _own_lines(bench, "embedder")


def index(bench):
    """The exact and the approximate index."""
    _own_lines(bench, "index")
