"""--resume by id, completed request and occurrence; --retry-failed on an earlier run's output."""

import json
import os
import signal
import subprocess

import home as homes
from harness import Running, ask, equal, expect, jsonl, records, test, until


def numbered(count, **more):
    return jsonl(*({"id": n, "prompt": f"p{n}", **more} for n in range(count)))


@test
def a_template_that_changed_is_asked_anew_and_one_that_moved_is_not(w):
    with w.at("echo") as (home, tagged):
        (home.path / "task.md").write_text("Say {{prompt}}")
        (home.path / "same.md").write_text("Say {{prompt}}")
        ask(home, "-m", "p/any", "-t", "task.md", "--resume", "done", stdin=numbered(4))
        ask(home, "-m", "p/any", "-t", "same.md", "--resume", "done", stdin=numbered(4))
        equal(w.count(tagged), 4)
        (home.path / "task.md").write_text("Tell {{prompt}}")
        ask(home, "-m", "p/any", "-t", "task.md", "--resume", "done", stdin=numbered(4))
        equal(w.count(tagged), 8)


@test
def what_an_alias_stands_for_belongs_to_the_question(w):
    with w.at("echo") as (home, tagged):
        home.config('[model.mine]\nmodel = "p/any"\ntemperature = 0.5\n')
        ask(home, "-m", "mine", "--resume", "done", stdin=numbered(3))
        ask(home, "-m", "mine", "--resume", "done", stdin=numbered(3))
        equal(w.count(tagged), 3)
        home.config_file.write_text(home.config_file.read_text().replace("0.5", "0.7"))
        ask(home, "-m", "mine", "--resume", "done", stdin=numbered(3))
        equal(w.count(tagged), 6)


@test
def members_that_are_not_asked_about_may_change_and_are_the_new_ones(w):
    with w.at("echo") as (home, tagged):
        first = ask(home, "-m", "p/any", "--resume", "done", stdin=numbered(3, label="old"))
        second = ask(home, "-m", "p/any", "--resume", "done", stdin=numbered(3, label="new"))
        equal(w.count(tagged), 3)
        equal(second.out, first.out.replace(b'"old"', b'"new"'))
        other = ask(home, "-m", "p/any", "--resume", "done", stdin=numbered(3).replace('"id": 0', '"id": "other"'))
        equal(w.count(tagged), 4, "another id is another record")
        equal(records(other)[0]["id"], "other")


@test
def resumed_records_come_in_order_and_without_their_deltas(w):
    with w.at("echo") as (home, tagged):
        given = jsonl(*({"prompt": f"p{n}"} for n in range(5)))
        first = ask(home, "-m", "p/any", "--stream", "--resume", "done", stdin=given)
        finished = [line for line in first.out.splitlines() if b"response" in line]
        expect(len(finished) == 5 and len(first.out.splitlines()) > 5)
        second = ask(home, "-m", "p/any", "--stream", "--resume", "done", stdin=given)
        equal(second.out.splitlines(), finished)
        equal(w.count(tagged), 5)


@test
def what_waits_for_its_place_is_not_paid_twice_after_a_kill(w):
    """The first record hangs, those behind it are done and wait: a kill then must not lose them."""
    with w.home() as home:
        stuck, fine = w.tagged("silence"), w.tagged("echo")
        home.provider("stuck", "openai", w.faults.url(stuck, "openai"))
        home.provider("p", "openai", w.faults.url(fine, "openai"))
        given = jsonl({"id": 0, "model": "stuck/any", "prompt": "x"}) + numbered(40, model="p/any")
        with Running(home, "--jobs", 8, "--resume", "done") as run:
            run.write(given)
            until(lambda: (home.path / "done").is_file() and (home.path / "done").read_bytes().count(b'"record"') == 40, "40 are done")
            run.signal(signal.SIGKILL)
            run.process.wait(60)
        equal(w.count(fine), 40)
        result = ask(home, "--jobs", 8, "--resume", "done", "--timeout", "1s", "--retries", 0, stdin=given, code=3)
        equal(w.count(fine), 40, "none was asked again")
        equal(len(records(result)), 41)


@test
def a_group_is_on_the_disk_before_its_records_are_on_stdout(w):
    """Read from strace where there is one: each write to stdout comes after an fdatasync of what it tells."""
    if not homes.shutil.which("strace"):
        from harness import Unavailable

        raise Unavailable("no strace")
    with w.at("echo") as (home, tagged):
        trace = home.path / "trace"
        done = subprocess.run(
            ["strace", "-f", "-y", "-e", "trace=write,fdatasync,fsync", "-o", trace, homes.tool("llm-ask"), "-q", "-m", "p/any", "--resume", "done"],
            input=numbered(12).encode(), env=home.env, cwd=home.path, capture_output=True, timeout=60,
        )
        if b"ptrace" in done.stderr:
            from harness import Unavailable

            raise Unavailable("strace may not trace here")
        calls = trace.read_text().splitlines()
        expect(any("fsync(" in line and "fdatasync" not in line for line in calls), "the folder of a new file")
        unsynced = False
        for line in calls:
            if "write(" in line and "/done>" in line:
                unsynced = True
            elif "fdatasync(" in line and "/done>" in line:
                unsynced = False
            elif "write(1<" in line:
                expect(not unsynced, line)


@test
def only_what_failed_is_asked_again(w):
    with w.at("429-then-ok:3") as (home, tagged):
        first = ask(home, "-m", "p/any", "--jobs", 1, "--retries", 0, stdin=numbered(8), code=3)
        out = records(first)
        equal(["error" in one for one in out], [True] * 3 + [False] * 5)
        again = ask(home, "-m", "p/any", "--jobs", 1, "--retry-failed", stdin=first.out)
        equal(w.count(tagged), 11)
        equal([one["response"]["text"] for one in records(again)], [f"p{n}" for n in range(8)])
        equal(again.out.splitlines()[3:], first.out.splitlines()[3:], "what was answered stays to the letter")
        equal(again.words.count("3 answered, 5 passed"), 1, again.words)


@test
def what_is_known_of_a_record_takes_few_bytes(w):
    """About 20 at first and 16 when it is resumed, over a run that notes nothing."""
    with w.home() as home:
        count = 200_000
        given = "".join(f'{{"id":{n},"prompt":"p"}}\n' for n in range(count))

        def run(*flags):
            """Its peak in bytes, and what it wrote."""
            with open(home.path / "out", "wb") as out, Running(home, "-n", "-q", "-m", "builtin/echo", *flags, stdout=out) as run:
                run.write(given)
                until(lambda: (home.path / "out").read_bytes().count(b"\n") == count, "all are answered")
                status = open(f"/proc/{run.process.pid}/status").read()
                run.end_input()
                equal(run.process.wait(60), 0)
            return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]), (home.path / "out").read_bytes()

        plain, _ = run()
        fresh, out = run("--resume", "done")
        resumed, same = run("--resume", "done")
        expect(out == same, "to the letter")
        if not os.environ.get("ASAN_OPTIONS"):
            for peak in (fresh, resumed):
                expect(peak - plain < 30 * count, f"{(peak - plain) / count:.0f} bytes a record")
