"""A home of its own for each run, and running a tool in it. For the tests that are Python scripts (3.11, no
packages).
"""

import os
import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("LLM_SHARED_DIR", ROOT.parent / "shared"))


def build_dir():
    """Where the tools were built: $LLM_BUILD_DIR, else build/ in the tree."""
    return Path(os.environ.get("LLM_BUILD_DIR", ROOT / "build")).resolve()


def tool(name):
    """The path of a built tool; raises FileNotFoundError that says where it was looked for."""
    folder = build_dir() / "tools"
    for path in (folder / name, folder / name / name):
        if path.is_file():
            return path
    raise FileNotFoundError(f"no {name} in {folder}; build it, or set LLM_BUILD_DIR")


def all_tools():
    """Every built tool, by name."""
    folder = build_dir() / "tools"
    found = [*folder.glob("llm-*"), *folder.glob("llm-*/llm-*")]
    return sorted(
        (path for path in found if path.is_file() and os.access(path, os.X_OK)), key=lambda path: path.name
    )


@dataclass
class Result:
    code: int  # negative: the number of the signal
    out: bytes
    err: bytes
    seconds: float

    @property
    def text(self):
        return self.out.decode()

    @property
    def words(self):
        """What was said to people."""
        return self.err.decode(errors="replace")


class TempHome:
    """HOME and all XDG folders in one temporary folder, which goes when the `with` ends.

    `env` is the whole environment of a run: nothing of the caller's comes through, so no key, no proxy, no
    locale.
    """

    def __init__(self, **extra):
        self.path = Path(tempfile.mkdtemp(prefix="llm-home-"))
        self.env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "HOME": str(self.path),
            "TMPDIR": str(self.path / "tmp"),
        }
        (self.path / "tmp").mkdir()
        for name in ("CONFIG", "DATA", "CACHE", "STATE"):
            self.env[f"XDG_{name}_HOME"] = str(self.path / name.lower())
        self.env["XDG_RUNTIME_DIR"] = str(self.path / "runtime")
        (self.path / "runtime").mkdir(mode=0o700)
        # A sanitizer's or profiler's settings are the one thing worth passing on.
        self.env.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
        self.env.update(extra)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    @property
    def config_file(self):
        return self.path / "config" / "llm-utils" / "config.toml"

    def config(self, text):
        """Adds to the configuration."""
        self.config_file.parent.mkdir(parents=True, exist_ok=True)
        with open(self.config_file, "a") as file:
            file.write(text + "\n")
        self.config_file.chmod(0o600)

    def provider(self, name, protocol, base_url, key="sk-test-0123456789abcdef", **members):
        """A [provider.NAME]; its key goes into the environment under NAME_KEY. Members: numbers, booleans,
        texts.
        """
        lines = [f"[provider.{name}]", f'protocol = "{protocol}"', f'base_url = "{base_url}"']
        if key is not None:
            variable = f"{name.upper().replace('-', '_')}_KEY"
            self.env[variable] = key
            lines.append(f'key_env = "{variable}"')
        for member, value in members.items():
            lines.append(
                f"{member} = {str(value).lower() if isinstance(value, (bool, int, float)) else repr(value)}"
            )
        self.config("\n".join(lines))

    def files(self):
        """Every file below the home with its bytes, for tests that look for what must not be there."""
        for path in sorted(self.path.rglob("*")):
            if path.is_file():
                yield path, path.read_bytes()

    def run(self, program, *arguments, stdin=b"", timeout=60, env=None):
        return run(
            program, arguments, stdin=stdin, env={**self.env, **(env or {})}, timeout=timeout, cwd=self.path
        )


def run(program, arguments=(), *, stdin=b"", env=None, timeout=60, cwd=None):
    """Runs a tool (a name like llm-ask, or a path) to its end. stdin: bytes, text, or None for /dev/null.

    A run past `timeout` seconds is killed with all its children and raises subprocess.TimeoutExpired.
    """
    path = program if os.sep in str(program) else tool(program)
    data = stdin.encode() if isinstance(stdin, str) else stdin
    began = time.monotonic()
    with subprocess.Popen(
        [path, *map(str, arguments)],
        env=env,
        cwd=cwd,
        start_new_session=True,
        stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            out, err = process.communicate(data, timeout=timeout)
        except BaseException:
            os.killpg(process.pid, 9)
            raise
        return Result(process.returncode, out, err, time.monotonic() - began)


def largest_child_kib():
    """Peak resident size of the largest child waited for so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
