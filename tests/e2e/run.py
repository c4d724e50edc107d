#!/usr/bin/env python3
"""Runs llm-ask against real servers on loopback sockets.

    run.py [--build DIR] [--threads N] [--list] [WORD…]     only tests whose name has one of the words

Ends with "N passed, N failed, N skipped", and with 1 where one failed. The tools are looked for in DIR, else
in $LLM_BUILD_DIR, else in build/.
"""

import argparse
import importlib
import os
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build")
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("word", nargs="*")
    options = parser.parse_args()
    if options.build:
        os.environ["LLM_BUILD_DIR"] = options.build

    import harness

    for file in sorted(HERE.glob("*.py")):
        if file.stem not in ("run", "harness"):
            importlib.import_module(file.stem)
    chosen = [
        one for one in harness.TESTS if not options.word or any(word in one[0] for word in options.word)
    ]
    if options.list:
        print(*[name for name, _ in chosen], sep="\n")
        return 0
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failures, printing = [], threading.Lock()
    world = harness.World()

    def one(entry):
        name, function = entry
        began, how, why = time.monotonic(), "passed", ""
        try:
            function(world)
        except harness.Unavailable as reason:
            how, why = "skipped", str(reason)
        except Exception as error:
            how, why = "failed", f"{error}\n" + "".join(traceback.format_tb(error.__traceback__)[-2:])
        with printing:
            counts[how] += 1
            if how == "failed":
                failures.append(name)
            mark = {"passed": "ok  ", "failed": "FAIL", "skipped": "skip"}[how]
            print(f"{mark} {time.monotonic() - began:6.1f} s  {name}", flush=True)
            if why:
                print("     " + why.strip().replace("\n", "\n     "), flush=True)

    try:
        with ThreadPoolExecutor(options.threads) as pool:
            list(pool.map(one, chosen))
    finally:
        world.close()
    if failures:
        print("failed:", *failures, sep="\n  ")
    print(", ".join(f"{number} {how}" for how, number in counts.items()))
    return 1 if counts["failed"] else 0


sys.exit(main())
