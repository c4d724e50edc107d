"""What limits and budgets cost a call, and how near the limit a run comes."""

import time

from home import ROOT, TempHome
from servers import Nginx

from .libraries import _own_lines


def pace(bench):
    """A call through the governor: nothing set, a limit, a budget."""
    _own_lines(bench, "pace", "5000" if bench.quick else "20000", "3" if bench.quick else "5")


def pace_kept(bench):
    """Records with --rpm against the time that limit allows: at once the bucket, then one each turn."""
    tool = bench.tool("llm-ask")
    rounds, count, rpm = bench.rounds(5, 2), 300, 6000
    turn = 60 / (rpm - rpm // 60 + 1)
    ideal = (count - rpm // 60) * turn
    with Nginx(ROOT / "tests/bench/nginx.conf") as nginx:
        taken = []
        for _ in range(rounds):
            with TempHome() as home:
                home.provider("fixed", "openai", nginx.base + "/v1")
                began = time.monotonic()
                done = home.run(tool, "-q", "-m", "fixed/any", "--jobs", 16, "--rpm", rpm, stdin="".join(f'{{"id":{n},"prompt":"x"}}\n' for n in range(count)))
                taken.append(time.monotonic() - began)
                if done.code != 0:
                    raise RuntimeError(done.words)
    bench.print("pace.kept", sorted(taken)[len(taken) // 2], "s", n=rounds, reference=f"{count} records at {rpm} a minute", reference_value=ideal, at_least=1, at_most=1.1)
