"""What real shells offer at a given point of a command line."""
import os
import pathlib
import pty
import select
import subprocess
import tempfile
import time

import house

PATH = f"{house.BUILD}/tools:{house.BUILD}/tests/support:{os.environ['PATH']}"

BASH = r"""
source "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \t\n"'"'"'><=;|&(:'
read -r name _ <<<"$2"
function=$(complete -p "$name" | sed 's/.*-F \([^ ]*\).*/\1/')
"$function"
printf '%s\n' "${COMPREPLY[@]}"
"""

ZSH = r"""
PS1= PROMPT= RPROMPT= ; unsetopt zle_bracketed_paste 2>/dev/null
fpath=({folder} $fpath)
autoload -Uz compinit && compinit -u -D
zstyle ':completion:*' verbose yes
setopt no_beep no_list_ambiguous
compadd() {{
    local -i i
    for ((i = 1; i <= $#; i++)); do
        case $argv[i] in
        (-O|-A|-D) builtin compadd "$@"; return ;;
        (-|--) break ;;
        esac
    done
    local -a found
    builtin compadd -O found "$@"
    (( $#found )) && print -rl -- $found >>{out}
    builtin compadd "$@"
}}
finished() {{ print -r -- '<end>' >>{out} }}
comppostfuncs=(finished)
print -r -- '<ready>' >>{out}
"""


def environment(home):
    return house.clean_environment(home) | {"PATH": PATH, "TERM": "xterm", "LC_ALL": "C.UTF-8"}


def bash(script, line, cwd=None):
    with tempfile.TemporaryDirectory() as home:
        r = subprocess.run(["bash", "--norc", "-c", BASH, "bash", str(script), line], capture_output=True, text=True,
                           env=environment(home), timeout=30, cwd=cwd)
    return {w.rstrip() for w in r.stdout.splitlines() if w}, r.stderr


def fish(script, line, cwd=None):
    with tempfile.TemporaryDirectory() as home:
        r = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C {quoted(line)}"], capture_output=True,
                           text=True, env=environment(home), timeout=30, cwd=cwd)
    return {w.split("\t")[0] for w in r.stdout.splitlines() if w}, r.stderr


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def zsh(script, line, cwd=None):
    """Types the line and a Tab at an interactive zsh."""
    with tempfile.TemporaryDirectory() as home:
        folder, out = pathlib.Path(home) / "functions", pathlib.Path(home) / "found"
        folder.mkdir()
        (folder / f"_{script.name.removesuffix('.zsh')}").write_text(script.read_text())
        out.touch()
        setup = pathlib.Path(home) / "setup"
        setup.write_text(ZSH.format(folder=folder, out=out))
        ours, theirs = pty.openpty()
        p = subprocess.Popen(["zsh", "-f", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                             env=environment(home) | {"ZDOTDIR": home}, cwd=cwd)
        os.close(theirs)
        try:
            os.write(ours, f"source {setup}\r".encode())
            wait_for(ours, out, "<ready>")
            os.write(ours, line.encode() + b"\t")
            wait_for(ours, out, "<end>")
        finally:
            p.kill()
            p.wait()
            os.close(ours)
        return {w for w in out.read_text().splitlines() if w not in ("<ready>", "<end>")}, ""


def wait_for(terminal, path, mark, patience=30):
    said = b""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.02)[0]:
            said += os.read(terminal, 65536)
        if mark in path.read_text().splitlines():
            return
    raise AssertionError(f"zsh never came to {mark}: {said[-2000:]!r}")
