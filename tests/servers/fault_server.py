#!/usr/bin/env python3
"""A server that speaks five providers' APIs and misbehaves on request. Python's standard library only,
loopback only.

    fault_server.py [--port 0] [--tls] [--proxy]

One line of JSON on stdout says that it answers: {"port", "base", "other"}, with --tls {"ca", "tls": {KIND:
port}}, with --proxy {"proxy": {KIND: port}}. `base` is http://127.0.0.1:PORT; `other` the same server by another host's address, where
redirects to another host lead.

The path chooses what happens, so a provider's base_url does: BASE/s/SCENARIO/v1 for OpenAI's APIs,
BASE/s/SCENARIO for Anthropic's /v1/messages and Ollama's /api/chat, BASE/s/SCENARIO/v1beta for Gemini's.
faults/right.py, refused.py, broken.py and batches.py have them; every status is one, and STATUS-then-ok:N. An argument follows a colon
(/s/slow:300/), a tag of the test's own a comma (/s/429-then-ok:2,mine/): requests are counted for each such
segment on its own. Without /s/ the scenario is `ok`. A request that the real service would refuse (no
max_tokens for Anthropic, roles of another API) is refused by `ok` too.

    GET    /__journal   every request: n, at, listener, method, path, scenario, attempt, headers, body, raw,
                        status, gone (the client hung up first)
    GET    /__count     {"total", "by_scenario", "connections", "peak"}: peak is the most in flight at once
    DELETE /__journal   forgets all of it

With --tls there is a listener for each certificate of faults/certificates.py (`ca` is the file that makes
"trusted" so), with --proxy one for each proxy of faults/proxies.py.
"""

import argparse
import asyncio
import functools
import json
import signal
import ssl
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
from faults import certificates, proxies, scenarios  # noqa: E402
from faults.answers import compact  # noqa: E402
from faults.exchange import Exchange, Gone  # noqa: E402

LARGEST_HEAD = 1 << 20
KEPT_BODY = 1 << 20


class Journal:
    def __init__(self):
        self.clear()

    def clear(self):
        self.entries = []
        self.by_scenario = {}
        self.connections = self.in_flight = self.peak = 0

    def add(self, listener, method, path, scenario, headers, raw):
        attempt = self.by_scenario[scenario] = self.by_scenario.get(scenario, 0) + 1
        text = raw[:KEPT_BODY].decode("utf-8", "backslashreplace")
        try:
            body = json.loads(raw) if len(raw) <= KEPT_BODY else None
        except ValueError:
            body = None
        entry = {
            "n": len(self.entries) + 1,
            "at": time.time(),
            "listener": listener,
            "method": method,
            "path": path,
            "scenario": scenario,
            "attempt": attempt,
            "headers": headers,
            "body": body,
            "raw": text,
            "status": None,
            "gone": False,
        }
        self.entries.append(entry)
        return entry

    def count(self):
        return {
            "total": len(self.entries),
            "by_scenario": self.by_scenario,
            "connections": self.connections,
            "peak": self.peak,
        }


class Server:
    def __init__(self):
        self.journal = Journal()
        self.base = self.other = ""

    async def connection(self, listener, reader, writer):
        self.journal.connections += 1
        try:
            while await self.request(listener, reader, writer):
                pass
        except (Gone, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def request(self, listener, reader, writer):
        """Serves one request; says whether another may follow on the connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {}
        for line in filter(None, head[1:]):
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        raw = await read_body(reader, headers)

        if target.startswith("/__"):
            return await self.control(Exchange(reader, writer, method, target, headers, raw, {}), target)
        scenario, path = (listener, target) if listener.startswith("proxy-") else split(target)
        entry = self.journal.add(listener, method, target, scenario, headers, raw)
        exchange = Exchange(reader, writer, method, path, headers, raw, entry)
        exchange.same, exchange.other = self.base, self.other
        self.journal.in_flight += 1
        self.journal.peak = max(self.journal.peak, self.journal.in_flight)
        try:
            if listener.startswith("proxy-"):
                await proxies.serve(listener.removeprefix("proxy-"), exchange, target)
            else:
                await serve(exchange, scenario)
        finally:
            self.journal.in_flight -= 1
        return exchange.keep

    async def control(self, exchange, target):
        if target == "/__journal" and exchange.method == "DELETE":
            self.journal.clear()
            await exchange.reply(200, {})
        elif target == "/__journal":
            await exchange.reply(200, self.journal.entries)
        elif target == "/__count":
            await exchange.reply(200, self.journal.count())
        else:
            await exchange.reply(404, {"error": f"no {target}"})
        return exchange.keep


async def read_body(reader, headers):
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return body


def split(target):
    """/s/SCENARIO/rest → (SCENARIO, /rest)."""
    if not target.startswith("/s/"):
        return "ok", target
    scenario, slash, rest = target[3:].partition("/")
    return scenario, slash + rest


def models(path):
    """What the lists of models say, or None where the path is none."""
    path = path.partition("?")[0]
    if path.endswith("/api/tags"):
        return {"models": [{"name": "fault:latest", "model": "fault:latest", "size": 1, "digest": "0"}]}
    if path.endswith("/api/version"):
        return {"version": "0.12.0"}
    if path.endswith("/v1beta/models"):
        return {"models": [{"name": "models/fault", "supportedGenerationMethods": ["generateContent"]}]}
    if path.endswith("/models"):
        return {
            "object": "list",
            "data": [{"id": "fault", "object": "model", "created": 0, "owned_by": "tests"}],
        }
    return None


async def serve(exchange, scenario):
    name, _, argument = scenario.partition(",")[0].partition(":")
    act = scenarios.find(name)
    if act is None:
        return await exchange.reply(404, {"error": f"fault_server: no scenario '{name}'"})
    if exchange.method == "GET" and name in ("ok", "echo") and (listed := models(exchange.path)):
        return await exchange.reply(200, listed)
    if not isinstance(exchange.body, dict) and name != "batch":
        return await exchange.refuse(400, "We could not parse the JSON body of your request.")
    if name == "ok":
        if exchange.method != "POST" or not exchange.known:
            return await exchange.refuse(404, f"Invalid URL ({exchange.method} {exchange.path})")
        if problem := exchange.dialect.problem(exchange.path, exchange.headers, exchange.body):
            return await exchange.refuse(400, problem)
    await act(exchange, argument)


async def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--proxy", action="store_true")
    options = parser.parse_args()
    server = Server()

    async def listen(name, host="127.0.0.1", port=0, context=None):
        handler = functools.partial(server.connection, name)
        listener = await asyncio.start_server(
            handler, host, port, ssl=context, limit=LARGEST_HEAD, backlog=1024
        )
        return listener.sockets[0].getsockname()[1]

    ready = {"port": await listen("plain", port=options.port)}
    ready["base"] = server.base = f"http://127.0.0.1:{ready['port']}"
    ready["other"] = server.other = f"http://127.0.0.2:{await listen('other', '127.0.0.2')}"
    with tempfile.TemporaryDirectory(prefix="fault-server-") as folder:
        if options.tls:
            certificates.make(folder)
            ready["ca"] = str(Path(folder, "ca.pem"))
            ready["tls"] = {}
            for kind in certificates.KINDS:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(Path(folder, f"{kind}.pem"), Path(folder, f"{kind}.key"))
                ready["tls"][kind] = await listen(f"tls-{kind}", context=context)
        if options.proxy:
            ready["proxy"] = {kind: await listen(f"proxy-{kind}") for kind in proxies.KINDS}
        print(compact(ready), flush=True)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()


asyncio.run(main())
