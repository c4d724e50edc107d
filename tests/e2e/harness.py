"""What the tests in this folder stand on: the list of tests, the servers they share, and running llm-ask.

    @test
    def a_name_that_says_what_is_true(w):
        with w.home() as home:
            home.provider("p", "openai", w.faults.url("ok"))
            expect(ask(home, "-m", "p/any", "hello").text == "The answer is 42.\n", "the answer")

`w` is the World. A test fails by raising, and skips by raising Unavailable. No test depends on speed: times
are bounded generously and from above only. Every home is searched for the keys given in it when it goes, and
what every run printed is too.
"""

import contextlib
import inspect
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import home as homes  # noqa: E402
from servers import API, Aimock, FaultServer, LlamaServer, Unavailable  # noqa: E402, F401

KEY = "sk-test-0123456789abcdef"
PROTOCOLS = ("openai", "openai-responses", "anthropic", "gemini", "ollama")
ANSWER = "The answer is 42."
TESTS = []
SANITIZER = re.compile(rb"(ERROR|WARNING): \w+Sanitizer|runtime error:|LeakSanitizer")


def test(function):
    TESTS.append((f"{Path(inspect.getfile(function)).stem}: {words_of(function.__name__)}", function))
    return function


def for_each(*cases, title=str):
    """The test once for each case; a case's title ends the test's name."""

    def register(function):
        stem = Path(inspect.getfile(function)).stem
        for case in cases:
            arguments = case if isinstance(case, tuple) else (case,)
            name = f"{stem}: {words_of(function.__name__)} [{title(arguments[0])}]"
            TESTS.append((name, lambda w, arguments=arguments: function(w, *arguments)))
        return function

    return register


def words_of(name):
    return name.replace("_", " ").strip()


def expect(condition, *what):
    if not condition:
        raise AssertionError(" · ".join(str(one) for one in what))


def equal(got, wanted, *what):
    if got != wanted:
        raise AssertionError(" · ".join([f"got {shown(got)}, wanted {shown(wanted)}", *map(str, what)]))


def shown(value, most=700):
    text = repr(value)
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 2 :]}"


def jsonl(*records):
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records)


class World:
    """The servers, each started when it is first asked for, and shared."""

    def __init__(self):
        self.lock = threading.Lock()
        self.stack = contextlib.ExitStack()
        self.started = {}
        self.tags = 0

    def _start(self, name, make):
        with self.lock:
            if name not in self.started:
                try:
                    self.started[name] = self.stack.enter_context(make())
                except Unavailable as reason:
                    self.started[name] = reason
            if isinstance(self.started[name], Unavailable):
                raise self.started[name]
            return self.started[name]

    @property
    def faults(self):
        return self._start("faults", lambda: FaultServer(tls=True, proxy=True))

    @property
    def aimock(self):
        return self._start("aimock", Aimock)

    @property
    def llama(self):
        return self._start("llama", LlamaServer)

    def tagged(self, scenario):
        """The scenario with a tag of its own, so that its requests are counted apart."""
        with self.lock:
            self.tags += 1
            return f"{scenario},t{self.tags}"

    def count(self, scenario):
        return self.faults.count()["by_scenario"].get(scenario, 0)

    def requests(self, scenario):
        return [one for one in self.faults.journal() if one["scenario"] == scenario]

    @contextlib.contextmanager
    def home(self, **extra):
        with homes.TempHome(**extra) as home:
            home.kept = []  # files that may hold the key
            yield home
            for path, data in home.files():
                expect(KEY.encode() not in data or path in home.kept, f"the key lies in {path}")

    @contextlib.contextmanager
    def at(self, scenario, protocol="openai", **members):
        """(home, scenario with a tag): a home whose provider `p` leads to the scenario."""
        scenario = self.tagged(scenario)
        with self.home() as home:
            home.provider("p", protocol, url(self, scenario, protocol), **members)
            yield home, scenario

    def close(self):
        self.stack.close()


def url(w, scenario, protocol="openai", tls=None):
    return w.faults.url(scenario, protocol, tls)


def sound(err, out=b""):
    """Nothing a run may ever print."""
    expect(not SANITIZER.search(err), err.decode(errors="replace")[-3000:])
    expect(KEY.encode() not in err + out, "the key was printed")


def ask(home, *arguments, stdin=None, code=0, timeout=120, env=None):
    """llm-ask to its end; `code` None accepts any."""
    result = home.run("llm-ask", *arguments, stdin=stdin, timeout=timeout, env=env)
    sound(result.err, result.out)
    expect(
        code is None or result.code == code,
        f"exit code {result.code}, wanted {code}",
        shown(result.words),
        shown(result.out),
    )
    return result


def records(result):
    """The lines of stdout, all of which must be JSON objects."""
    found = [json.loads(line) for line in result.out.decode().splitlines()]
    expect(all(isinstance(one, dict) for one in found), "a line is no object")
    return found


def whole(result):
    """The records without the delta lines."""
    return [one for one in records(result) if set(one) != {"id", "delta"}]


def deltas(result):
    return [one for one in records(result) if set(one) == {"id", "delta"}]


class Running:
    """llm-ask as a process that a test talks to. Killed with all its children when the `with` ends."""

    def __init__(self, home, *arguments, env=None, stdin=subprocess.PIPE, stdout=subprocess.PIPE):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [homes.tool("llm-ask"), *map(str, arguments)],
            env={**home.env, **(env or {})},
            cwd=home.path,
            stdin=stdin,
            stdout=stdout,
            stderr=self.errors,
            start_new_session=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        words = self.words.encode()
        self.errors.close()
        if kind is None:
            sound(words)

    def write(self, text):
        self.process.stdin.write(text.encode() if isinstance(text, str) else text)
        self.process.stdin.flush()

    def end_input(self):
        self.process.stdin.close()
        self.process.stdin = None

    def line(self, patience=60):
        """The next line of stdout, or b"" at its end."""
        found = []
        reader = threading.Thread(target=lambda: found.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(patience)
        expect(found, f"no line within {patience} s", self.words)
        return found[0]

    def rest(self, patience=60):
        out = self.process.stdout.read() if self.process.stdout else b""
        code = self.process.wait(patience)
        return code, out

    def signal(self, number):
        self.process.send_signal(number)

    @property
    def words(self):
        """What it said on stderr so far."""
        self.errors.flush()
        return os.pread(self.errors.fileno(), 1 << 24, 0).decode(errors="replace")


def until(condition, what, patience=60):
    """Waits for something that will be true."""
    end = time.monotonic() + patience
    while not (value := condition()):
        expect(time.monotonic() < end, f"not within {patience} s: {what}")
        time.sleep(0.02)
    return value
