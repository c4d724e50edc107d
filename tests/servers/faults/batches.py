"""Batches of OpenAI (files and batches of openai-openapi) and of Anthropic (message batches), answered as `echo` answers.

/s/batch:WORDS,tag/… keeps its batches apart from those of other tags. WORDS, joined by +:

    looks-N      ended at the N-th look (1 unless given)
    hold         runs until it is cancelled
    expire       ends expired, every other request answered
    turned-down  OpenAI: the first one fails as a whole, too many tokens waiting
    in-capitals  OpenAI: states are written in capitals, as Together writes them
    two-refused  the second creation and those after it are refused with 400, until six have been
    some-fail    every third request is answered with an error
    one-lost     one request has no result at all
    lost-create  the first creation happens, and the connection breaks before it is told
    no-create    the first creation breaks the connection and does not happen
    busy         the first creation is refused with 429
    cut-results  the first download of results breaks half-way
    half-results the first download has every other line
    page-results the first download is somebody's HTML page
    results-gone the results are not to be had
    no-list      the list of batches answers 404
    list-refused the first two lists answer 503
    cancel-refused the first cancel answers 503
    echo-key     the key stands in states, errors, ids and lines of results
    silent       GET and cancel of a batch answer 503
    hang         GET of a batch is never answered
    hang-create  the first creation happens and is never answered

Results come in another order than the requests, as the real services warn.
"""

import json
from email.parser import BytesParser

from . import anthropic, openai_chat, openai_responses
from .answers import compact
from .scenarios import scenario

STATE = {}


class Store:
    def __init__(self):
        self.files, self.batches, self.done_once = {}, {}, set()
        self.removed, self.refused, self.lists = [], 0, 0

    def first(self, what):
        fresh = what not in self.done_once
        self.done_once.add(what)
        return fresh


def refuse(message):
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}


@scenario("batch")
async def batch(x, argument):
    words = argument.split("+") if argument else []
    store = STATE.setdefault(x.entry["scenario"], Store())
    path = x.path.partition("?")[0]
    if x.method == "DELETE":
        store.removed.append(path)
        return await x.reply(200, {"id": path.rpartition("/")[2], "deleted": True})
    if "/messages/batches" in path:
        return await of_anthropic(x, store, words, path.partition("/messages/batches")[2].strip("/"))
    if "/batches" in path:
        return await of_openai(x, store, words, path.partition("/batches")[2].strip("/"))
    if path.endswith("/files") and x.method == "POST":
        return await upload(x, store)
    if path.endswith("/content"):
        return await content(x, store.files.get(path.split("/")[-2]), store, words)
    await x.give(x.answer(text=x.last_turn[1]))


def looks_needed(words):
    return next((int(w.removeprefix("looks-")) for w in words if w.startswith("looks-")), 1)


async def creating(x, store, words, make):
    """Lets the creation happen, or not, as the words say."""
    if "busy" in words and store.first("busy"):
        return await x.reply(429, refuse("Rate limit reached."), [("retry-after-ms", "20")])
    if "no-create" in words and store.first("no-create"):
        x.cut()
    if "two-refused" in words and store.batches and store.refused < 6:
        store.refused += 1
        return await x.reply(400, refuse("This one is not liked."))
    made = make()
    if "hang-create" in words and store.first("hang-create"):
        await x.silence()
    if "lost-create" in words and store.first("lost-create"):
        x.cut()
    await x.reply(200, made.shown())


async def unlisted(x, store, words):
    """Whether the list was refused."""
    store.lists += 1
    if "no-list" in words:
        await x.reply(404, refuse("No such thing."))
        return True
    if "list-refused" in words and store.lists <= 2:
        await x.reply(503, refuse("The list is not to be had."))
        return True
    return False


def key_of(x):
    return x.headers.get("x-api-key") or x.headers.get("authorization", "").removeprefix("Bearer ")


def with_key(x, store, words, shown, status):
    """The first time an answer that is no batch, then one of an unknown state, then the truth."""
    if "echo-key" not in words:
        return shown
    if store.first("neither"):
        return {"nothing": key_of(x)}
    if store.first("odd"):
        shown[status] = f"odd {key_of(x)}"
    for error in (shown.get("errors") or {}).get("data", []):
        error["message"] += f" Your key is {key_of(x)}."
    return shown


