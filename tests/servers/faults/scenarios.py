"""The scenarios: what the path /s/NAME[:ARGUMENT]/… makes the server do. Each is a coroutine over an Exchange."""

import asyncio
import datetime
import email.utils
import gzip

from .answers import Call, Usage, compact, sse, value_for

TABLE = {}
MESSAGES = {400: "The request is malformed.", 401: "Incorrect API key provided.", 403: "You may not use this model.",
            404: "The model does not exist or you do not have access to it.", 408: "The request timed out.",
            413: "The request is too large.", 422: "The request cannot be processed.", 429: "Rate limit reached.",
            500: "The server had an error.", 502: "Bad gateway.", 503: "The service is unavailable.",
            504: "The upstream server timed out.", 529: "Overloaded."}
GREEK = "Καλημέρα, κόσμε 🌍! Ça va?"


def scenario(*names):
    def register(function):
        for name in names:
            TABLE[name] = function
        return function
    return register


def find(name):
    """The coroutine behind a name, or None; STATUS and STATUS-then-ok exist for every status."""
    if name in TABLE:
        return TABLE[name]
    status, _, rest = name.partition("-")
    if status.isdigit() and rest in ("", "then-ok"):
        return failing_first(int(status)) if rest else failing(int(status))
    return None


# --- answers that are right

@scenario("ok")
async def ok(x, argument):
    await x.give(x.answer())


@scenario("echo")
async def echo(x, argument):
    await x.give(x.answer(text=x.last_turn[1]))


@scenario("say")
async def say(x, argument):
    await x.give(x.answer(text=argument.replace("+", " ")))


@scenario("slow")
async def slow(x, argument):
    """The whole answer, or a stream's first byte, after so many milliseconds."""
    await asyncio.sleep(float(argument or 200) / 1000)
    await echo(x, argument)


@scenario("slow-stream")
async def slow_stream(x, argument):
    """So many milliseconds between the events."""
    await x.give(x.answer(), pause=float(argument or 50) / 1000)


@scenario("empty-answer")
async def empty_answer(x, argument):
    await x.give(x.answer(text=""))


@scenario("no-usage")
async def no_usage(x, argument):
    await x.give(x.answer(usage=None))


@scenario("length-stop")
async def length_stop(x, argument):
    await x.give(x.answer(text="Once upon a", finish="length"))


@scenario("logprobs")
async def logprobs(x, argument):
    """Log-probabilities come in every scenario to those who ask; this one has several tokens."""
    await x.give(x.answer(text="Yes it is so."))


@scenario("reasoning", "reasoning-openrouter")
async def reasoning(x, argument):
    member = "reasoning" if x.entry["scenario"].startswith("reasoning-openrouter") else "reasoning_content"
    await x.give(x.answer(text="42", reasoning="Six times seven.", reasoning_member=member, usage=Usage(reasoning=5)))


@scenario("snapshot")
async def snapshot(x, argument):
    """Another model answers than was asked: a dated one."""
    answer = x.answer()
    answer.model += "-2026-08-01"
    await x.give(answer)


@scenario("tools", "tools-text")
async def tools(x, argument):
    """Two calls, streamed in fragments; when a tool's result comes back, the answer quotes it."""
    role, text = x.last_turn
    if role == "tool":
        return await x.give(x.answer(text=f"The tool says: {text}"))
    names = [name for name, _ in x.dialect.tools(x.body)]
    if not names:
        return await x.refuse(400, "this scenario needs 'tools' in the request")
    calls = [Call("call_1", names[0], {"city": "Paris"}), Call("call_2", names[-1], {"city": "Zürich", "unit": "celsius"})]
    said = "I look it up." if x.entry["scenario"].startswith("tools-text") else ""
    await x.give(x.answer(text=said, calls=calls, finish="tool_calls"))


