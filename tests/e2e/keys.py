"""Keys: where they come from, and that they come out nowhere (BARS.md, secrets).

Every test of this folder looks for the key in what was printed and in every file of its home; these look
further.
"""

import subprocess
from pathlib import Path

from harness import KEY, PROTOCOLS, Running, ask, equal, expect, for_each, jsonl, records, test, until, url


def configured(w, home, scenario, how, protocol="openai"):
    home.config(f'[provider.p]\nprotocol = "{protocol}"\nbase_url = "{url(w, scenario, protocol)}"\n{how}\n')


def bearer(w, tagged):
    return [one["headers"].get("authorization") for one in w.requests(tagged)]


@test
def a_key_comes_from_a_variable_a_file_or_a_command(w):
    tagged = w.tagged("ok")
    for how in ('key_env = "MY_KEY"', 'key_file = "~/key"', 'key_command = ["cat", "%H/key"]', 'key_command = "cat %H/key"'):
        with w.home(MY_KEY=KEY) as home:
            file = home.path / "key"
            file.write_text(KEY + "\n")
            file.chmod(0o600)
            home.kept.append(file)
            configured(w, home, tagged, how.replace("%H", str(home.path)))
            result = ask(home, "-m", "p/any", "-v", "hello", code=None)
            equal(result.code, 0, how, result.words)
    equal(set(bearer(w, tagged)), {f"Bearer {KEY}"})


@for_each(0o644, 0o640, 0o604, 0o660)
def a_key_file_others_may_read_is_refused(w, mode):
    with w.home() as home:
        tagged = w.tagged("ok")
        file = home.path / "key"
        file.write_text(KEY)
        file.chmod(mode)
        home.kept.append(file)
        configured(w, home, tagged, 'key_file = "~/key"')
        result = ask(home, "-m", "p/any", "hello", code=2)
        expect("chmod 600" in result.words, result.words)
        equal(w.count(tagged), 0)


@for_each(
    ("missing variable", 'key_env = "NOT_SET"'),
    ("missing file", 'key_file = "~/nowhere"'),
    ("empty file", 'key_file = "~/empty"'),
    ("failing command", 'key_command = ["false"]'),
    ("missing command", 'key_command = ["no-such-program"]'),
    ("silent command", 'key_command = ["true"]'),
    ("a key of two lines", 'key_file = "~/two"'),
)
def a_key_that_cannot_be_had_is_told_before_anything_is_sent(w, _, how):
    with w.home() as home:
        tagged = w.tagged("ok")
        (home.path / "empty").touch(mode=0o600)
        two = home.path / "two"
        two.touch(mode=0o600)
        two.write_text(f"{KEY}\nX-Evil: {KEY}\n")
        home.kept.append(two)
        configured(w, home, tagged, how)
        result = ask(home, "-m", "p/any", "hello", code=None)
        expect(result.code in (2, 4), result.code, result.words)
        expect("p" in result.words and len(result.words) > 30, result.words)
        result = ask(home, "-m", "p/any", stdin=jsonl({"prompt": "x"}), code=3)
        expect(records(result)[0]["error"]["fault"] in ("auth", "config"), result.out)
        equal(w.count(tagged), 0)


@test
def the_command_of_a_key_is_started_once_a_run(w):
    with w.home() as home:
        tagged = w.tagged("ok")
        script = home.path / "give-key"
        script.write_text('#!/bin/sh\necho x >> "$HOME/started"\ntr -d "[:space:]" < "$HOME/key"\n')
        script.chmod(0o700)
        (home.path / "key").write_text(KEY)
        home.kept.append(home.path / "key")
        configured(w, home, tagged, f'key_command = ["{script}"]')
        ask(home, "-m", "p/any", "--jobs", 4, stdin=jsonl(*[{"prompt": "x"}] * 12))
        equal((home.path / "started").read_text(), "x\n")
        equal(w.count(tagged), 12)


