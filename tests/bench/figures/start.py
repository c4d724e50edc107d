"""How long it takes to start."""

from home import TempHome, all_tools
from run import Skipped


def start(bench):
    """Every tool's --version, against `true`."""
    tools = all_tools()
    if not tools:
        raise Skipped(f"no tools in {bench.build}/tools")
    rounds = bench.rounds(301, 31)
    with TempHome() as home:
        for tool in tools:
            reference, mine = bench.spawn(rounds, ["/bin/true"], [tool, "--version"], env=home.env)
            bench.print(
                f"start.{tool.name}",
                mine["median"] * 1e3,
                "ms",
                n=rounds,
                reference="true",
                reference_value=reference["median"] * 1e3,
                at_most=4,
            )
