"""Refusals, each in its dialect's own words."""

import datetime
import email.utils

from .right import echo
from .scenarios import MESSAGES, scenario


def failing(status):
    async def fail(x, argument):
        await x.refuse(status, MESSAGES.get(status, f"Status {status}."))

    return fail


def failing_first(status):
    """The first ARGUMENT requests (1 unless given) fail, with Retry-After where that is the custom; the next
    is served.
    """

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
    await x.refuse(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        kind="insufficient_quota" if x.dialect.NAME.startswith("openai") else None,
        code="insufficient_quota",
    )


def key_of(x):
    said = x.headers.get("authorization", "").removeprefix("Bearer ")
    return said or x.headers.get("x-api-key") or x.headers.get("api-key") or x.headers.get("x-goog-api-key", "")


@scenario("echo-key")
async def echo_key(x, argument):
    """A refusal that repeats the key it was sent, in its body and in a header; ARGUMENT is its status (401)."""
    message = f"Incorrect API key provided: {key_of(x)}. Sent: {x.headers.get('authorization')}."
    await x.refuse(int(argument or 401), message, [("x-request-id", key_of(x))])


@scenario("echo-key-in-200", "echo-key-in-html")
async def echo_key_in_200(x, argument):
    """The same under 200: as an error of the stream or body, or as a page."""
    if x.entry["scenario"].startswith("echo-key-in-html"):
        return await x.reply(200, f"<title>No {key_of(x)}</title>{key_of(x)}".encode(), kind="text/html")
    message = f"Incorrect API key provided: {key_of(x)}"
    if not x.streams:
        return await x.refuse_in_200(message)
    await x.begin()
    for event in x.dialect.stream_error(401, message):
        await x.chunk(event)
    await x.end()


@scenario("context-overflow")
async def context_overflow(x, argument):
    message = {
        "anthropic": "prompt is too long: 210000 tokens > 200000 maximum",
        "gemini": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        "ollama": "the input length exceeds the context length",
    }.get(
        x.dialect.NAME,
        "This model's maximum context length is 128000 tokens. However, your messages resulted in "
        "210000 tokens. Please reduce the length of the messages.",
    )
    await x.refuse(400, message, code="context_length_exceeded")


@scenario("content-filter")
async def content_filter(x, argument):
    await x.give(x.answer(text="", finish="content_filter"))


@scenario("refusal")
async def refusal(x, argument):
    await x.give(x.answer(text="", refusal="I cannot help with that."))


@scenario("400-for")
async def refused_for(x, argument):
    """Refuses what has the word ARGUMENT anywhere in it."""
    if argument.encode() in x.raw:
        return await x.refuse(400, f"The word '{argument}' is not to be said.")
    await echo(x, "")
