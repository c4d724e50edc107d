"""Killed, crowded, without room, damaged: what was acknowledged is there, and the rest is said."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from tools import MODEL, Unavailable, cache, entries, equal, expect, get, hit, jsonl, put, records, script, test, tool


def answered(n, size=40):
    return {"id": n, "prompt": f"q{n}", "model": MODEL, "response": {"text": f"a{n} " + "x" * size, "finish": "stop"}}


@test
def what_put_has_written_survives_kill_9(home):
    chance = random.Random(5)
    rounds = int(os.environ.get("LLM_KILLS", "25"))
    acknowledged, began = [], 0
    for round_ in range(rounds):
        given = jsonl(*[answered(n) for n in range(began, began + 20000)]).encode()
        process = subprocess.Popen([tool("llm-cache"), "put"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=home.env)
        feeder = ThreadPoolExecutor(1).submit(lambda p=process, g=given: _feed(p, g))
        time.sleep(chance.uniform(0.005, 0.25))
        process.send_signal(signal.SIGKILL)
        out = process.stdout.read()
        process.wait()
        feeder.result()
        acknowledged += [json.loads(line)["id"] for line in out.split(b"\n")[:-1]]
        began += 20000
    expect(len(acknowledged) > 1000, "enough was written to tell", len(acknowledged))
    given = jsonl(*[{"id": n, "prompt": f"q{n}", "model": MODEL} for n in acknowledged])
    lost = [one["id"] for one in records(cache(home, "get", stdin=given, timeout=300)) if hit(one) != "exact"]
    equal(lost, [], f"lost of {len(acknowledged)} after {rounds} kills")
    cache(home, "verify", timeout=300)


def _feed(process, data):
    try:
        process.stdin.write(data)
        process.stdin.close()
    except BrokenPipeError:
        pass


@test
def many_writers_and_readers_get_along(home):
    writers, readers, each = 32, 32, 40
    put(home, prompt="first")

    def write(w):
        return cache(home, "put", stdin=jsonl(*[answered(w * each + n) for n in range(each)]), timeout=300)

    def read(_):
        return cache(home, "get", stdin=jsonl(*[{"prompt": f"q{n}", "model": MODEL} for n in range(200)]), timeout=300)

    with ThreadPoolExecutor(writers + readers) as pool:
        jobs = [pool.submit(write, w) for w in range(writers)] + [pool.submit(read, r) for r in range(readers)]
        for job in jobs:
            expect("locked" not in job.result().words, job.result().words)
    keys = [one["key"] for one in entries(home)]
    equal(len(keys), writers * each + 1)
    equal(len(set(keys)), len(keys), "none doubled")
    cache(home, "verify")


@test
def a_full_disk_loses_no_answer_and_is_told(home):
    small = home.path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True).returncode != 0:
        raise Unavailable("no small file system can be mounted here (needs root)")
    try:
        store = ["--store", str(small / "c.db")]
        cache(home, "put", *store, stdin=jsonl(answered(0)))
        result = cache(home, "put", *store, stdin=jsonl(*[answered(n, 4000) for n in range(1, 2000)]), code=5)
        equal([one["id"] for one in records(result)], list(range(1, 2000)), "paid answers go on")
        expect("no room left" in result.words or "free" in result.words, result.words)
        (one,) = records(cache(home, "get", *store, stdin=jsonl({"prompt": "q0", "model": MODEL})))
        equal(hit(one), "exact", "the store is whole")
        given = [{"prompt": f"q{n}", "model": MODEL} for n in range(20000)]
        result = cache(home, "get", *store, stdin=jsonl(*given))
        equal(len(records(result)), len(given), "a look-up that cannot take leases looks up")
        expect(result.words.count("announced") <= 1, result.words)
    finally:
        subprocess.run(["umount", small], check=True)


@test
def a_file_that_may_not_grow_loses_no_answer_and_is_told(home):
    put(home, prompt="before")
    child = script(home, "big.py", "for l in sys.stdin: r = json.loads(l); r['response'] = {'text': 'y' * 4000}; print(json.dumps(r), flush=True)\n")
    told = 'grep SigIgn /proc/$$/status > "$HOME/ignored"; exec "$0"'
    for words, given in ((["put"], [answered(n, 4000) for n in range(500)]), (["run", "--as", "x", "--", "/bin/sh", "-c", told, child], [{"id": n, "prompt": f"q{n}"} for n in range(500)])):
        limited = 'ulimit -f 400; exec "$@"'  # 200 KiB
        done = subprocess.run(["/bin/sh", "-c", limited, "sh", tool("llm-cache"), *words], input=jsonl(*given).encode(), env=home.env, capture_output=True)
        equal(done.returncode, 5, done.stderr.decode())
        out = [json.loads(line) for line in done.stdout.splitlines()]
        equal([one["id"] for one in out if len(one["response"]["text"]) >= 4000], list(range(500)))
        equal(done.stderr.decode().count("without being stored"), 1, done.stderr.decode())
        equal(hit(get(home, "before")[0]), "exact")
    ignored = int((home.path / "ignored").read_text().split()[1], 16)
    equal(ignored & (1 << signal.SIGXFSZ - 1 | 1 << signal.SIGPIPE - 1), 0, "the command has both set back")
    cache(home, "verify")


@test
def a_damaged_store_is_said_to_be_one(home):
    put(home)
    (path,) = (home.path / "cache").rglob("cache.db")
    path.write_bytes(b"this is no store at all, " * 100)
    for suffix in ("-wal", "-shm"):
        side = path.with_name(path.name + suffix)
        if side.exists():
            side.unlink()
    result = home.run("llm-cache", "get", stdin=jsonl({"prompt": "q", "model": MODEL}))
    equal(result.code, 5)
    expect("damaged or no store" in result.words, result.words)


@test
def bad_lines_become_errors_and_the_next_is_served(home):
    put(home, prompt="good")
    good = jsonl({"prompt": "good", "model": MODEL}).encode()
    bad = [
        b"not json\n", b"[1]\n", b'{"prompt":5}\n', b'{"prompt":"\\ud800","model":"builtin/echo"}\n', b'{"prompt":"a\xff"}\n', b"\x00\n",
        b"[" * 100000 + b"\n", b'{"prompt":"a","cache":7}\n', b'{"prompt":"a","messages":[]}\n', b'{"model":"builtin/echo"}\n',
        b'{"prompt":"a","model":"nobody/x"}\n', b'{"prompt":"a","options":{"nonsense":1}}\n',
    ]
    for line in bad:
        result = home.run("llm-cache", "get", stdin=line + good)
        out = records(result)
        equal(len(out), 2, line[:40])
        equal(hit(out[1]), "exact", line[:40])
        expect(result.code in (0, 3), line[:40], result.words)
    for line in bad:
        result = home.run("llm-cache", "put", stdin=line + good)
        equal(len(records(result)), 2, line[:40])


@test
def odd_members_survive_byte_for_byte(home):
    odd = '{ "b":1.10,  "n":12345678901234567890123 , "b":2,"caf\\u00e9":"\\/", "prompt":"hi","model":"builtin/echo","z":[1, 2 ]  }\n'
    out = cache(home, "get", stdin=odd).text
    expect(out.startswith(odd[: odd.index("2 ]") + 3]), out)


@test
def a_reader_that_has_gone_ends_it_quietly(home):
    given = jsonl(*[{"prompt": f"q{n}", "model": MODEL} for n in range(50000)])
    (home.path / "in").write_text(given)
    done = subprocess.run(
        ["/bin/sh", "-c", f"{tool('llm-cache')} get < in | head -1"],
        env=home.env,
        cwd=home.path,
        capture_output=True,
        timeout=60,
    )
    equal(done.stderr, b"")
    equal(len(done.stdout.splitlines()), 1)


@test
def no_key_is_ever_stored(home):
    home.provider("p", "openai", "http://127.0.0.1:9", key="sk-secret-0123456789")
    get(home, "q")
    put(home)
    cache(home, "get", "-m", "p/any", stdin='{"prompt":"x"}\n')
    for path, data in home.files():
        if path != home.config_file:
            expect(b"sk-secret-0123456789" not in data, path)


def change(home, sql, *values):
    (path,) = (home.path / "cache").rglob("cache.db")
    with sqlite3.connect(path) as db:
        db.execute(sql, values)


@test
def an_answer_whose_bytes_have_changed_is_a_miss_and_is_said_to_be(home):
    put(home, prompt="q")
    put(home, prompt="whole")
    for text, hash_ in (('{"text": gar', None), ('{"text":"another answer","finish":"stop"}', 1), ('{"text": gar', 1)):
        if hash_ is None:
            change(home, "UPDATE answer SET hash = NULL WHERE question = 'q'")  # as an older release left it
        change(home, "UPDATE answer SET answer = ? WHERE question = 'q'", text)
        result = cache(home, "get", stdin=jsonl({"prompt": "q", "model": MODEL}, {"prompt": "q", "model": MODEL}, {"prompt": "whole", "model": MODEL}))
        equal([hit(one) for one in records(result)], [None, None, "exact"], text)
        equal(result.words.count("damaged"), 1, result.words)
        found = cache(home, "verify", code=1).text
        equal(found.count("is not what was stored"), 1, found)
        (key,) = [one["key"] for one in entries(home) if one["question"] == "q"]
        shown = cache(home, "show", key[:12], code=1)
        expect("damaged" in shown.text + shown.words, shown)
        put(home, prompt="q")  # answered anew it is whole again
        equal([hit(one) for one in get(home, "q")], ["exact"])
        cache(home, "verify")
    change(home, "UPDATE answer SET hash = NULL, answer = '{\"text\":\"old but good\"}' WHERE question = 'q'")
    equal(get(home, "q")[0]["response"]["text"], "old but good")
    cache(home, "verify")


@test
def a_question_whose_bytes_have_changed_is_a_miss_too(home):
    asked = jsonl({"prompt": "turn the lights on in the kitchen", "model": MODEL})
    other = jsonl({"prompt": "please turn the lights off in the kitchen", "model": MODEL})
    flags = ("get", "--semantic", "0.6")

    def answer():
        (one,) = records(cache(home, *flags, stdin=asked))
        equal(hit(one), None)
        one["response"] = {"text": "on", "finish": "stop"}
        cache(home, "put", stdin=jsonl(one))

    answer()
    change(home, "UPDATE answer SET question = 'turn the lights off in the kitchen'")
    result = cache(home, *flags, stdin=other)
    equal([hit(one) for one in records(result)], [None])
    equal(result.words.count("the question under"), 1, result.words)
    expect("the question under" in cache(home, "verify", code=1).text)
    cache(home, "export", code=3)
    answer()  # answered anew it is whole again
    cache(home, "verify")
    equal([hit(one) for one in records(cache(home, *flags, stdin=asked + other))], ["exact", None])
    (one,) = records(cache(home, *flags, stdin=jsonl({"prompt": "please turn the lights on in the kitchen", "model": MODEL})))
    equal(hit(one), "semantic")
    change(home, "UPDATE answer SET question_hash = NULL")  # as an older release left it
    equal([hit(one) for one in records(cache(home, *flags, stdin=asked))], ["exact"])
    cache(home, "verify")


@test
def nothing_that_waits_holds_what_another_one_waits_for(home):
    # "x" is somebody's. A stream that waits for it must not take "y", which stands behind it: [x, y] and [y, x] would wait for each other.
    get(home, "x")
    given = jsonl({"prompt": "x", "model": MODEL}, {"prompt": "y", "model": MODEL})
    waiting = subprocess.Popen([tool("llm-cache"), "get", "--wait", "1m", "--explain"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home.env)
    waiting.stdin.write(given.encode())
    waiting.stdin.close()
    told = [waiting.stderr.readline().decode() for _ in range(2)]
    expect("line 1: another process" in told[0] and "line 2: waits behind" in told[1], told)
    (free,) = get(home, "y", flags=["--wait", "1m"])
    equal(hit(free), None, "nobody has its lease")
    for prompt in ("y", "x"):
        cache(home, "put", stdin=jsonl({"prompt": prompt, "model": MODEL, "response": {"text": prompt, "finish": "stop"}}))
    equal([hit(json.loads(line)) for line in waiting.stdout], ["exact", "exact"])
    equal(waiting.wait(), 0)