@scenario("schema")
async def schema(x, argument):
    """An answer that satisfies the schema of the request; the first ARGUMENT answers do not (their root is a list)."""
    wanted = x.dialect.schema(x.body)
    forced = x.dialect.forced_tool(x.body)
    bad = x.entry["attempt"] <= int(argument or 0)
    if wanted is None and forced:
        parameters = dict(x.dialect.tools(x.body))[forced]
        value = {} if bad else value_for(parameters)
        return await x.give(x.answer(text="", calls=[Call("call_1", forced, value)], finish="tool_calls"))
    if wanted is None:
        return await x.refuse(400, "this scenario needs a schema in the request")
    await x.give(x.answer(text=compact(["not what was asked"] if bad else value_for(wanted))))


@scenario("gzip")
async def gzipped(x, argument):
    if "gzip" not in x.headers.get("accept-encoding", ""):
        return await ok(x, argument)
    await x.reply(200, gzip.compress(x.whole(x.answer())), [("content-encoding", "gzip")])


# --- refusals

def failing(status):
    async def fail(x, argument):
        await x.refuse(status, MESSAGES.get(status, f"Status {status}."))
    return fail


def failing_first(status):
    """The first ARGUMENT requests (1 unless given) fail, with Retry-After where that is the custom; the next is served."""
    async def fail(x, argument):
        if x.entry["attempt"] > int(argument or 1):
            return await echo(x, "")
        headers = [("retry-after-ms", "20"), ("retry-after", "1")] if status in (429, 503, 529) else []
        await x.refuse(status, MESSAGES.get(status, f"Status {status}."), headers)
    return fail


async def limited(x, name, value):
    await x.refuse(429, MESSAGES[429], [(name, value), ("x-ratelimit-remaining-requests", "0")])


@scenario("429-seconds")
async def limited_seconds(x, argument):
    await limited(x, "retry-after", argument or "2")


@scenario("429-date")
async def limited_date(x, argument):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=float(argument or 2))
    await limited(x, "retry-after", email.utils.format_datetime(when, usegmt=True))


@scenario("429-ms")
async def limited_milliseconds(x, argument):
    await limited(x, "retry-after-ms", argument or "50")


@scenario("429-quota")
async def quota(x, argument):
    """No money left: trying again is no use."""
    await x.refuse(429, "You exceeded your current quota, please check your plan and billing details.",
                   kind="insufficient_quota" if x.dialect.NAME.startswith("openai") else None, code="insufficient_quota")


@scenario("context-overflow")
async def context_overflow(x, argument):
    message = {
        "anthropic": "prompt is too long: 210000 tokens > 200000 maximum",
        "gemini": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        "ollama": "the input length exceeds the context length",
    }.get(x.dialect.NAME, "This model's maximum context length is 128000 tokens. However, your messages resulted in "
                          "210000 tokens. Please reduce the length of the messages.")
    await x.refuse(400, message, code="context_length_exceeded")


@scenario("content-filter")
async def content_filter(x, argument):
    await x.give(x.answer(text="", finish="content_filter"))


@scenario("refusal")
async def refusal(x, argument):
    await x.give(x.answer(text="", refusal="I cannot help with that."))


# --- answers that break the protocol

@scenario("error-in-200")
async def error_in_200(x, argument):
    if not x.streams:
        return await x.refuse_in_200("Something broke inside.")
    await x.begin()
    for event in x.dialect.stream_error(500, "Something broke inside."):
        await x.chunk(event)
    await x.end()


@scenario("error-mid-stream")
async def error_mid_stream(x, argument):
    """Under 200: the beginning of an answer, then an error; whole answers fail with 529."""
    if not x.streams:
        return await x.refuse(529, MESSAGES[529])
    await x.begin()
    for event in x.beginning():
        await x.chunk(event)
    for event in x.dialect.stream_error(529, MESSAGES[529]):
        await x.chunk(event)
    await x.end()


@scenario("close-before-headers")
async def close_before_headers(x, argument):
    x.cut()


