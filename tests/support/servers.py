"""The counterparts of the tests as `with` blocks: started, waited for, stopped, never left behind.

    with FaultServer() as faults, TempHome() as home:
        home.provider("test", "openai", faults.url("429-then-ok:2"))
        result = home.run("llm-ask", "-m", "test/any", "hello")
        assert faults.count()["total"] == 3

All listen on loopback, on a port of their own. `Unavailable` says why a counterpart cannot be had here (no
npm, no shared data): a test then skips with that reason.
"""

import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from home import ROOT, SHARED

SERVERS = ROOT / "tests" / "servers"
# Under each protocol's name, what follows the scenario in a base_url.
API = {"openai": "/v1", "openai-responses": "/v1", "anthropic": "/v1", "gemini": "/v1beta", "ollama": ""}


class Unavailable(Exception):
    """This counterpart cannot run here; the message says why and what to do."""


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: even a killed test leaves nothing behind


class Server:
    """A child process that prints one line of JSON when it answers; the line is `ready`."""

    def __init__(self, argv, *, patience=30, env=None):
        self.argv, self.patience, self.env = [str(one) for one in argv], patience, env
        self.process = None
        self.ready = {}

    def __enter__(self):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=self.env,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        try:
            self.ready = json.loads(self._first_line())
        except BaseException:
            self.stop()
            raise
        return self

    def _first_line(self):
        line, end = b"", time.monotonic() + self.patience
        while not line.endswith(b"\n"):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise RuntimeError(f"{self.argv[:2]} said nothing in {self.patience} s")
            byte = os.read(self.process.stdout.fileno(), 1)
            if not byte:
                self.errors.seek(0)
                raise RuntimeError(
                    f"{self.argv[:2]} ended: {self.errors.read().decode(errors='replace')[-2000:]}"
                )
            line += byte
        return line

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()
        self.process = None

    @property
    def port(self):
        return self.ready["port"]

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def get(self, path, method=None, body=None):
        """The JSON at a path; with a body a POST of it."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data, {"content-type": "application/json"}, method=method
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as response:
            return json.load(response)


class FaultServer(Server):
    """tests/servers/fault_server.py: every provider's API, every fault."""

    def __init__(self, *, tls=False, proxy=False):
        options = (["--tls"] if tls else []) + (["--proxy"] if proxy else [])
        super().__init__(["/usr/bin/python3", SERVERS / "fault_server.py", *options])

    def url(self, scenario="ok", protocol="openai", tls=None):
        """The base_url that makes `scenario` happen; `tls` names a certificate."""
        base = self.base if tls is None else f"https://127.0.0.1:{self.ready['tls'][tls]}"
        return f"{base}/s/{scenario}{API[protocol]}"

    def proxy(self, kind):
        return f"http://127.0.0.1:{self.ready['proxy'][kind]}"

    def journal(self):
        return self.get("/__journal")

    def count(self):
        return self.get("/__count")

    def clear(self):
        self.get("/__journal", method="DELETE")


def counterparts():
    """The folder install.sh fetches the npm packages into; Unavailable where it cannot."""
    done = subprocess.run([SERVERS / "install.sh"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Unavailable(f"tests/servers/install.sh: {done.stderr.strip()[-400:]}")
    return Path(done.stdout.strip())


class Aimock(Server):
    """aimock on tests/servers/aimock/fixtures; DEVIATIONS.md there says where it errs."""

    def __init__(self, key=None, chunk=8):
        folder = counterparts()
        more = ["--key", key] if key else []
        super().__init__(
            [folder / "node", SERVERS / "aimock" / "start.mjs", "--modules", folder, "--chunk", chunk, *more]
        )

    def url(self, protocol="openai"):
        return self.base + API[protocol]

    def journal(self):
        return self.get("/__aimock/journal")


class LlamaServer(Server):
    """A real model of 260,000 parameters. Greedy after PROMPT it says GOLDEN, TOKENS tokens of it."""

    PROMPT = "Once upon a time"
    TOKENS = 252

    def __init__(self, queue=64):
        model = SHARED / "data" / "llm" / "stories260K.gguf"
        if not model.is_file():
            raise Unavailable(f"{model} is not there; set LLM_SHARED_DIR")
        folder = counterparts()
        self.golden = (
            model.with_suffix(".expected.txt").read_text().removesuffix("\n").removeprefix(self.PROMPT)
        )
        super().__init__(
            [
                folder / "node",
                SERVERS / "llama_server.mjs",
                "--modules",
                folder,
                "--model",
                model,
                "--queue",
                queue,
            ]
        )

    def url(self):
        return self.base + "/v1"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Nginx(Server):
    """nginx on a configuration in which @PORT@ and @PREFIX@ are filled in; all it writes goes into a
    temporary folder.
    """

    def __init__(self, config, workers=1):
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/usr/local/sbin")
        if not program:
            raise Unavailable("nginx is missing; 'make deps' installs it")
        self.prefix = tempfile.mkdtemp(prefix="llm-nginx-")
        self.number = free_port()
        text = Path(config).read_text().replace("@PORT@", str(self.number)).replace("@PREFIX@", self.prefix)
        Path(self.prefix, "nginx.conf").write_text(text.replace("@WORKERS@", str(workers)))
        super().__init__(
            [program, "-p", self.prefix, "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"]
        )

    def _first_line(self):
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"nginx ended: {Path(self.prefix, 'error.log').read_text()[-1000:]}")
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.number)) == 0:
                    return json.dumps({"port": self.number})
            time.sleep(0.02)
        raise RuntimeError("nginx does not answer")

    def stop(self):
        super().stop()
        shutil.rmtree(self.prefix, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(__doc__)
