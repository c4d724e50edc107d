"""How every tool treats records: llm-record(5), "How records flow", offline."""
import json
import os
import subprocess
import tempfile
import threading
import unittest

import house

# How each tool serves records without network. A new tool adds its lines; without any it fails here.
SERVES = {
    "llm-ask": [["-m", "builtin/echo", "--no-log"]],
    "llm-route": [["-p", str(house.ROOT / "tests/house/policy.toml")]],
    "llm-cache": [["get", "-m", "builtin/echo"]],
    "llm-eval": [["--no-log", "--expect", "jq: true"]],
    "llm-mem": [["recall"], ["tools"]],
}


def each(test):
    def over_all(self):
        for tool in house.filters():
            self.assertIn(tool.name, SERVES, "say in tests/house/records.py how it serves records")
            for words in SERVES[tool.name]:
                with self.subTest(tool=tool.name, words=words):
                    test(self, tool, words)
    over_all.__name__ = test.__name__
    return over_all


def served(tool, words, *lines, extra=()):
    r = house.run(tool, *words, *extra, stdin="".join(line + "\n" for line in lines).encode())
    return r.returncode, r.stdout.decode().splitlines(), r.stderr.decode()


class Live:
    """A tool at work whose input stays open."""

    def __init__(self, tool, words):
        self.home = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen([str(tool), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=house.clean_environment(self.home.name))
        self.timer = threading.Timer(30, self.process.kill)
        self.timer.start()

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        self.timer.cancel()
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass
        self.process.wait()
        self.home.cleanup()


class Records(unittest.TestCase):
    @each
    def test_nothing_in_nothing_out(self, tool, words):
        code, out, _ = served(tool, words)
        self.assertEqual((0, []), (code, out))

    @each
    def test_a_bad_line_becomes_an_error_and_the_next_is_served(self, tool, words):
        for bad in ("no json", "[1]", '"text"', "{", '{"a": 1} x'):
            code, out, _ = served(tool, words, bad, '{"id": 2, "prompt": "b"}')
            self.assertEqual((3, 2), (code, len(out)), (bad, out))
            broken, fine = map(json.loads, out)
            self.assertEqual(("data", 1, bad), (broken["error"]["fault"], broken["error"]["line"], broken["raw"]))
            self.assertEqual(tool.name, broken["error"]["tool"])
            self.assertEqual(2, fine["id"])
            self.assertNotIn("error", fine)

    @each
    def test_foreign_members_survive_byte_for_byte(self, tool, words):
        line = '{"id":7 ,  "n": 1.10, "big": 12345678901234567890123, "e": 1E+2,"a":1,"a":2, "u":"\\u00e9\\/é", "prompt": "x" , "z":{ }}'
        code, out, said = served(tool, words, line)
        self.assertEqual((0, 1), (code, len(out)), said)
        self.assertTrue(out[0].startswith(line[:-1].rstrip()), out[0])
        json.loads(out[0])

    @each
    def test_members_of_another_shape_are_told_with_the_cure(self, tool, words):
        code, out, _ = served(tool, words, '{"prompt": "x", "response": "200 OK"}')
        self.assertEqual(3, code)
        error = json.loads(out[0])["error"]
        self.assertEqual("data", error["fault"])
        self.assertIn("response", error["message"])
        self.assertIn("--wrap", error["message"])

    @each
    def test_records_with_an_error_pass_as_they_came_and_count_as_failed(self, tool, words):
        line = '{"id": 1, "prompt": "x",  "error": {"fault": "timeout", "message": "late", "tool": "llm-other"}}'
        code, out, _ = served(tool, words, line)
        self.assertEqual((3, [line]), (code, out))

    @each
    def test_deltas_pass_at_once_and_are_no_input(self, tool, words):
        deltas = ['{"id": "a", "delta": "Hel"}', '{"id": "a", "delta": null}', '{"id":"a","delta":"Hello"}']
        code, out, _ = served(tool, words, *deltas, '{"id": "a", "prompt": "x"}')
        self.assertEqual((0, deltas), (code, out[:3]))
        self.assertEqual(4, len(out))
        with Live(tool, words) as p:
            p.stdin.write((deltas[0] + "\n").encode())
            p.stdin.flush()
            self.assertEqual(deltas[0], p.stdout.readline().decode().rstrip("\n"))

    @each
    def test_output_comes_while_input_stays_open(self, tool, words):
        with Live(tool, words) as p:
            for i in range(3):
                p.stdin.write(f'{{"id": {i}, "prompt": "x"}}\n'.encode())
                p.stdin.flush()
                self.assertEqual(i, json.loads(p.stdout.readline())["id"])
            p.stdin.close()
            self.assertEqual(0, p.wait())

    @each
    def test_when_nobody_reads_any_more_it_ends_quietly(self, tool, words):
        with Live(tool, words) as p:
            written = 0
            p.stdin.write(b'{"id": 1, "prompt": "x"}\n' * 10)
            p.stdin.flush()
            p.stdout.readline()
            p.stdout.close()
            try:
                while written < 20_000_000:
                    written += p.stdin.write(b'{"id": 1, "prompt": "x"}\n' * 100)
                    p.stdin.flush()
            except BrokenPipeError:
                pass
            self.assertLess(written, 20_000_000, "it went on reading")
            self.assertEqual((0, b""), (p.wait(), p.stderr.read()))

    @each
    def test_order_is_kept_under_jobs(self, tool, words):
        lines = [f'{{"id": {i}, "prompt": "{"x" * (i * 37 % 101)}"}}' for i in range(500)]
        code, out, _ = served(tool, words, *lines, extra=["--jobs", "16"])
        self.assertEqual(0, code)
        self.assertEqual(list(range(500)), [json.loads(line)["id"] for line in out])

    @each
    def test_when_leaves_other_records_alone(self, tool, words):
        lines = ['{"id": 1, "prompt": "x",  "go": false}', '{"id": 2, "prompt": "x", "go": true}']
        code, out, said = served(tool, words, *lines, extra=["--when", ".go"])
        if "libjq" in said:
            self.skipTest("no libjq")
        self.assertEqual((0, lines[0]), (code, out[0]))
        self.assertNotEqual(lines[1], out[1])

    @each
    def test_odd_line_ends_are_read(self, tool, words):
        r = house.run(tool, *words, stdin=b'\xef\xbb\xbf{"id": 1, "prompt": "x"}\r\n\n{"id": 2, "prompt": "x"}')
        self.assertEqual(0, r.returncode, r.stdout)
        self.assertEqual([1, 2], [json.loads(line)["id"] for line in r.stdout.splitlines()])

    @each
    def test_wrap_keeps_the_line_as_one_member(self, tool, words):
        line = '{"error": "E42", "n": 1.10}'
        r = house.run(tool, *words, "--wrap", "log", stdin=(line + "\n").encode())
        self.assertIn(f'"log":{line}', r.stdout.decode().replace('"log": ', '"log":'))

    @each
    def test_a_full_disk_is_told(self, tool, words):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full, tempfile.TemporaryDirectory() as home:
            p = subprocess.run([str(tool), *words], input=b'{"id": 1, "prompt": "x"}\n' * 1000, stdout=full,
                               stderr=subprocess.PIPE, env=house.clean_environment(home), timeout=60)
        self.assertEqual(5, p.returncode, p.stderr)
        self.assertIn(b"space", p.stderr.lower())


if __name__ == "__main__":
    house.main()
