"""A conversation at a terminal: `llm-ask --chat` on a pty."""

import contextlib
import json
import os
import pty
import select
import signal
import termios
import time

import home as homes
from harness import equal, expect, test, until


class Terminal:
    def __init__(self, home, *arguments):
        self.rest = b""
        command = [str(homes.tool("llm-ask")), *map(str, arguments)]  # ready before the fork: other threads may hold locks
        env = {name: str(value) for name, value in dict(home.env, TERM="xterm").items()}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, env)

    def until(self, text, seconds=60):
        """Everything shown up to and including `text`."""
        seen, self.rest = self.rest, b""
        end = time.monotonic() + seconds
        while text.encode() not in seen:
            expect(time.monotonic() < end, f"no {text!r} in {seen!r}")
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    part = os.read(self.fd, 4096)
                except OSError:
                    part = b""
                expect(part, f"it ended before {text!r}; it showed {seen!r}")
                seen += part
        at = seen.index(text.encode()) + len(text.encode())
        self.rest = seen[at:]
        return seen[:at].decode()

    def type(self, text):
        os.write(self.fd, text.encode())

    def code(self, seconds=60):
        """Its exit code; one that does not end is killed and told of."""
        seen, end = self.rest, time.monotonic() + seconds
        while (waited := os.waitpid(self.pid, os.WNOHANG)) == (0, 0):
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                os.close(self.fd)
                raise AssertionError(f"it did not end; it showed {seen!r}")
            if select.select([self.fd], [], [], 0.05)[0]:
                with contextlib.suppress(OSError):  # the other side is closed
                    seen += os.read(self.fd, 4096)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(waited[1])


@test
def a_conversation_goes_on_is_saved_and_left(w):
    with w.home() as home:
        t = Terminal(home, "-m", "builtin/echo", "--chat")
        t.until("> ")
        t.type("hello there\n")
        t.until("\nhello there\r\n> ")
        t.type("/modl x\n")
        t.until("did you mean /model?")
        t.until("> ")
        t.type("/system be brief\n")
        t.until("system prompt set")
        t.until("> ")
        t.type("/model builtin/nothing\n")
        t.until("> ")
        t.type("/model builtin/echo\n")
        t.until("builtin/echo answers")
        t.until("> ")
        t.type(f"/save {home.path}/kept.jsonl\n")
        t.until("saved to")
        t.type("/quit\n")
        equal(t.code(), 0)
        kept = json.loads((home.path / "kept.jsonl").read_text())
        equal(kept["system"], "be brief")
        equal([m["content"] for m in kept["messages"]], ["hello there", "hello there"])
        equal((home.path / "kept.jsonl").stat().st_mode & 0o777, 0o600)


@test
def ctrl_c_stops_the_answer_and_not_the_program(w):
    with w.at("silence") as (home, tagged):
        t = Terminal(home, "-m", "p/any", "--chat")
        t.until("> ")
        t.type("anybody?\n")
        deadline = time.monotonic() + 60
        while w.count(tagged) == 0:
            expect(time.monotonic() < deadline, "the server was never asked")
            time.sleep(0.02)
        os.kill(t.pid, signal.SIGINT)
        t.until("stopped")
        t.until("> ")
        t.type("/model builtin/echo\n")
        t.until("builtin/echo answers")
        t.until("> ")  # typed sooner, the terminal's own echo would look like the answer
        t.type("still here\n")
        t.until("\nstill here\r\n> ")
        t.type("\x04")
        equal(t.code(), 0)


@test
def a_ctrl_d_typed_ahead_leaves_after_the_answer(w):
    with w.at("slow:300") as (home, tagged):
        t = Terminal(home, "-m", "p/any", "--chat", "--no-stream")
        t.until("> ")
        expect(not termios.tcgetattr(t.fd)[3] & termios.ICANON, "the end of input is left to libedit")
        t.type("hello\n")
        until(lambda: w.count(tagged) == 1, "the model is asked")
        t.type("\x04")
        t.until("hello\r\n> ")
        equal(t.code(), 0)
