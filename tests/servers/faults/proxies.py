"""HTTP proxies: one that works and some that do not. Each is a coroutine over a request that came to its
listener.
"""

import asyncio

KINDS = ("forward", "refuse", "auth", "garble", "close")
REFUSAL = b"<html><title>Access denied</title><p>The proxy does not let you through.</p></html>"


async def refuse(exchange, status, headers=()):
    exchange.keep = False
    await exchange.reply(status, REFUSAL, headers, kind="text/html")


async def serve(kind, exchange, target):
    """`target` is the request's own: HOST:PORT for CONNECT, an absolute URL otherwise."""
    if kind == "refuse":
        return await refuse(exchange, 403)
    if kind == "auth":
        return await refuse(exchange, 407, [("proxy-authenticate", 'Basic realm="test"')])
    if kind == "garble":
        await exchange.send(b"\x00\x16SSH-2.0-nonsense\r\n\xff\xfe garbage \r\n\r\n")
        exchange.cut()
    if kind == "close":
        exchange.cut()
    await forward(exchange, target)


async def forward(exchange, target):
    """To loopback only: nothing of a test ever leaves the machine."""
    tunnel = exchange.method == "CONNECT"
    address = target if tunnel else target.partition("://")[2].partition("/")[0]
    host, _, port = address.rpartition(":")
    if host not in ("127.0.0.1", "127.0.0.2", "localhost"):
        return await refuse(exchange, 502)
    reader, writer = await asyncio.open_connection(host, int(port))
    if tunnel:
        await exchange.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
    else:
        path = "/" + target.partition("://")[2].partition("/")[2]
        skipped = ("proxy-authorization", "proxy-connection", "connection")
        lines = [f"{exchange.method} {path} HTTP/1.1", "connection: close"]
        lines += [f"{name}: {value}" for name, value in exchange.headers.items() if name not in skipped]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + exchange.raw)

    async def pump(source, sink):
        try:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            pass
        sink.close()

    await asyncio.gather(pump(exchange.reader, writer), pump(reader, exchange.writer))
    exchange.cut()
