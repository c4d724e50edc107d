"""What the tests in this folder stand on. Each gets a home of its own."""

import inspect
import json
from pathlib import Path

from home import TempHome, tool  # noqa: F401

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


def mem(home, *arguments, stdin=b"", code=0, timeout=60):
    result = home.run("llm-mem", *arguments, stdin=stdin, timeout=timeout)
    equal(result.code, code, f"exit code of {arguments}: {result.words}")
    return result


def records(result):
    return [json.loads(line) for line in result.out.splitlines()]


def rows(home, question):
    return records(mem(home, "sql", "--json", question))


def model(home, text):
    """A model in Python, asked as script/NAME. `answer(request)` gives a text or {"text", "tool_calls"}; call(name, **arguments) makes a call."""
    path = home.path / "model.py"
    path.write_text(
        "#!/usr/bin/env python3\nimport sys, json, itertools\nnumber = itertools.count(1)\n"
        "def call(name, **arguments):\n"
        "    return {'id': f'call_{next(number)}', 'type': 'function', 'function': {'name': name, 'arguments': json.dumps(arguments)}}\n"
        + text
        + "\nfor line in sys.stdin:\n"
        "    said = answer(json.loads(line))\n"
        "    print(json.dumps({'text': said} if isinstance(said, str) else said), flush=True)\n"
    )
    path.chmod(0o755)
    if not home.config_file.exists():
        home.config(f'[provider.script]\nprotocol = "command"\ncommand = ["{path}"]\n')


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def loop(home, *given, flags=(), asker=("-q", "--no-log", "-m", "script/x"), code=0):
    """Records with our functions through apply --until-done around llm-ask."""
    with_tools = mem(home, "tools", stdin=jsonl(*given)).out
    return records(mem(home, "apply", "--until-done", *flags, "--", str(tool("llm-ask")), *asker, stdin=with_tools, code=code))
