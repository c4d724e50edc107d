#!/usr/bin/env python3
"""Kills llm-ask at random instants, many times, and looks that nothing acknowledged was lost or paid twice.

    kill.py [--build DIR] [--kills 200] [--seed N]

A run with --resume and a day's budget over one input is killed with SIGKILL after a random time and begun again by the same command,
until it has been killed that often. Whenever it ends by itself the next one has an input and a file of its own. Afterwards:

  - every record stands on stdout of the last run, in order, and what was on stdout once came back to the letter;
  - no record was asked again after it had been on stdout, and none more often than it was in flight when a kill came;
  - the day's ledger is no smaller than what the server has answered, and no larger than that and the calls that kills cut off;
  - journal and store open without help and are sound.
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

PRICE = 0.0082  # dollars: 12 tokens in and 7 out at the prices below
RECORDS = 400


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    if options.build:
        os.environ["LLM_BUILD_DIR"] = options.build
    import harness
    import home as homes

    chance = random.Random(options.seed)
    print(f"seed {options.seed}")
    world = harness.World()
    kills = finished = 0
    try:
        with harness.homes.TempHome() as home:
            home.kept = []
            scenario = world.tagged("slow:5")
            home.provider("p", "openai", harness.url(world, scenario))
            home.config('[model."p/any"]\ninput = 100\noutput = 1000\n[budget]\nday = 100000\n')
            cut = 0
            while kills < options.kills:
                given = [{"id": n, "prompt": f"r{finished}p{n}", "options": {"max_tokens": 10}} for n in range(RECORDS)]
                (home.path / "in").write_text(harness.jsonl(*given))
                (home.path / "done").unlink(missing_ok=True)
                acknowledged, code, rounds = {}, None, 0
                while code != 0:
                    rounds += 1
                    with open(home.path / "in") as stdin, open(home.path / "out", "wb") as stdout:
                        process = subprocess.Popen(
                            [homes.tool("llm-ask"), "-q", "-m", "p/any", "--jobs", "8", "--resume", "done"],
                            stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=home.env, cwd=home.path,
                        )
                        wait = chance.uniform(0, 0.35) if kills < options.kills else 60
                        try:
                            code = process.wait(wait)
                        except subprocess.TimeoutExpired:
                            process.kill()
                            process.wait()
                            kills += 1
                    words = process.stderr.read().decode()
                    process.stderr.close()
                    harness.expect(code in (None, 0), f"ended with {code}", words)
                    lines = (home.path / "out").read_bytes().splitlines(keepends=True)
                    whole = [line for line in lines if line.endswith(b"\n")]
                    for n, line in enumerate(whole):
                        one = json.loads(line)
                        harness.equal(one["id"], n, "in order")
                        harness.equal(one["response"]["text"], f"r{finished}p{n}")
                        harness.equal(acknowledged.setdefault(n, line), line, "it comes back to the letter")
                harness.equal(len(acknowledged), RECORDS, "no record is lost")
                asked = [one["body"]["messages"][0]["content"] for one in world.requests(scenario) if one["body"]]
                asked = [text for text in asked if text.startswith(f"r{finished}p")]
                again = len(asked) - RECORDS
                harness.expect(0 <= again <= 8 * (rounds - 1), f"{again} paid twice in {rounds - 1} kills of 8 in flight")
                cut += again
                finished += 1
            harness.expect(finished > 0)
            status = [json.loads(line) for line in harness.ask(home, "--budget-status", "--json").out.splitlines()]
            spent = sum(row["spent"] for row in status if row["kind"] == "day")
            answered = finished * RECORDS * PRICE
            harness.expect(spent >= answered - 1e-6, f"${spent} in the ledger, ${answered} of answers")
            harness.expect(spent <= answered + kills * 8 * 0.2, f"${spent} in the ledger: more than the calls cut off can have cost")
            harness.equal([row for row in status if row["kind"] == "reservation"], [])
            for store in ("data/llm-utils/log.db", "state/llm-utils/pace.db"):
                with sqlite3.connect(home.path / store) as db:
                    harness.equal(db.execute("PRAGMA integrity_check").fetchone()[0], "ok", store)
    finally:
        world.close()
    print(f"{kills} kills, {finished} runs of {RECORDS} records, {cut} calls in flight paid twice, ${spent:.4f} in the ledger: nothing acknowledged was lost")
    return 0


sys.exit(main())