@scenario("reset-before-headers")
async def reset_before_headers(x, argument):
    x.reset()


@scenario("close-mid-headers")
async def close_mid_headers(x, argument):
    await x.send(b"HTTP/1.1 200 OK\r\ncontent-ty")
    x.cut()


@scenario("close-mid-body")
async def close_mid_body(x, argument):
    """Content-Length promises twice what comes."""
    data = x.whole(x.answer())
    await x.send(f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n".encode())
    await x.send(data[:len(data) // 2])
    x.cut()


@scenario("close-mid-stream")
async def close_mid_stream(x, argument):
    """Half the events, and the last chunk never comes."""
    await x.begin()
    for event in x.beginning():
        await x.chunk(event)
    x.cut()


@scenario("reset-mid-stream")
async def reset_mid_stream(x, argument):
    await x.begin()
    for event in x.beginning():
        await x.chunk(event)
    await asyncio.sleep(0.05)
    x.reset()


@scenario("stream-without-done")
async def stream_without_done(x, argument):
    """HTTP ends well, but what says that the answer is whole never came."""
    await x.begin()
    for event in x.events(x.answer(), end=False):
        await x.chunk(event)
    await x.end()


@scenario("utf8-split")
async def utf8_split(x, argument):
    """Every chunk but the first begins inside an UTF-8 sequence, where there is one to cut."""
    answer = x.answer(text=GREEK)
    data = b"".join(x.events(answer)) if x.streams else x.whole(answer)
    await x.begin(None if x.streams else "application/json")
    begin = 0
    for at in range(1, len(data)):
        if data[at] & 0xC0 == 0x80:
            await x.chunk(data[begin:at])
            await asyncio.sleep(0.001)
            begin = at
    await x.chunk(data[begin:])
    await x.end()


@scenario("utf8-broken")
async def utf8_broken(x, argument):
    """A byte that no UTF-8 has, in the middle of the text."""
    answer = x.answer(text="before MARK after")
    if not x.streams:
        return await x.reply(200, x.whole(answer).replace(b"MARK", b"\xff\xc3("))
    await x.begin()
    for event in x.events(answer):
        await x.chunk(event.replace(b"MARK", b"\xff\xc3("))
    await x.end()


@scenario("truncated-json")
async def truncated_json(x, argument):
    """HTTP is whole, the JSON is not."""
    if not x.streams:
        return await x.reply(200, x.whole(x.answer())[:-20])
    await x.begin()
    for event in x.beginning():
        await x.chunk(event)
    await x.chunk(x.events(x.answer())[1].rstrip()[:-9] + b"\n\n")
    await x.end()


@scenario("invalid-json")
async def invalid_json(x, argument):
    if not x.streams:
        return await x.reply(200, b"{'text': nope}")
    await x.begin()
    await x.chunk(b"data: {'text': nope}\n\n" if "event-stream" in x.stream_type else b"{'text': nope}\n")
    await x.end()


@scenario("wrong-shape")
async def wrong_shape(x, argument):
    """Good JSON of no known shape: a list, a text, numbers where texts belong."""
    bodies = {"list": b"[1, 2, 3]", "text": b'"hello"', "null": b"null", "object": b'{"choices": 7, "candidates": {}, '
              b'"content": {"type": []}, "message": "hi", "output": "no", "usage": []}'}
    data = bodies.get(argument or "object", bodies["object"])
    if not x.streams:
        return await x.reply(200, data)
    await x.begin()
    await x.chunk(sse(data.decode()) if "event-stream" in x.stream_type else data + b"\n")
    await x.end()


@scenario("html")
async def html(x, argument):
    await x.reply(int(argument or 200), b"<!doctype html><title>Welcome</title><p>Please log in.", kind="text/html")


@scenario("empty-body")
async def empty_body(x, argument):
    await x.reply(200, b"")


@scenario("huge-body")
async def huge_body(x, argument):
    """A text of so many MiB (100): valid JSON, in one event when streamed."""
    size = int(argument or 100)
    answer = x.answer(text="MARK")
    if x.streams:
        events = x.events(answer)
        at = next(n for n, event in enumerate(events) if b"MARK" in event)
        before, after = (b"".join(events[:at + 1]), b"".join(events[at + 1:]))
        before, _, rest = before.partition(b"MARK")
        after = rest + after
    else:
        before, _, after = x.whole(answer).partition(b"MARK")
    await x.begin(None if x.streams else "application/json")
    await x.chunk(before)
    block = b"a" * (1 << 20)
    for _ in range(size):
        await x.chunk(block)
    await x.chunk(after)
    await x.end()


# --- slowness

@scenario("drip")
async def drip(x, argument):
    """One byte a second, or every ARGUMENT milliseconds."""
    answer = x.answer()
    data = b"".join(x.events(answer)) if x.streams else x.whole(answer)
    await x.begin(None if x.streams else "application/json")
    for at in range(len(data)):
        await x.chunk(data[at:at + 1])
        await asyncio.sleep(float(argument or 1000) / 1000)
    await x.end()


@scenario("bytewise")
async def bytewise(x, argument):
    """Every byte a chunk of its own, as fast as it goes."""
    await drip(x, "0.01")


@scenario("one-write")
async def one_write(x, argument):
    """The whole stream in one chunk."""
    await x.begin()
    await x.chunk(b"".join(x.events(x.answer())))
    await x.end()


@scenario("silence")
async def silence(x, argument):
    await x.silence()


@scenario("silence-mid-stream")
async def silence_mid_stream(x, argument):
    await x.begin()
    for event in x.beginning():
        await x.chunk(event)
    await x.silence()


# --- redirects

@scenario("redirect-other-host")
async def redirect_other_host(x, argument):
    await x.redirect(x.other, argument)


@scenario("redirect-same-host")
async def redirect_same_host(x, argument):
    await x.redirect(x.same, argument)


@scenario("redirect-loop")
async def redirect_loop(x, argument):
    await x.reply(307, b"", [("location", f"{x.same}/s/redirect-loop{x.path}")])


# --- streams that are unusual but right

@scenario("crlf-sse")
async def crlf(x, argument):
    await x.begin()
    for event in x.events(x.answer()):
        await x.chunk(event.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    await x.end()


@scenario("ping")
async def ping(x, argument):
    """Comments, and the dialect's own pings, between all events."""
    await x.begin()
    comment = b": keep-alive\n\n" if "event-stream" in x.stream_type else b""
    for event in x.events(x.answer()):
        await x.chunk(comment + x.dialect.PING)
        await x.chunk(event)
    await x.end()


@scenario("odd-sse")
async def odd_sse(x, argument):
    """A byte order mark, ids, retry, no space after the colon, and data on several lines: all of it legal."""
    if "event-stream" not in x.stream_type:
        return await ok(x, argument)
    await x.begin()
    await x.chunk(b"\xef\xbb\xbfretry: 1000\n\n")
    for at, event in enumerate(x.events(x.answer())):
        event = event.replace(b"\r\n", b"\n").replace(b"data: ", b"data:")
        if b"[DONE]" not in event:
            event = event.replace(b",", b",\ndata:", 1)
        await x.chunk(f"id: {at}\n".encode() + event)
    await x.end()


@scenario("stream-ignored")
async def stream_ignored(x, argument):
    """A server that knows no streaming: the answer comes whole, whatever was asked."""
    await x.reply(200, x.whole(x.answer()))


@scenario("until-close")
async def until_close(x, argument):
    """No length, no chunks: the end of the connection is the end of the answer."""
    data = b"".join(x.events(x.answer())) if x.streams else x.whole(x.answer())
    kind = x.stream_type if x.streams else "application/json"
    await x.send(f"HTTP/1.0 200 OK\r\ncontent-type: {kind}\r\n\r\n".encode() + data)
    x.cut()
