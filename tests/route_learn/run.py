#!/usr/bin/env python3
"""llm-route cascade, train, calibrate and report as people run them: models that are programs, servers that fail, cassettes, the journal.

    run.py [--build DIR] [WORD…]     only tests whose name has one of the words

Ends with "N passed, N failed, N skipped", and with 1 where one failed. The tools are looked for in DIR, else
in $LLM_BUILD_DIR, else in build/.
"""

import argparse
import importlib
import os
import sys
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build")
    parser.add_argument("word", nargs="*")
    options = parser.parse_args()
    if options.build:
        os.environ["LLM_BUILD_DIR"] = options.build

    import tools

    for file in sorted(HERE.glob("*.py")):
        if file.stem not in ("run", "tools"):
            importlib.import_module(file.stem)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name, function in tools.TESTS:
        if options.word and not any(word in name for word in options.word):
            continue
        began, how, why = time.monotonic(), "passed", ""
        try:
            with tools.TempHome() as home:
                function(home)
        except tools.Unavailable as reason:
            how, why = "skipped", str(reason)
        except Exception as error:
            how, why = "failed", f"{error}\n" + "".join(traceback.format_tb(error.__traceback__)[-2:])
        counts[how] += 1
        mark = {"passed": "ok  ", "failed": "FAIL", "skipped": "skip"}[how]
        print(f"{mark} {time.monotonic() - began:6.1f} s  {name}", flush=True)
        if why:
            print("     " + why.strip().replace("\n", "\n     "), flush=True)
    print(", ".join(f"{number} {how}" for how, number in counts.items()))
    return 1 if counts["failed"] else 0


sys.exit(main())
