#!/usr/bin/env python3
"""The golden folders: what each command line prints, to the letter.

    run.py [--build DIR] [--accept] [WORD…]     only cases whose TOOL/NAME has one of the words

A case is a folder TOOL/NAME with `cmd`, one line for the shell, and what belongs to it: `stdin` (empty where
missing), `config` (its config.toml), `files/` (copied into the folder it runs in); and with what came of it:
`stdout`, `stderr` (empty where missing), `code` (0 where missing). --accept writes these three anew; review
reads the diff. What varies is scrubbed: milliseconds, seconds and the home's path.

Ends with "N passed, N failed, N skipped", and with 1 where one failed.
"""

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import home as homes  # noqa: E402

VARYING = (
    (re.compile(rb'"(ms|first_ms)":\s*[0-9.e+-]+'), rb'"\1":0'),
    (re.compile(rb"\b[0-9]+\.[0-9]{2} s\b"), b"0.00 s"),
    (re.compile(rb"p50 [0-9.]+ m?s, p95 [0-9.]+ m?s"), b"p50 0 s, p95 0 s"),
)


def scrubbed(data, home):
    data = data.replace(str(home.path).encode(), b"$HOME")
    for pattern, instead in VARYING:
        data = pattern.sub(instead, data)
    return data


def content(path):
    return path.read_bytes() if path.is_file() else b""


def outcome(case):
    """{name: bytes} of what the case prints now."""
    with homes.TempHome() as home:
        if (case / "config").is_file():
            home.config((case / "config").read_text())
        work = home.path / "work"
        if (case / "files").is_dir():
            shutil.copytree(case / "files", work)
        else:
            work.mkdir()
        folder = home.path / "bin"
        folder.mkdir()
        for tool in homes.all_tools():
            (folder / tool.name).symlink_to(tool)
        done = subprocess.run(
            ["/bin/sh", "-c", (case / "cmd").read_text()],
            input=content(case / "stdin"),
            cwd=work,
            env={**home.env, "PATH": f"{folder}:{home.env['PATH']}"},
            capture_output=True,
            timeout=120,
        )
        return {
            "stdout": scrubbed(done.stdout, home),
            "stderr": scrubbed(done.stderr, home),
            "code": f"{done.returncode}\n".encode(),
        }


def usual(name):
    return b"0\n" if name == "code" else b""


def differences(case, found):
    lines = []
    for name, got in found.items():
        wanted = content(case / name) or usual(name)
        if got != wanted:
            texts = [one.decode(errors="backslashreplace").splitlines() for one in (wanted, got)]
            lines += difflib.unified_diff(*texts, f"{name} wanted", f"{name} got", lineterm="", n=1)
    return lines


def accept(case, found):
    for name, data in found.items():
        if data == usual(name):
            (case / name).unlink(missing_ok=True)
        else:
            (case / name).write_bytes(data)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build")
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("word", nargs="*")
    options = parser.parse_args()
    if options.build:
        os.environ["LLM_BUILD_DIR"] = options.build
    built = {tool.name for tool in homes.all_tools()}
    passed = failed = skipped = 0
    for case in sorted(path.parent for path in HERE.glob("*/*/cmd")):
        name = f"{case.parent.name}/{case.name}"
        if options.word and not any(word in name for word in options.word):
            continue
        if case.parent.name not in built:
            print(f"skip {name}: {case.parent.name} is not built")
            skipped += 1
            continue
        found = outcome(case)
        lines = differences(case, found)
        if lines and options.accept:
            accept(case, found)
            print(f"took {name}")
        elif lines:
            print(f"FAIL {name}", *lines, sep="\n     ")
        failed += bool(lines) and not options.accept
        passed += not lines or options.accept
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


sys.exit(main())
