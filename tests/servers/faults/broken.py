"""What breaks the protocol, stalls, or leads elsewhere."""

import asyncio

from .answers import sse
from .right import GREEK
from .scenarios import MESSAGES, scenario


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
    await x.send(
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n".encode()
    )
    await x.send(data[: len(data) // 2])
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


@scenario("done-then-silence", "done-then-reset")
async def done_then(x, argument):
    """The stream says that the answer is whole; then the connection stays open and silent, or breaks."""
    await x.begin()
    for event in x.events(x.answer()):
        await x.chunk(event)
    if x.entry["scenario"].startswith("done-then-silence"):
        await x.silence()
    await asyncio.sleep(0.05)
    x.reset()


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
    bodies = {
        "list": b"[1, 2, 3]",
        "text": b'"hello"',
        "null": b"null",
        "object": b'{"choices": 7, "candidates": {}, '
        b'"content": {"type": []}, "message": "hi", "output": "no", "usage": []}',
    }
    data = bodies.get(argument or "object", bodies["object"])
    if not x.streams:
        return await x.reply(200, data)
    await x.begin()
    await x.chunk(sse(data.decode()) if "event-stream" in x.stream_type else data + b"\n")
    await x.end()


@scenario("html")
async def html(x, argument):
    await x.reply(
        int(argument or 200), b"<!doctype html><title>Welcome</title><p>Please log in.", kind="text/html"
    )


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
        before, after = (b"".join(events[: at + 1]), b"".join(events[at + 1 :]))
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


@scenario("drip")
async def drip(x, argument):
    """One byte a second, or every ARGUMENT milliseconds."""
    answer = x.answer()
    data = b"".join(x.events(answer)) if x.streams else x.whole(answer)
    await x.begin(None if x.streams else "application/json")
    for at in range(len(data)):
        await x.chunk(data[at : at + 1])
        await asyncio.sleep(float(argument or 1000) / 1000)
    await x.end()


@scenario("bytewise")
async def bytewise(x, argument):
    """Every byte a chunk of its own, as fast as it goes."""
    await drip(x, "0")


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


@scenario("redirect-other-host")
async def redirect_other_host(x, argument):
    await x.redirect(x.other, argument)


@scenario("redirect-same-host")
async def redirect_same_host(x, argument):
    await x.redirect(x.same, argument)


@scenario("redirect-loop")
async def redirect_loop(x, argument):
    await x.reply(307, b"", [("location", f"{x.same}/s/redirect-loop{x.path}")])
