"""What the tests in this folder stand on. Each gets a home of its own, with two models that are one program."""

import inspect
import json
from pathlib import Path

from home import SHARED, TempHome, tool  # noqa: F401
from servers import FaultServer, Unavailable  # noqa: F401

TESTS = []

# What is asked decides the answer: "paris" the weak model knows, at "sorry" it refuses, else it is unsure.
# "flip" is answered otherwise each time, "same" is 7 three times of four. Each is counted by itself, in all processes
# together, because several share the work. A call has 15 tokens.
MODEL = """
import json, os, sys
who = sys.argv[1]
def number(name):
    file = os.open(os.environ["HOME"] + "/calls-" + name, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.write(file, b".")
    count = os.lseek(file, 0, os.SEEK_CUR) - 1
    os.close(file)
    return count
for line in sys.stdin:
    r = json.loads(line)
    turns = [m["content"] if isinstance(m["content"], str) else m["content"][-1]["text"] for m in r["messages"]]
    asked, system = turns[-1], turns[0] if r["messages"][0]["role"] == "system" else ""
    reply = {"usage": {"input": 10, "output": 5}}
    if "yes or no" in system: text = "yes" if "Paris" in asked else "no"
    elif "certainly right" in system: text = "9" if "Paris" in asked else "2"
    elif "fail" in asked and who == "weak" or "broken" in asked:
        print(json.dumps({"error": {"fault": "provider", "message": "out of order", "status": 500}}), flush=True)
        continue
    elif who == "strong": text = "The answer is 42."
    elif "flip" in asked: text = "The answer is %d." % number("flip")
    elif "same" in asked: text = ["So the answer is 7.", "The answer is 7.", "#### 7", "The answer is 8."][number("same") % 4]
    elif "paris" in asked: text = "It is Paris."
    elif "sorry" in asked: text = "I'm sorry, but I can't help with that."
    elif "long" in asked: text, reply["finish"] = "It goes on and", "length"
    elif "json" in asked: text = '{"age": 7}'
    else: text = "I'm not sure, maybe 7."
    if (r.get("options") or {}).get("logprobs") is not None:
        p = -0.01 if "paris" in asked else -2.0
        reply["logprobs"] = [{"token": w, "logprob": p} for w in text.split()]
    if r["stream"]:
        for word in text.split(" "): print(json.dumps({"delta": word + " "}), flush=True)
    print(json.dumps({"text": text, **reply}), flush=True)
"""


def test(function):
    TESTS.append((f"{Path(inspect.getfile(function)).stem}: {function.__name__.strip('_').replace('_', ' ')}", function))
    return function


def equal(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what or 'got'}: {got!r}, not {wanted!r}")


def near(got, wanted, what=""):
    if abs(got - wanted) > 1e-9:
        raise AssertionError(f"{what or 'got'}: {got!r}, not {wanted!r}")


def expect(true, *what):
    if not true:
        raise AssertionError(" ".join(str(one) for one in what) or "it does not hold")


def jsonl(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


def models(home):
    """Tiers cheap and strong; a call of the weak model costs $20e-6, of the strong one $250e-6."""
    path = home.path / "model.py"
    path.write_text(MODEL)
    lines = []
    for who in ("weak", "strong"):
        lines += [f"[provider.{who}]", 'protocol = "command"', f'command = ["python3", "{path}", "{who}"]']
    lines += ["[tier]", 'cheap = "weak/x"', 'strong = "strong/y"']
    lines += ['[model."weak/x"]', "input = 1", "output = 2", '[model."strong/y"]', "input = 10", "output = 30"]
    home.config("\n".join(lines))


def route(home, *arguments, stdin=b"", code=0, timeout=60):
    result = home.run("llm-route", *arguments, stdin=stdin, timeout=timeout)
    equal(result.code, code, f"exit code of {arguments}: {result.words} {result.out[:400]}")
    return result


def cascade(home, *flags, prompts, code=0, **members):
    given = jsonl(*[{"id": n, "prompt": p, **members} for n, p in enumerate(prompts)])
    return records(route(home, "cascade", "--tiers", "cheap,strong", *flags, stdin=given, code=code))


def records(result):
    return [one for one in map(json.loads, result.out.splitlines()) if set(one) != {"id", "delta"}]


def why(record):
    return [step.get("why", "good") for step in record["route"]["tried"]]
