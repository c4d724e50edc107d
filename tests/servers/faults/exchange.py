"""One request on one connection, and the ways to answer it: well, badly, in part, or not at all."""

import asyncio
import json
import socket
import struct
from http import HTTPStatus

from . import anthropic, embeddings, gemini, ollama, openai_chat, openai_responses
from .answers import Answer, compact

DIALECTS = (openai_chat, openai_responses, anthropic, gemini, ollama, embeddings)


class Gone(Exception):
    """The connection is over: nothing more can be said on it."""


def reason(status):
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Overloaded" if status == 529 else "Unknown"


def head_of(status, headers):
    lines = [f"HTTP/1.1 {status} {reason(status)}"] + [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Exchange:
    """`path` is what follows /s/SCENARIO; `headers` has lower-case names; `entry` is the line in the journal.
    """

    def __init__(self, reader, writer, method, path, headers, raw, entry):
        self.reader, self.writer = reader, writer
        self.method, self.path, self.headers, self.raw, self.entry = method, path, headers, raw, entry
        self.keep = headers.get("connection", "").lower() != "close"
        try:
            self.body = json.loads(raw) if raw else {}
        except ValueError:
            self.body = None
        bare = path if ":" in path else path.partition("?")[0]
        self.dialect = next((one for one in DIALECTS if one.serves(bare)), openai_chat)
        self.known = any(one.serves(bare) for one in DIALECTS)

    # --- the bytes

    async def send(self, data):
        try:
            self.writer.write(data)
            await self.writer.drain()
        except (ConnectionError, RuntimeError) as error:
            self.entry["gone"] = True
            raise Gone from error

    async def reply(self, status, body, headers=(), kind="application/json"):
        """A whole response; `body` is bytes or goes out as JSON. The connection stays open."""
        data = body if isinstance(body, bytes) else compact(body).encode()
        self.entry["status"] = status
        await self.send(
            head_of(status, [("content-type", kind), ("content-length", len(data)), *headers]) + data
        )

    async def begin(self, kind=None, status=200, headers=()):
        self.entry["status"] = status
        await self.send(
            head_of(
                status,
                [("content-type", kind or self.stream_type), ("transfer-encoding", "chunked"), *headers],
            )
        )

    async def chunk(self, data):
        if data:
            await self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def end(self):
        await self.send(b"0\r\n\r\n")

    def cut(self):
        """The server hangs up; what was written still arrives."""
        raise Gone

    def reset(self):
        """The connection breaks: RST, not FIN."""
        peer = self.writer.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise Gone

    async def silence(self):
        """Says nothing until the client hangs up."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass
        self.entry["gone"] = True
        raise Gone

    # --- the answers

    @property
    def streams(self):
        return isinstance(self.body, dict) and self.dialect.streams(self.path, self.body)

    @property
    def stream_type(self):
        if self.dialect is gemini and gemini.as_array(self.path):
            return "application/json"
        return self.dialect.STREAM_TYPE

    @property
    def last_turn(self):
        return self.dialect.last_turn(self.body)

    def answer(self, **members):
        return Answer(model=self.dialect.model(self.path, self.body), **members)

    def whole(self, answer):
        return compact(self.dialect.whole(answer, self.body)).encode()

    def events(self, answer, end=True):
        """The stream's events as bytes, each as one provider writes it."""
        if self.dialect is gemini and gemini.as_array(self.path):
            events = gemini.array(answer, self.body)
            return events if end else events[:-1]
        return self.dialect.stream(answer, self.body) + (
            self.dialect.stream_end(answer, self.body) if end else []
        )

    async def give(self, answer, pause=0.0):
        """The answer as it was asked for, whole or streamed."""
        if not self.streams:
            return await self.reply(200, self.whole(answer))
        await self.begin()
        for event in self.events(answer):
            await self.chunk(event)
            await asyncio.sleep(pause)
        await self.end()

    async def refuse(self, status, message, headers=(), **members):
        await self.reply(status, self.dialect.error(status, message, **members), headers)

    async def refuse_in_200(self, message):
        await self.reply(200, self.dialect.error(500, message))

    def beginning(self):
        """The first half of a stream: at least one event with text in it, never the end."""
        events = self.events(self.answer(text="The answer was going to be long."), end=False)
        return events[: max(2, len(events) // 2)]

    same = other = ""  # base addresses, set by the server

    async def redirect(self, base, status):
        """To the same path of the scenario `ok`; 307 keeps method and body."""
        await self.reply(int(status or 307), b"", [("location", f"{base}/s/ok{self.path}")])
