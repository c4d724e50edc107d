"""Which answers may be given, a store that is only read, vectors of another embedder, and the graph."""

import json
import shutil
import struct
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tools import MODEL, Unavailable, cache, equal, expect, get, hit, jsonl, put, records, test

NEAR = ("--semantic", "0.6")


def store(home, *prompts, flags=(), look=()):
    looked = records(cache(home, "get", *NEAR, *look, stdin=jsonl(*[{"prompt": one, "model": MODEL} for one in prompts])))
    for one in looked:
        one["response"] = {"text": "answer to " + one["prompt"], "finish": "stop"}
    cache(home, "put", *flags, stdin=jsonl(*looked))


def look(home, prompt, *flags, code=0):
    (one,) = records(cache(home, "get", *flags, stdin=jsonl({"prompt": prompt, "model": MODEL}), code=code))
    return one


@test
def a_look_up_may_keep_to_tags_and_times(home):
    store(home, "How do I reset my password?", flags=["--tag", "old"])
    time.sleep(0.02)
    store(home, "Where is my parcel now?", flags=["--tag", "new", "--tag", "post"])
    for exact, near in (("How do I reset my password?", "How can I reset my password"),):
        for flags, found in (
            (["--tag", "old"], True),
            (["--tag", "new"], False),
            (["--tag", "new", "--tag", "old"], True),
            (["--since", "1h"], True),
            (["--since", "2100-01-01"], False),
            (["--until", "1h"], False),
            (["--until", "2100-01-01"], True),
        ):
            equal(hit(look(home, exact, *flags)), "exact" if found else None, flags)
            equal(hit(look(home, near, *NEAR, *flags)), "semantic" if found else None, flags)


@test
def filters_act_inside_the_scan(home):
    # The nearest five are all without the tag: whoever filters afterwards finds nothing.
    store(home, *[f"How do I reset my password on device number {n}?" for n in range(40)], flags=["--tag", "plain"])
    store(home, "Where is my new parcel?", flags=["--tag", "chosen"])
    flags = ("--semantic", "0", "--no-gate", "--tag", "chosen")
    equal(look(home, "How do I reset my password on device number 7 please?", *flags)["cache"]["matched"], "Where is my new parcel?")


@test
def a_store_that_must_not_be_written_is_read(home):
    folder = home.path / "fixed"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True).returncode != 0:
        raise Unavailable("no file system can be mounted here (needs root)")
    try:
        flags = ["--store", str(folder / "c.db")]
        store(home, "How do I reset my password?", flags=flags, look=flags)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        given = jsonl({"prompt": "How do I reset my password?", "model": MODEL}, {"prompt": "How can I reset my password", "model": MODEL}, {"prompt": "other", "model": MODEL})
        result = cache(home, "get", *flags, *NEAR, "--wait", "10s", stdin=given)
        equal([hit(one) for one in records(result)], ["exact", "semantic", None])
        expect("cannot be written" in result.words and str(folder) in result.words, result.words)
        equal(cache(home, "get", *flags, "--quiet", stdin=given).words, "")
        cache(home, "ls", *flags)
        one = records(cache(home, "get", *flags, stdin=given))[2]
        result = cache(home, "put", *flags, stdin=jsonl({**one, "response": {"text": "a", "finish": "stop"}}), code=5)
        expect("read-only" in result.words, result.words)
        result = cache(home, "get", "--store", str(folder / "none.db"), stdin=given, code=5)
        expect("none.db" in result.words and "permissions" in result.words, result.words)
    finally:
        subprocess.run(["umount", folder], check=True)


@test
def index_and_recall_have_nothing_to_do_where_there_is_little(home):
    store(home, "How do I reset my password?")
    equal(cache(home, "index").text, "")
    (one,) = records(cache(home, "index", "--json"))
    equal((one["vectors"], one["index"], one["result"]), (1, "none", "unneeded"))
    equal(cache(home, "verify", "--recall").text, "nothing is wrong\n")


