"""The circuit breaker: a server that does not answer fails the rest at once, in every process."""

import json
import socket
import threading
import time
from contextlib import contextmanager

from harness import ANSWER, Running, ask, equal, expect, jsonl, records, test, until, url


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def many(count):
    return jsonl(*({"id": n, "prompt": "x"} for n in range(count)))


@contextmanager
def black_hole():
    """A port that takes connections and never answers; counts them."""
    server = socket.create_server(("127.0.0.1", 0))
    taken = []

    def serve():
        while True:
            try:
                taken.append(server.accept()[0])
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1], taken
    server.close()
    for one in taken:
        one.close()


@test
def a_dead_server_fails_a_thousand_records_in_a_moment_and_says_so_once(w):
    with w.home() as home:
        home.provider("gone", "openai", f"http://127.0.0.1:{closed_port()}/v1")
        result = ask(home, "-m", "gone/any", "--jobs", 8, stdin=many(1000), code=3)
        out = records(result)
        equal([one["id"] for one in out], list(range(1000)))
        equal({one["error"]["fault"] for one in out}, {"unreachable"})
        equal(result.words.count("does not answer"), 1, result.words)
        expect(result.seconds < 20, result.seconds)
        began = time.monotonic()
        result = ask(home, "-m", "gone/any", "hello", code=5)
        expect("not asked" in result.words, "another process knows it", result.words)
        expect(time.monotonic() - began < 2, "and does not wait for three repetitions")


@test
def time_outs_are_not_waited_for_once_a_record(w):
    with w.home() as home, black_hole() as (port, taken):
        home.provider("gone", "openai", f"http://127.0.0.1:{port}/v1")
        result = ask(home, "-m", "gone/any", "--jobs", 3, "--timeout", "1500ms", "--retries", 0, stdin=many(60), code=3)
        errors = [one["error"] for one in records(result)]
        equal(len(errors), 60)
        expect({one["fault"] for one in errors} <= {"timeout", "unreachable"}, errors)
        waited = [one for one in errors if "is not asked" not in one["message"]]
        expect(3 <= len(waited) <= 5, waited)  # a place may be taken again before the third has failed
        expect(len(taken) <= len(waited), len(taken))


@test
def the_haste_of_one_run_closes_no_server_to_another(w):
    with w.at("slow:2500") as (home, tagged):
        result = ask(home, "-m", "p/any", "--jobs", 3, "--timeout", "500ms", "--retries", 0, stdin=many(9), code=3)
        equal({one["error"]["fault"] for one in records(result)}, {"timeout", "unreachable"}, "the rest of this run is not waited for")
        result = ask(home, "-m", "p/any", "--timeout", "500ms", "--retries", 0, "x", code=5)
        expect("is not asked" in result.words, "nor another run in such a haste", result.words)
        (one,) = records(ask(home, "-m", "p/any", stdin=jsonl({"prompt": "x"})))
        equal(one["response"]["text"], "x")


@test
def one_call_tries_and_its_answer_opens_it_for_all(w):
    with w.home() as home:
        port = closed_port()
        home.provider("p", "openai", f"http://127.0.0.1:{port}/v1")
        ask(home, "-m", "p/any", "--jobs", 3, "--retries", 0, stdin=many(3), code=3)
        rows = [json.loads(line) for line in ask(home, "--budget-status", "--json").out.splitlines()]
        (server,) = [row for row in rows if row["kind"] == "server"]
        expect("not asked" in server["state"] and server["failures"] == 3, server)
        home.config_file.write_text("")
        home.provider("p", "openai", url(w, "ok"))
        ask(home, "-m", "p/any", "hello")  # another address is another server
        with w.at("ok") as (second, tagged):
            # the same server again: it is dead, comes to life, and the first call after its time tries it
            answer = json.dumps({"choices": [{"message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"}]}).encode()
            listener = socket.create_server(("127.0.0.1", 0))
            live = listener.getsockname()[1]
            listener.close()
            second.provider("q", "openai", f"http://127.0.0.1:{live}/v1")
            ask(second, "-m", "q/any", "--jobs", 3, "--retries", 0, stdin=many(3), code=3)
            listener = socket.create_server(("127.0.0.1", live))
            asked = []

            def serve():
                while True:
                    try:
                        connection = listener.accept()[0]
                    except OSError:
                        return
                    asked.append(connection.recv(65536))
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
                    connection.close()

            threading.Thread(target=serve, daemon=True).start()
            try:
                ask(second, "-q", "-m", "q/any", "--no-stream", "hello", code=5)
                equal(asked, [], "not before its time")
                until(lambda: ask(second, "-q", "-m", "q/any", "--no-stream", "hello", code=None).code == 0, "it is tried again", 20)
                equal(len(asked), 1)
                result = ask(second, "-m", "q/any", "--jobs", 4, stdin=many(8))
                equal({one["response"]["text"] for one in records(result)}, {ANSWER})
                rows = [json.loads(line) for line in ask(second, "--budget-status", "--json").out.splitlines()]
                equal([row for row in rows if row["kind"] == "server"], [])
            finally:
                listener.close()


@test
def failures_that_are_answers_close_nothing(w):
    with w.at("500") as (home, tagged):
        result = ask(home, "-m", "p/any", "--jobs", 1, "--retries", 0, stdin=many(8), code=3)
        equal({one["error"]["fault"] for one in records(result)}, {"provider"})
        equal(w.count(tagged), 8)


@test
def a_gateway_without_anybody_behind_it_is_dead(w):
    with w.at("503") as (home, tagged):
        result = ask(home, "-m", "p/any", "--jobs", 1, "--retries", 0, stdin=many(20), code=3)
        equal(w.count(tagged), 3, result.words)
