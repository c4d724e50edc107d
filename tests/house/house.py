"""What the house tests share: the tools to try, and a way to start them."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ROOT / "build").resolve()

TOY = BUILD / "tests/support/llm-toy"


def tools():
    """Every tool there is, and the toy of the front door."""
    real = sorted(p for p in (BUILD / "tools").glob("llm-*") if os.access(p, os.X_OK) and p.is_file())
    return real + ([TOY] if TOY.exists() else [])


def filters():
    """Tools that read records: all but the toy."""
    return [t for t in tools() if t != TOY]


def clean_environment(home):
    """No key, no configuration, no colour of the person who runs the tests."""
    keep = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "TMPDIR")
            or k.startswith(("ASAN_", "UBSAN_"))}
    return keep | {"HOME": home, "XDG_CONFIG_HOME": f"{home}/config", "XDG_DATA_HOME": f"{home}/data",
                   "XDG_CACHE_HOME": f"{home}/cache", "XDG_STATE_HOME": f"{home}/state"}


def run(tool, *words, stdin=b"", env=None, timeout=60):
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run([str(tool), *words], input=stdin, capture_output=True, timeout=timeout,
                              env=clean_environment(home) | (env or {}))


def describe(tool):
    return json.loads(run(tool, "--describe").stdout)


def visible(options):
    return [o for o in options if not o["hidden"]]


def option_names(description):
    """Long and short names of every option of a tool, those of its commands too."""
    every = visible(description["options"]) + [o for c in description["commands"] for o in visible(c["options"])]
    return {n for o in every for n in o["names"] + o["opposites"]}


def main():
    if not tools():
        print("no tool is built yet")
        sys.exit(77)
    unittest.main()