@test
def a_graph_is_built_measured_and_searched(home):
    store(home, *[f"question number {n} about topic {n * 7}" for n in range(300)])
    (one,) = records(cache(home, "index", "--json", "--from", "100"))
    equal((one["vectors"], one["index"], one["result"]), (300, "graph", "built"))
    (again,) = records(cache(home, "index", "--json", "--from", "100"))
    equal((again["index"], again["result"]), ("graph", "unneeded"))
    (recall,) = records(cache(home, "verify", "--recall", "0.9", "--json"))
    expect(recall["recall_at_1"] >= 0.9 and recall["queries"] > 100 and recall["ef"] >= 32, recall)
    store(home, "something quite new")
    for asked in ("question number 3 about topic 21 please", "something that is quite new"):
        equal(hit(look(home, asked, *NEAR)), "semantic")
    for path in (home.path / "cache").rglob("*.index/*"):
        data = bytearray(path.read_bytes())
        data[8] ^= 255
        path.write_bytes(bytes(data))
    result = cache(home, "get", *NEAR, stdin=jsonl({"prompt": "question number 3 about topic 21 please", "model": MODEL}))
    equal(hit(records(result)[0]), "semantic")
    expect("left aside" in result.words, "it is said", result.words)
    expect("snapshot" in cache(home, "verify", code=1).text)