@for_each(*PROTOCOLS)
def a_server_that_repeats_the_key_is_not_repeated(w, protocol):
    for scenario in ("echo-key", "echo-key:400", "echo-key:500", "echo-key:429", "echo-key-in-200", "echo-key-in-html"):
        for more in ((), ("-v", "-v"), ("--explain", "-u"), ("--no-stream", "--json")):
            with w.at(scenario, protocol) as (home, _):
                ask(home, "-m", "p/any", "--retries", 0, *more, "hello", code=None)
                result = ask(home, "-m", "p/any", "--retries", 0, *more[:2], stdin=jsonl({"prompt": "x"}), code=3)
                expect("error" in records(result)[0], result.out)
                # the journal and all other files are searched when the home goes


@for_each("ok", "silence", "429-seconds:20", "echo-key")
def the_key_is_in_no_command_line_and_in_no_child(w, scenario):
    with w.home(MY_KEY=KEY) as home:
        tagged = w.tagged(scenario)
        script = home.path / "give-key"
        script.write_text('#!/bin/sh\ntr "a-z" "a-z" < "$HOME/key"\n')
        script.chmod(0o700)
        (home.path / "key").write_text(KEY)
        home.kept.append(home.path / "key")
        configured(w, home, tagged, f'key_command = ["{script}"]')
        with Running(home, "-m", "p/any", "-v", "-v") as run:
            run.write(jsonl({"prompt": "x"}))
            until(lambda: w.count(tagged) >= 1, "the request")
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit():
                    try:
                        line = (entry / "cmdline").read_bytes()
                    except OSError:
                        continue
                    expect(KEY.encode() not in line, line)


@test
def nothing_of_a_whole_run_holds_the_key(w):
    with w.at("ok") as (home, tagged):
        given = jsonl(*({"id": n, "prompt": f"p{n}"} for n in range(20)))
        flags = ("-v", "-v", "--explain", "-u", "--record", "tape", "--resume", "done", "--stream", "--jobs", 4)
        ask(home, "-m", "p/any", *flags, stdin=given)
        ask(home, "-m", "p/any", "--dry-run", stdin=given)
        dry = ask(home, "-m", "p/any", "--dry-run", "hello")
        expect("***" in dry.text or "uthorization" not in dry.text, dry.text)
        ask(home, "--models")
        written = {path.name for path, _ in home.files()}
        expect({"tape", "done"} <= written, written)


@test
def a_journal_and_its_folder_are_for_their_owner_alone(w):
    with w.at("ok") as (home, _):
        ask(home, "-m", "p/any", "hello")
        found = list((home.path / "data").rglob("log.db*"))
        if found:
            for file in found:
                equal(file.stat().st_mode & 0o777, 0o600, file)
            equal(found[0].parent.stat().st_mode & 0o777, 0o700)
        ask(home, "-m", "p/any", "--record", "tape", "hello")
        equal((home.path / "tape").stat().st_mode & 0o777, 0o600)


@test
def headers_that_look_like_keys_are_hidden_too(w):
    with w.home(MY_KEY=KEY) as home:
        tagged = w.tagged("ok")
        configured(w, home, tagged, 'headers = { "X-Api-Token" = "tok-secret-0123456789", "X-Team" = "blue" }')
        result = ask(home, "-m", "p/any", "--dry-run", "hello")
        expect("tok-secret-0123456789" not in result.text + result.words, result.text)
        expect("blue" in result.text, result.text)
        ask(home, "-m", "p/any", "hello")
        (one,) = w.requests(tagged)
        equal((one["headers"]["x-api-token"], one["headers"]["x-team"]), ("tok-secret-0123456789", "blue"))


@test
def a_crash_leaves_no_key_behind(w):
    with w.at("silence") as (home, tagged):
        with Running(home, "-m", "p/any", "hello", stdin=subprocess.DEVNULL) as run:
            until(lambda: w.count(tagged) == 1, "the call")
            run.signal(6)  # not 11, which sanitizers take for themselves
            expect(run.process.wait(60) != 0, "it ends")
            expect(KEY not in run.words, run.words)
