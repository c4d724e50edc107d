"""Answers that are right: plain ones, and streams that are unusual but legal."""

import asyncio
import gzip

from .answers import Call, Usage, compact, value_for
from .scenarios import scenario

GREEK = "Καλημέρα, κόσμε 🌍! Ça va?"


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
    await x.give(
        x.answer(text="42", reasoning="Six times seven.", reasoning_member=member, usage=Usage(reasoning=5))
    )


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
    calls = [
        Call("call_1", names[0], {"city": "Paris"}),
        Call("call_2", names[-1], {"city": "Zürich", "unit": "celsius"}),
    ]
    said = "I look it up." if x.entry["scenario"].startswith("tools-text") else ""
    await x.give(x.answer(text=said, calls=calls, finish="tool_calls"))


@scenario("schema")
async def schema(x, argument):
    """An answer that satisfies the schema of the request; the first ARGUMENT answers do not (their root is a
    list).
    """
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


@scenario("rate-left")
async def rate_left(x, argument):
    """An answer with OpenAI's rate headers: ARGUMENT is LEFT+RESET, as in 0+1.5s; of a limit of 100."""
    left, _, reset = (argument or "0+1s").partition("+")
    headers = [
        ("x-ratelimit-limit-requests", "100"),
        ("x-ratelimit-remaining-requests", left),
        ("x-ratelimit-reset-requests", reset),
    ]
    await x.reply(200, x.whole(x.answer(text=x.last_turn[1])), headers)
