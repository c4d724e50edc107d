"""What the tests in this folder stand on. Each gets a home of its own."""

import inspect
import json
import time
from pathlib import Path

from home import SHARED, TempHome, run, tool  # noqa: F401
from servers import Unavailable  # noqa: F401

TESTS = []
MODEL = "builtin/echo"


def test(function):
    TESTS.append((f"{Path(inspect.getfile(function)).stem}: {function.__name__.strip('_').replace('_', ' ')}", function))
    return function


def equal(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what or 'got'}: {got!r}, not {wanted!r}")


def expect(true, *what):
    if not true:
        raise AssertionError(" ".join(str(one) for one in what) or "it does not hold")


def until(condition, seconds=60):
    """Waits for what another process does."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it never came")
        time.sleep(0.01)


def jsonl(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


def cache(home, *arguments, stdin=b"", code=0, timeout=60):
    result = home.run("llm-cache", *arguments, stdin=stdin, timeout=timeout)
    if code is not None:
        equal(result.code, code, f"exit code of {arguments}: {result.words}")
    return result


def records(result):
    return [json.loads(line) for line in result.out.splitlines()]


def get(home, *prompts, code=0, flags=(), **members):
    given = jsonl(*[{"prompt": one, "model": MODEL, **members} for one in prompts])
    return records(cache(home, "get", *flags, stdin=given, code=code))


def put(home, *flags, code=0, response=None, **members):
    """Stores one answer as a chain would: looked up, answered, put."""
    (one,) = get(home, members.pop("prompt", "q"), flags=[f for f in flags if f.startswith("--namespace")], **members)
    one["response"] = response or {"text": "an answer", "finish": "stop"}
    return records(cache(home, "put", *[f for f in flags if not f.startswith("--namespace")], stdin=jsonl(one), code=code))


def entries(home, *flags):
    result = home.run("llm-cache", "ls", "--json", *flags)
    expect(result.code in (0, 1), result.words)
    return records(result)


def hit(record):
    return record["cache"]["hit"]


def script(home, name, text):
    """A child in Python, as a path."""
    path = home.path / name
    path.write_text("#!/usr/bin/env python3\nimport sys, json, time, os\n" + text)
    path.chmod(0o755)
    return str(path)