async def content(x, text, store, words):
    if text is None or "results-gone" in words:
        return await x.reply(404, refuse("No such File object."))
    if "cut-results" in words and store.first("cut-results"):
        await x.begin(kind="application/octet-stream")
        await x.chunk(text[: len(text) // 2])
        x.cut()
    if "half-results" in words and store.first("half-results"):
        text = b"".join(text.splitlines(keepends=True)[::2])
    if "page-results" in words and store.first("page-results"):
        return await x.reply(200, b"<html>502 Bad gateway</html>", kind="text/html")
    if "echo-key" in words:
        filler = "no JSON " + "." * 180
        text = f'{filler}{key_of(x)}\n{{"custom_id": "{key_of(x)}-1", "response": {{"status_code": 200, "body": {{}}}}}}\n'.encode() + text
        text = text.replace(b"This prompt is not allowed.", f"Not allowed with {key_of(x)}.".encode())
    await x.reply(200, text, kind="application/octet-stream")


class Batch:
    """`requests` are (custom_id, body); `dialect` answers them."""

    def __init__(self, number, words, dialect, path, requests):
        self.words, self.dialect, self.path, self.requests = words, dialect, path, requests
        self.id = f"{self.prefix}{number}"
        self.looks, self.over, self.cancelled, self.down = 0, False, False, False

    def look(self):
        self.looks += 1
        if self.cancelled or ("hold" not in self.words and self.looks >= looks_needed(self.words)):
            self.over = True

    def outcome(self, at):
        """ok, error, expired, cancelled or lost."""
        if self.cancelled:
            return "ok" if at == 0 else "cancelled"
        if "expire" in self.words and at % 2:
            return "expired"
        if "some-fail" in self.words and at % 3 == 2:
            return "error"
        return "lost" if "one-lost" in self.words and at == 1 else "ok"

    def outcomes(self):
        return [self.outcome(at) for at in range(len(self.requests))] if self.over else []

    def answered(self):
        """(custom_id, body, outcome), backwards."""
        return [(i, body, how) for (i, body), how in zip(self.requests, self.outcomes())][::-1]

    def answer(self, body):
        from .answers import Answer

        return self.dialect.whole(Answer(text=self.dialect.last_turn(body)[1], model=body["model"]), body)


class OpenAiBatch(Batch):
    prefix = "batch_"

    def __init__(self, number, words, dialect, path, requests, asked):
        super().__init__(number, words, dialect, path, requests)
        self.asked = asked

    def status(self):
        if self.down:
            return "failed"
        if not self.over:
            return "cancelling" if self.cancelled else "in_progress"
        return "cancelled" if self.cancelled else "expired" if "expire" in self.words else "completed"

    def lines(self, wanted):
        out = []
        for custom_id, body, how in self.answered():
            if how == "lost" or (how == "ok") != (wanted == "output"):
                continue
            line = {"id": f"batch_req_{custom_id}", "custom_id": custom_id, "response": None, "error": None}
            if how == "ok":
                line["response"] = {"status_code": 200, "request_id": "r", "body": self.answer(body)}
            elif how == "error":
                line["response"] = {"status_code": 400, "request_id": "r", "body": refuse("This prompt is not allowed.")}
            else:
                line["error"] = {"code": f"batch_{how}", "message": f"This request was {how}."}
            out.append(compact(line))
        return "".join(line + "\n" for line in out).encode()

    def shown(self):
        outcomes = self.outcomes()
        down = self.status() == "failed"
        error = {
            "code": "token_limit_exceeded", "line": None, "param": None,
            "message": "Enqueued token limit reached for fault. Limit: 90,000 enqueued tokens.",
        }
        return {
            "id": self.id, "object": "batch", "endpoint": self.path, "completion_window": "24h", "created_at": 1,
            "input_file_id": self.asked["input_file_id"], "metadata": self.asked.get("metadata"),
            "status": self.status().upper() if "in-capitals" in self.words else self.status(),
            "errors": {"object": "list", "data": [error]} if down else None,
            "output_file_id": f"file-out-{self.id}" if self.lines("output") else None,
            "error_file_id": f"file-err-{self.id}" if self.lines("error") else None,
            "request_counts": {
                "total": len(self.requests), "completed": outcomes.count("ok"), "failed": len(outcomes) - outcomes.count("ok"),
            },
        }


class AnthropicBatch(Batch):
    prefix = "msgbatch_"

    def __init__(self, number, words, dialect, path, requests):
        super().__init__(number, words, dialect, path, requests)
        import datetime

        self.created = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def lines(self):
        out = []
        for custom_id, body, how in self.answered():
            if how == "lost":
                continue
            result = {"type": {"ok": "succeeded", "error": "errored", "cancelled": "canceled"}.get(how, how)}
            if how == "ok":
                result["message"] = self.answer(body)
            elif how == "error":
                result["error"] = {
                    "type": "error", "error": {"type": "invalid_request_error", "message": "This prompt is not allowed."},
                }
            out.append(compact({"custom_id": custom_id, "result": result}))
        return "".join(line + "\n" for line in out).encode()

    def shown(self):
        outcomes = self.outcomes()
        counts = {"succeeded": "ok", "errored": "error", "expired": "expired", "canceled": "cancelled"}
        return {
            "id": self.id, "type": "message_batch", "created_at": self.created, "results_url": None,
            "processing_status": "ended" if self.over else "canceling" if self.cancelled else "in_progress",
            "request_counts": {
                "processing": 0 if self.over else len(self.requests),
                **{name: outcomes.count(how) for name, how in counts.items()},
            },
        }


async def upload(x, store):
    kind = x.headers.get("content-type", "")
    form = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + x.raw)
    if not form.is_multipart():
        return await x.reply(400, refuse("Expected multipart/form-data."))
    fields = {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in form.get_payload()}
    if fields.get("purpose") != b"batch" or not fields.get("file"):
        return await x.reply(400, refuse("'purpose' and 'file' are needed."))
    name = f"file-{len(store.files) + 1}"
    store.files[name] = fields["file"]
    await x.reply(200, {"id": name, "object": "file", "bytes": len(fields["file"]), "purpose": "batch", "filename": "x.jsonl"})


def openai_requests(text, endpoint):
    """The requests of a file, or why it is turned down."""
    dialect = openai_responses if endpoint.endswith("/responses") else openai_chat
    requests, models = [], set()
    for number, line in enumerate(text.decode().splitlines(), 1):
        one = json.loads(line)
        if one["method"] != "POST" or one["url"] != endpoint:
            return dialect, f"line {number}: the url is not that of the batch"
        if problem := dialect.problem(endpoint, {}, one["body"]):
            return dialect, f"line {number}: {problem}"
        models.add(one["body"]["model"])
        requests.append((one["custom_id"], one["body"]))
    if len(models) != 1 or len({i for i, _ in requests}) != len(requests):
        return dialect, "one model and different ids, please"
    return dialect, requests


async def of_openai(x, store, words, rest):
    if not rest and x.method == "POST":
        asked = x.body
        if asked.get("input_file_id") not in store.files or asked.get("completion_window") != "24h":
            return await x.reply(400, refuse("input_file_id and completion_window are needed."))
        dialect, requests = openai_requests(store.files[asked["input_file_id"]], asked["endpoint"])
        if isinstance(requests, str):
            return await x.reply(400, refuse(requests))

        def make():
            one = OpenAiBatch(len(store.batches) + 1, words, dialect, asked["endpoint"], requests, asked)
            one.down = "turned-down" in words and not store.batches
            store.batches[one.id] = one
            return one

        return await creating(x, store, words, make)
    if not rest:
        if await unlisted(x, store, words):
            return
        return await x.reply(200, {"object": "list", "data": [one.shown() for one in store.batches.values()], "has_more": False})
    name, _, verb = rest.partition("/")
    one = store.batches.get(name)
    if one is None:
        return await x.reply(404, refuse(f"No batch found with id '{name}'."))
    if "silent" in words:
        return await x.reply(503, refuse("The service is unavailable."))
    if "hang" in words:
        await x.silence()
    if verb == "cancel":
        if "cancel-refused" in words and store.first("cancel"):
            return await x.reply(503, refuse("The service is unavailable."))
        if one.over:
            return await x.reply(409, refuse("Cannot cancel a batch that has ended."))
        one.cancelled = True
        return await x.reply(200, one.shown())
    one.look()
    for kind in ("output", "error"):
        store.files[f"file-{kind[:3]}-{one.id}"] = one.lines(kind)
    await x.reply(200, with_key(x, store, words, one.shown(), "status"))


async def of_anthropic(x, store, words, rest):
    async def refused(status, kind, message):
        await x.reply(status, {"type": "error", "error": {"type": kind, "message": message}})

    if x.headers.get("anthropic-version") != "2023-06-01":
        return await refused(400, "invalid_request_error", "anthropic-version: header is required")
    if not rest and x.method == "POST":
        requests = [(one["custom_id"], one["params"]) for one in x.body.get("requests", [])]
        if not requests:
            return await refused(400, "invalid_request_error", "requests: at least one is required")
        for custom_id, body in requests:
            bad = not custom_id.replace("-", "").replace("_", "").isalnum() or len(custom_id) > 64
            if problem := "custom_id" if bad else anthropic.problem("/v1/messages", x.headers, body):
                return await refused(400, "invalid_request_error", problem)

        def make():
            one = AnthropicBatch(len(store.batches) + 1, words, anthropic, "/v1/messages", requests)
            store.batches[one.id] = one
            return one

        return await creating(x, store, words, make)
    if not rest:
        if await unlisted(x, store, words):
            return
        return await x.reply(200, {"data": [one.shown() for one in store.batches.values()], "has_more": False})
    name, _, verb = rest.partition("/")
    one = store.batches.get(name)
    if one is None:
        return await refused(404, "not_found_error", "Not found")
    if "silent" in words:
        return await refused(503, "api_error", "The service is unavailable.")
    if "hang" in words:
        await x.silence()
    if verb == "cancel":
        if "cancel-refused" in words and store.first("cancel"):
            return await refused(503, "api_error", "The service is unavailable.")
        if one.over:
            return await refused(409, "invalid_request_error", "Cannot cancel a batch that has ended.")
        one.cancelled = True
        return await x.reply(200, one.shown())
    if verb == "results":
        return await content(x, one.lines() if one.over else None, store, words)
    one.look()
    await x.reply(200, with_key(x, store, words, one.shown(), "processing_status"))
