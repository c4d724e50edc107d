"""HTTP/2: many calls on one connection where the server speaks it; what it resets, refuses or leaves is asked again."""

import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from breaker import closed_port
from harness import ANSWER, Unavailable, ask, equal, expect, jsonl, records, test, until
from servers import SERVERS, Server

NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  log_format line '$connection $server_protocol'; access_log {folder}/access.log line;
  keepalive_requests {requests};
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream behind {{ server 127.0.0.1:{behind}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} ssl {http2};
    ssl_certificate {certificates}/trusted.pem; ssl_certificate_key {certificates}/trusted.key;
    location / {{ proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection ''; }}
  }}
}}
"""


def many(count):
    return jsonl(*({"id": n, "prompt": f"number {n}"} for n in range(count)))


class Front:
    """nginx with a certificate, before the fault server."""

    def __init__(self, w, http2, requests):
        self.w, self.http2, self.requests, self.port = w, http2, requests, closed_port()

    def __enter__(self):
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if not program:
            raise Unavailable("no nginx; make deps installs nginx-light")
        self.folder = tempfile.TemporaryDirectory(prefix="llm-nginx-")
        path = Path(self.folder.name)
        text = NGINX.format(folder=path, port=self.port, behind=self.w.faults.port, http2=self.http2, requests=self.requests, certificates=Path(self.w.faults.ready["ca"]).parent)
        (path / "nginx.conf").write_text(text)
        self.server = Nginx([program, "-c", path / "nginx.conf", "-p", path], port=self.port)
        self.server.__enter__()
        return self

    def __exit__(self, *reason):
        self.server.__exit__(*reason)
        self.folder.cleanup()

    def log(self):
        """(connection, protocol) of each request so far."""
        return [tuple(line.split()) for line in (Path(self.folder.name) / "access.log").read_text().splitlines()]


class Nginx(Server):
    """Says nothing when it answers: its port is looked at."""

    def __init__(self, argv, port):
        super().__init__(argv)
        self.listens = port

    def _first_line(self):
        def answers():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.listens), 1).close()
                return True
            return self.process.poll() is not None

        until(answers, "nginx answers", 30)
        return b"{}"


class Streams(Server):
    """tests/servers/h2_server.mjs"""

    def __init__(self, w, *flags):
        node = shutil.which("node")
        if not node:
            raise Unavailable("no node")
        self.folder = Path(w.faults.ready["ca"]).parent
        super().__init__([node, SERVERS / "h2_server.mjs", self.folder / "trusted.pem", self.folder / "trusted.key", *flags])

    def url(self, scenario):
        return f"https://127.0.0.1:{self.ready['port']}/{scenario}/v1"

    def count(self, scenario):
        # urllib does not speak HTTP/2
        text = subprocess.run(["curl", "-s", "--cacert", self.folder / "ca.pem", f"https://127.0.0.1:{self.ready['port']}/__count"], capture_output=True, check=True).stdout
        return json.loads(text)[scenario]


def secured(w):
    return {"SSL_CERT_FILE": w.faults.ready["ca"]}


@test
def sixty_four_calls_at_once_share_one_connection(w):
    tagged = w.tagged("slow:100")
    with w.home(**secured(w)) as home, Front(w, "http2", 100000) as front:
        home.provider("p", "openai", f"https://127.0.0.1:{front.port}/s/{tagged}/v1")
        result = ask(home, "-m", "p/any", "--jobs", 64, stdin=many(256))
        equal([one["response"]["text"] for one in records(result)], [f"number {n}" for n in range(256)])
        log = until(lambda: len(front.log()) >= 256 and front.log(), "all is logged")
        equal(Counter(protocol for _, protocol in log), {"HTTP/2.0": 256})
        expect(len({connection for connection, _ in log}) <= 2, "connections", Counter(connection for connection, _ in log))
        equal(w.count(tagged), 256)


@test
def over_http_1_connections_are_used_again(w):
    tagged = w.tagged("slow:50")
    with w.home(**secured(w)) as home, Front(w, "", 100000) as front:
        home.provider("p", "openai", f"https://127.0.0.1:{front.port}/s/{tagged}/v1")
        result = ask(home, "-m", "p/any", "--jobs", 16, stdin=many(128))
        equal(len([one for one in records(result) if "response" in one]), 128)
        log = until(lambda: len(front.log()) >= 128 and front.log(), "all is logged")
        equal(Counter(protocol for _, protocol in log), {"HTTP/1.1": 128})
        connections = len({connection for connection, _ in log})
        expect(8 <= connections <= 16, "as many as calls at once", connections)


@test
def a_server_that_leaves_is_asked_no_record_twice(w):
    tagged = w.tagged("slow:5")
    with w.home(**secured(w)) as home, Front(w, "http2", 40) as front:  # GOAWAY after 40 requests a connection
        home.provider("p", "openai", f"https://127.0.0.1:{front.port}/s/{tagged}/v1")
        result = ask(home, "-m", "p/any", "--jobs", 32, stdin=many(400))
        equal([one["response"]["text"] for one in records(result)], [f"number {n}" for n in range(400)])
        equal(w.count(tagged), 400, "what it did not take up was asked again, and nothing else")
        home.config('[model."p/any"]\ninput = 100\noutput = 1000\n')
        ask(home, "-m", "p/any", "--jobs", 32, "--budget", 1000, "-o", "max_tokens", 10, stdin=many(400))
        rows = [json.loads(line) for line in ask(home, "--budget-status", "--json").out.splitlines()]
        expect(abs(rows[0]["spent"] - 400 * 0.0082) < 1e-6, "and the attempts that it refused cost nothing", rows[0])


@test
def a_stream_that_is_reset_is_tried_again(w):
    with w.home(**secured(w)) as home, Streams(w) as server:
        for n, (scenario, asked) in enumerate((("refused-then-ok:3", 43), ("reset-then-ok:3", 43))):
            home.provider(f"p{n}", "openai", server.url(scenario))
            result = ask(home, "-m", f"p{n}/any", "--jobs", 8, stdin=many(40))
            equal([one["response"]["text"] for one in records(result)], [ANSWER] * 40, scenario)
            count = server.count(scenario)
            equal((count["alpn"], count["streams"], count["served"]), (["h2"], asked, 40), scenario)
        home.provider("gone", "openai", server.url("reset"))
        result = ask(home, "-m", "gone/any", "--retries", 2, stdin=jsonl({"prompt": "x"}), code=3)
        equal(records(result)[0]["error"]["fault"], "provider", result.out)
        equal(server.count("reset")["streams"], 3)


@test
def a_connection_cut_under_many_calls_loses_no_record(w):
    with w.home(**secured(w)) as home, Streams(w) as server:
        home.provider("p", "openai", server.url("cut:30"))
        result = ask(home, "-m", "p/any", "--jobs", 16, "--retries", 8, stdin=many(120))
        equal([one["response"]["text"] for one in records(result)], [ANSWER] * 120)
        expect(server.count("cut:30")["connections"] > 1, "it was cut")


@test
def what_a_torn_connection_has_swallowed_is_not_sent_again_unseen(w):
    with w.home(**secured(w)) as home, Streams(w) as server:
        home.provider("p", "openai", server.url("torn:3"))
        result = ask(home, "-m", "p/any", "--jobs", 1, "--retries", 0, stdin=many(9), code=3)
        equal(["error" in one for one in records(result)], [False, False, True] * 3, result.out)
        equal(server.count("torn:3")["streams"], 9, "one a record")


@test
def few_streams_at_once_are_spread_over_connections(w):
    with w.home(**secured(w)) as home, Streams(w, "--streams", "8") as server:
        home.provider("p", "openai", server.url("ok:200"))
        result = ask(home, "-m", "p/any", "--jobs", 32, stdin=many(96))
        equal([one["response"]["text"] for one in records(result)], [ANSWER] * 96)
        count = server.count("ok:200")
        expect(count["at_once"] <= 8 and count["connections"] >= 2, count)


@test
def calls_that_wait_for_a_handshake_wait_no_longer_than_for_a_connection(w):
    # sixteen that waited one after the other took sixteen times as long
    with w.home(**secured(w)) as home, socket.create_server(("127.0.0.1", 0), backlog=200) as server:
        home.provider("p", "openai", f"https://127.0.0.1:{server.getsockname()[1]}/v1", connect_timeout=2)
        began = time.monotonic()
        result = ask(home, "-m", "p/any", "--jobs", 16, "--retries", 0, stdin=many(16), code=3)
        equal({one["error"]["fault"] for one in records(result)}, {"unreachable"})
        expect(time.monotonic() - began < 16, "all gave up together")
