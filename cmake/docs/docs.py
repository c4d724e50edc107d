#!/usr/bin/env python3
"""Writes the manual page and the completions of each tool from what `TOOL --describe` prints.

    docs.py [--check] [--out DIR] TOOL...

For llm-X it reads DIR/man/llm-X.1.in (the prose) and the templates in completions/, and writes
DIR/man/llm-X.1 and DIR/completions/llm-X.{bash,zsh,fish}; and DIR/man/llm-config.5 from the tables of
settings and of ready providers, around DIR/man/llm-config.5.in. With --check nothing is written, and the
exit code is 1 where a file is not what it would be.
"""
import argparse
import difflib
import json
import pathlib
import subprocess
import sys

import completion
import config
import manual

ROOT = pathlib.Path(__file__).resolve().parents[2]


def described(tool):
    out = subprocess.run([tool, "--describe"], stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out)


def pages(tool, out):
    d = described(tool)
    name = d["name"]
    prose = out / "man" / f"{name}.1.in"
    if prose.exists():
        yield out / "man" / f"{name}.1", manual.page(prose.read_text(), d)
    for shell in ("bash", "zsh", "fish"):
        template = (ROOT / "completions" / f"{shell}.in").read_text()
        yield out / "completions" / f"{name}.{shell}", completion.script(shell, template, d)


def all_pages(tools, out):
    for tool in tools:
        yield from pages(tool, out)
    prose = out / "man/llm-config.5.in"
    if prose.exists():
        yield out / "man/llm-config.5", config.page(prose.read_text(), ROOT)


def main():
    parser = argparse.ArgumentParser(description="manual pages and completions from --describe")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT)
    parser.add_argument("tools", nargs="+")
    args = parser.parse_args()
    stale = False
    for path, text in all_pages(args.tools, args.out):
        old = path.read_text() if path.exists() else ""
        if old == text:
            continue
        if args.check:
            stale = True
            diff = difflib.unified_diff(old.splitlines(True), text.splitlines(True), str(path), "as it would be written")
            sys.stdout.writelines(list(diff)[:40])
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(path)
    if stale:
        print("run `make docs` and commit what it writes", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