class Embedder(BaseHTTPRequestHandler):
    """Letters counted, in as many numbers as asked for: enough to be alike or not."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        server = self.server
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        gemini = "requests" in given
        texts = [one["content"]["parts"][0]["text"] for one in given["requests"]] if gemini else given["input"]
        server.calls.append((self.path, texts, dict(self.headers)))
        if server.refusals:
            status, headers = server.refusals.pop(0)
            self.answer(status, {"error": {"message": "later"}}, headers)
            return
        vectors = [[1.0 + text.lower().count(chr(97 + n % 26)) for n in range(server.numbers)] for text in texts]
        if gemini:
            self.answer(200, {"embeddings": [{"values": v} for v in vectors]})
        elif self.path.endswith("/embeddings"):
            self.answer(200, {"data": [{"index": n, "embedding": v} for n, v in enumerate(vectors)]})
        else:
            self.answer(200, {"embeddings": vectors})

    def answer(self, status, body, headers=()):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Serving:
    def __init__(self, home, protocol, numbers=26, name="mine"):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Embedder)
        self.server.numbers, self.server.calls, self.server.refusals = numbers, [], []
        path = "/v1" if protocol == "openai" else ""
        home.provider(name, protocol, f"http://127.0.0.1:{self.server.server_port}{path}", key="sk-secret-0123456789")

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.server

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


MINE = ("--embedder", "mine/letters")


@test
def vectors_of_a_server_are_asked_for_kept_and_found(home):
    for protocol in ("openai", "gemini", "ollama"):
        with Serving(home, protocol, name=protocol + "like") as server:
            flags = ["--namespace", protocol, "--embedder", protocol + "like/letters"]
            store(home, "How do I reset my password?", flags=flags[2:], look=flags)
            one = look(home, "How can I reset my password", *NEAR, *flags)
            equal((hit(one), one["cache"]["matched"]), ("semantic", "How do I reset my password?"), protocol)
            expect(all("sk-secret-0123456789" in str(headers) for _, _, headers in server.calls), "the key goes along in a header")
            expect(all("secret" not in path for path, _, _ in server.calls), "and nowhere else")


@test
def a_server_that_says_later_is_asked_again_then(home):
    with Serving(home, "openai") as server:
        server.refusals = [(429, {"Retry-After": "1"}), (503, {})]
        began = time.monotonic()
        store(home, "How do I reset my password?", flags=MINE, look=MINE)
        expect(time.monotonic() - began >= 1, "not before the time it said")
        equal(len(server.calls), 4, "two refusals and two answers")
        server.refusals = [(401, {})]
        one = look(home, "How can I reset my password", *NEAR, *MINE, code=3)
        equal(one["error"]["fault"], "auth")
        expect("response" not in one and "sk-secret" not in json.dumps(one), one)


@test
def texts_go_in_batches(home):
    pairs = [{"a": f"text number {n}", "b": f"text {n}", "same": True} for n in range(300)]
    with Serving(home, "openai") as server:
        cache(home, "calibrate", "--json", *MINE, stdin=jsonl(*pairs), code=None)
        sizes = [len(texts) for _, texts, _ in server.calls]
        equal((sum(sizes), max(sizes)), (600, 256))
        server.calls.clear()
        asked = jsonl(*[{"prompt": f"question {n}", "model": MODEL} for n in range(200)])
        equal(len(records(cache(home, "get", *NEAR, *MINE, "--jobs", "50", stdin=asked))), 200)
        sizes = [len(texts) for _, texts, _ in server.calls]
        equal(sum(sizes), 200)
        expect(len(sizes) < 100, "what waits goes together", sizes)


@test
def one_text_the_server_refuses_fails_alone(home):
    with Serving(home, "openai") as server:
        plain = Embedder.do_POST

        def choosy(self):
            given = self.rfile.read(int(self.headers["Content-Length"]))
            if b"unwelcome" in given:
                return self.answer(400, {"error": {"message": "no"}})
            server.calls.append(given)
            texts = json.loads(given)["input"]
            return self.answer(200, {"data": [{"index": n, "embedding": [1.0, 2.0]} for n in range(len(texts))]})

        Embedder.do_POST = choosy
        try:
            asked = jsonl(*[{"prompt": "unwelcome" if n == 5 else f"question {n}", "model": MODEL} for n in range(40)])
            out = records(cache(home, "get", *NEAR, *MINE, "--jobs", "20", stdin=asked, code=3))
            equal([n for n, one in enumerate(out) if "error" in one], [5])
        finally:
            Embedder.do_POST = plain


@test
def vectors_of_another_length_never_meet_and_it_is_said(home):
    with Serving(home, "ollama") as server:
        store(home, "How do I reset my password?", flags=MINE, look=MINE)
        server.numbers = 24
        given = jsonl({"prompt": "How can I reset my password", "model": MODEL})
        result = cache(home, "get", *NEAR, *MINE, stdin=given)
        equal(hit(records(result)[0]), None)
        expect("26 dimensions" in result.words and "--reembed" in result.words, result.words)
        result = cache(home, "verify", "--reembed", *MINE)
        expect("1 vectors" in result.text, result.text)
        equal(hit(look(home, "How can I reset my password", *NEAR, *MINE)), "semantic")


@test
def another_embedder_s_entries_are_not_found_and_it_is_said(home):
    store(home, "How do I reset my password?")
    with Serving(home, "openai"):
        result = cache(home, "get", *NEAR, *MINE, stdin=jsonl({"prompt": "How can I reset my password", "model": MODEL}))
        equal(hit(records(result)[0]), None)
        expect("builtin" in result.words and "--reembed" in result.words, result.words)
        equal(cache(home, "get", *NEAR, *MINE, "--quiet", stdin=jsonl({"prompt": "x y z", "model": MODEL})).words, "")


@test
def reembedding_may_be_interrupted_and_taken_up_again(home):
    store(home, *[f"question number {n} about topic {n * 7}" for n in range(600)])
    with Serving(home, "openai") as server:
        server.calls.clear()
        server.refusals = []
        plain, count = Embedder.do_POST, [0]

        def failing(self):
            count[0] += 1
            if count[0] == 3:  # the dimension, a batch, and then
                self.rfile.read(int(self.headers["Content-Length"]))
                return self.answer(400, {"error": {"message": "no"}})
            return plain(self)

        Embedder.do_POST = failing
        try:
            cache(home, "verify", "--reembed", *MINE, code=4)
        finally:
            Embedder.do_POST = plain
        equal(hit(look(home, "question number 3 about topic 21 please", *NEAR)), "semantic", "the old ones are there until all are made")
        server.calls.clear()
        result = cache(home, "verify", "--reembed", "--json", *MINE)
        equal(records(result)[-1]["reembedded"], 600 - 256)
        equal(hit(look(home, "question number 3 about topic 21 please", *NEAR, *MINE)), "semantic")
    cache(home, "verify")


@test
def a_model_in_a_folder_makes_the_vectors(home):
    words = "how do can i reset my password where is parcel ?".split()
    folder = home.path / "model"
    folder.mkdir()
    tokenizer = {
        "normalizer": {"type": "BertNormalizer", "lowercase": True, "strip_accents": None, "handle_chinese_chars": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "vocab": {w: n for n, w in enumerate(["[UNK]", *words])}},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    size = len(words) + 1
    rows = [[1.0 if n == m else 0.0 for m in range(size)] for n in range(size)]
    body = b"".join(struct.pack("<f", x) for row in rows for x in row)
    header = json.dumps({"embeddings": {"dtype": "F32", "shape": [size, size], "data_offsets": [0, len(body)]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + body)
    flags = ("--embedder", f"model2vec/{folder}")
    store(home, "How do I reset my password?", flags=flags, look=flags)
    one = look(home, "How can I reset my password?", *NEAR, *flags)
    equal((hit(one), one["cache"]["score"]), ("semantic", round(6 / 7, 4)))
    equal(hit(look(home, "Where is my parcel?", *NEAR, *flags)), None)
    result = cache(home, "get", *NEAR, "--embedder", "model2vec/nowhere", stdin=jsonl({"prompt": "a", "model": MODEL}), code=None)
    expect(result.code != 0 and "model.safetensors" in result.words + result.text, result.words)


@test
def an_embedder_that_is_away_costs_no_question_and_no_answer(home):
    home.config("retries = 0")
    with Serving(home, "openai") as server:
        store(home, "Where is my parcel?", flags=MINE, look=MINE)
        server.refusals = [(503, {})] * 50
        asked = jsonl(*[{"prompt": one, "model": MODEL} for one in ("Where is my parcel?", "How do I reset my password?", "And then?")])
        result = cache(home, "get", *NEAR, *MINE, stdin=asked)
        looked = records(result)
        equal([hit(one) for one in looked], ["exact", None, None])
        equal(result.words.count("--reembed"), 1, result.words)
        answered = [{**one, "response": {"text": "answer", "finish": "stop"}} for one in looked[1:]]
        result = cache(home, "put", stdin=jsonl(*answered))
        equal(result.words.count("--reembed"), 1, result.words)
        equal([hit(one) for one in get(home, "How do I reset my password?", "And then?")], ["exact", "exact"])
        server.refusals = []
        for path in home.path.rglob("pace.db*"):  # the breaker's memory
            path.unlink()
        expect("2 vectors" in cache(home, "verify", "--reembed", *MINE).text)
        one = look(home, "How can I reset my password", *NEAR, *MINE)
        equal(one["cache"].get("matched"), "How do I reset my password?")


@test
def put_makes_the_vectors_of_the_embedder_that_was_looked_up_with(home):
    with Serving(home, "openai"):
        store(home, "How do I reset my password?", look=MINE)
        equal(hit(look(home, "How can I reset my password", *NEAR, *MINE)), "semantic")
    (one,) = records(cache(home, "get", *NEAR, *MINE, stdin=jsonl({"prompt": "How do I reset my password?", "model": MODEL})))
    gone = {"prompt": "x", "model": MODEL, "response": {"text": "a", "finish": "stop"}, "cache": {"hit": None, "key": "00" * 32, "fingerprint": "f", "embedder": "nobody/x"}}
    result = cache(home, "put", stdin=jsonl(gone))
    expect("nobody" in result.words and "without vectors" in result.words, result.words)


@test
def a_deleted_index_is_no_damage_and_is_not_complained_of(home):
    store(home, *[f"question number {n} about topic {n * 7}" for n in range(300)])
    cache(home, "index", "--from", "100")
    for path in (home.path / "cache").rglob("*.index"):
        shutil.rmtree(path)
    result = cache(home, "get", *NEAR, stdin=jsonl({"prompt": "question number 3 about topic 21 please", "model": MODEL}))
    equal((hit(records(result)[0]), result.words), ("semantic", ""))
    told = cache(home, "verify").text
    expect("nothing is wrong" in told and "not there any more" in told, told)
    (built,) = records(cache(home, "index", "--json", "--from", "100"))
    equal(built["result"], "built")
    equal(cache(home, "verify").text, "nothing is wrong\n")
