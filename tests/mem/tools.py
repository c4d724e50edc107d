"""What the tests in this folder stand on. Each gets a home of its own."""

import inspect
import json
from pathlib import Path

from home import SHARED, TempHome, run, tool  # noqa: F401
from servers import Unavailable  # noqa: F401

TESTS = []


def test(function):
    TESTS.append((f"{Path(inspect.getfile(function)).stem}: {function.__name__.strip('_').replace('_', ' ')}", function))
    return function


def equal(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what or 'got'}: {got!r}, not {wanted!r}")


def expect(true, *what):
    if not true:
        raise AssertionError(" ".join(str(one) for one in what) or "it does not hold")


def jsonl(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


def mem(home, *arguments, stdin=b"", code=0, timeout=60, env=None):
    result = home.run("llm-mem", *arguments, stdin=stdin, timeout=timeout, env=env)
    if code is not None:
        equal(result.code, code, f"exit code of {arguments}: {result.words}")
    return result


def records(result):
    return [json.loads(line) for line in result.out.splitlines()]


def passages(home, *flags):
    return records(mem(home, "ls", "--json", "--oldest", *flags, code=None))


def sound(home):
    equal(mem(home, "verify").text, "nothing is wrong\n")


def store_file(home):
    return home.path / "data" / "llm-utils" / "memory.db"
