#!/usr/bin/env python3
"""What `make bench` runs: prints one JSON line a figure. Never part of `make test`; takes about a quarter of an hour.

    run.py [BUILD_DIR] [--only WORD]… [--quick]

BUILD_DIR (build/ unless given) must hold the tools and the target bench_programs. --only takes the groups
whose name has one of the words; --quick takes fewer runs and smaller inputs: to see that the bench works, not
to quote.

Each line has name, value, unit, reference, ratio, n; where BARS.md sets a bar also bar and met. A speed is a
ratio to the reference named, timed in the same run, in turn with it; value and reference_value are medians of
n runs each. Machines are shared and noisy: quote the ratio. The groups are the functions in figures/.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]


class Skipped(Exception):
    """This group cannot be measured here; the message says why."""


class Bench:
    def __init__(self, build, quick):
        self.build, self.quick = build, quick
        self.missed = []

    def rounds(self, many, few):
        return few if self.quick else many

    def program(self, name):
        path = self.build / "tests" / "bench" / name
        if not path.is_file():
            raise Skipped(f"no {path}; build the target bench_programs")
        return path

    def tool(self, name):
        from home import tool

        try:
            return tool(name)
        except FileNotFoundError as why:
            raise Skipped(str(why)) from None

    def spawn(self, rounds, *commands, stdin=None, env=None, codes=(0,)):
        """Runs the commands in turn; for each {median, least, most (seconds), kib, code}. Another exit code
        is an error.
        """
        argv = [self.program("spawn"), rounds, *(["--stdin", stdin] if stdin else [])]
        for command in commands:
            argv += ["--", *command]
        done = subprocess.run([str(one) for one in argv], env=env, stdout=subprocess.PIPE, check=True)
        results = [json.loads(line) for line in done.stdout.splitlines()]
        for command, result in zip(commands, results):
            if result["code"] not in codes:
                raise RuntimeError(f"{' '.join(map(str, command))[:200]} ended with {result['code']}")
        return results

    def print(
        self,
        name,
        value,
        unit,
        *,
        n,
        reference=None,
        reference_value=None,
        at_most=None,
        at_least=None,
        of="ratio",
    ):
        """One line. The bar holds for the ratio, or with of="value" for the value itself."""
        ratio = value / reference_value if reference_value else None
        line = {
            "name": name,
            "value": rounded(value),
            "unit": unit,
            "reference": reference,
            "reference_value": rounded(reference_value),
            "ratio": rounded(ratio),
            "n": n,
        }
        judged = ratio if of == "ratio" else value
        if at_most is not None:
            line |= {"bar": f"<= {at_most}", "met": judged <= at_most}
        if at_least is not None:
            line |= {"bar": f">= {at_least}", "met": judged >= at_least}
        if line.get("met") is False:
            self.missed.append(name)
        print(json.dumps(line), flush=True)


def rounded(value):
    return None if value is None else float(f"{value:.4g}")


def groups():
    """Every public function of every module in figures/, by name, in order."""
    found = {}
    for path in sorted((HERE / "figures").glob("*.py")):
        module = importlib.import_module(f"figures.{path.stem}")
        found |= {
            name: one
            for name, one in vars(module).items()
            if callable(one)
            and getattr(one, "__module__", "") == module.__name__
            and not name.startswith("_")
        }
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "build", nargs="?", default=os.environ.get("LLM_BUILD_DIR", HERE.parents[1] / "build")
    )
    parser.add_argument("--only", action="append", default=[], metavar="WORD")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    build = Path(options.build).resolve()
    os.environ["LLM_BUILD_DIR"] = str(build)
    bench = Bench(build, options.quick)
    failed = False
    for name, group in groups().items():
        if options.only and not any(word in name for word in options.only):
            continue
        try:
            group(bench)
        except Exception as why:
            if type(why).__name__ in ("Skipped", "Unavailable"):
                print(f"bench: {name} skipped: {why}", file=sys.stderr)
                continue
            failed = True
            print(f"bench: {name} failed:", file=sys.stderr)
            traceback.print_exc()
    if bench.missed:
        print(f"bench: bars missed: {', '.join(bench.missed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.modules["run"] = sys.modules["__main__"]  # figures import Skipped from here: one class, not two
    sys.exit(main())
