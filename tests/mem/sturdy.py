"""Killed, crowded, without room, damaged."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import threading

from tools import equal, expect, jsonl, mem, passages, records, sound, store_file, test, tool


def _add_until_killed(home, lines, after):
    """Feeds records, ten at a time, and is killed at some instant; returns those that came out before."""
    process = subprocess.Popen([tool("llm-mem"), "add"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home.env, cwd=home.path)
    killer = threading.Timer(after, process.kill)
    killer.start()
    out = []
    try:
        for at in range(0, len(lines), 10):
            process.stdin.write("".join(lines[at : at + 10]).encode())
            process.stdin.flush()
            got = [process.stdout.readline() for _ in lines[at : at + 10]]
            out += [json.loads(one) for one in got if one.endswith(b"\n")]
            if not got[-1]:
                break
    except OSError:
        pass  # it was killed while we wrote
    process.kill()
    process.wait(60)
    killer.cancel()
    return out


@test
def killed_at_any_instant_every_acknowledged_record_is_there(home):
    chance = random.Random(11)
    acknowledged = set()
    for round_ in range(20):
        lines = [jsonl({"id": f"{round_}-{n}", "text": f"Round {round_} tells of thing number {n}."}) for n in range(5000)]
        acknowledged |= {record["id"] for record in _add_until_killed(home, lines, chance.uniform(0.02, 0.25))}
        there = {one["ref"] for one in passages(home)} if store_file(home).exists() else set()
        expect(acknowledged <= there, "lost:", sorted(acknowledged - there)[:5])
    expect(acknowledged, "nothing was ever acknowledged")
    sound(home)


@test
def thirty_two_writers_lose_and_double_nothing(home):
    mem(home, "add", "--text", "begun")
    processes = []
    for writer in range(32):
        process = subprocess.Popen([tool("llm-mem"), "add"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home.env, cwd=home.path)
        processes.append((writer, process))
    threads = []
    results = {}

    def serve(writer, process):
        text = jsonl(*[{"id": f"{writer}-{n}", "text": f"Writer {writer} says {n}."} for n in range(20)])
        results[writer] = (process.communicate(text.encode(), timeout=120), process.returncode)

    for one in processes:
        threads.append(threading.Thread(target=serve, args=one))
        threads[-1].start()
    for thread in threads:
        thread.join(150)
    for writer, ((_, err), code) in results.items():
        equal((code, err), (0, b""), f"writer {writer}")
    refs = [one.get("ref") for one in passages(home)]
    equal(len(refs), 32 * 20 + 1)
    equal(len(set(refs)), 32 * 20 + 1)
    sound(home)


@test
def a_memory_of_a_newer_release_is_refused_in_words(home):
    mem(home, "add", "--text", "something")
    with sqlite3.connect(store_file(home)) as db:
        db.execute("INSERT INTO migration (name) SELECT 'mem/9999_from_the_future'" if _columns(db, "migration") == ["name"] else
                   "INSERT INTO migration SELECT 'mem/9999_from_the_future', " + ", ".join("0" for _ in _columns(db, "migration")[1:]))
    result = mem(home, "ls", code=2)
    expect("newer" in result.words, result.words)


def _columns(db, table):
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


@test
def without_room_it_says_so_and_what_was_there_stays(home):
    mem(home, "add", "--text", "The first note.")
    script = 'ulimit -f 400; exec "$0" add'  # of 512 bytes; SIGXFSZ is ignored, so that writing fails
    text = jsonl(*[{"id": n, "text": f"Note {n} " + "is long and goes on. " * 200} for n in range(200)])
    result = subprocess.run(["sh", "-c", "trap '' XFSZ; " + script, tool("llm-mem")], input=text.encode(), capture_output=True, env=home.env, cwd=home.path, timeout=60)
    expect(result.returncode in (3, 5), result.returncode, result.stderr)
    expect(b"memory.db" in result.stderr or b"memory.db" in result.stdout, result.stderr[:300])
    texts = [one["text"] for one in passages(home)]
    expect("The first note." in texts)
    acknowledged = [json.loads(one) for one in result.stdout.splitlines()]
    there = {one.get("ref") for one in passages(home)}
    expect({one["id"] for one in acknowledged if "error" not in one} <= there, "acknowledged and lost")
    sound(home)


@test
def a_flipped_byte_in_an_index_file_costs_nothing(home):
    text = jsonl(*[{"id": n, "text": f"Thing number {n} is called {chr(97 + n % 26) * 3} and stands on shelf {n * 7 % 1000}."} for n in range(4200)])
    mem(home, "add", stdin=text)
    folder = store_file(home).with_name("memory.db.index")
    wanted = records(mem(home, "search", "--json", "--by", "vectors", "thing number 77"))
    files = [one for one in folder.rglob("*") if one.is_file()] if folder.exists() else []
    expect(files, "there is no snapshot to damage")
    for file in files:
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 0x40
        file.write_bytes(data)
    found = records(mem(home, "search", "--json", "--by", "vectors", "thing number 77"))
    equal(found[0]["id"], wanted[0]["id"])
    for file in files:
        os.truncate(file, 100)
    equal(records(mem(home, "search", "--json", "--by", "vectors", "thing number 77"))[0]["id"], wanted[0]["id"])


@test
def files_are_the_owners_alone(home):
    mem(home, "add", "--text", "a secret")
    equal(oct(store_file(home).stat().st_mode & 0o777), "0o600")
    equal(oct(store_file(home).parent.stat().st_mode & 0o777), "0o700")
