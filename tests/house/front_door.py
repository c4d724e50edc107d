"""What every tool's command line does: help, version, wrong use, closed and full outputs."""
import json
import os
import pty
import re
import subprocess
import tempfile
import unittest

import house


def each(test):
    def over_all(self):
        for tool in house.tools():
            with self.subTest(tool=tool.name):
                test(self, tool)
    over_all.__name__ = test.__name__
    return over_all


def on_terminal(tool, *words, env=None):
    """stdout and stderr of the tool on a terminal of its own."""
    with tempfile.TemporaryDirectory() as home:
        ours, theirs = pty.openpty()
        p = subprocess.Popen([str(tool), *words], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                             env=house.clean_environment(home) | {"TERM": "xterm"} | (env or {}))
        os.close(theirs)
        out = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            out += piece
        p.wait()
        os.close(ours)
        return out


class FrontDoor(unittest.TestCase):
    @each
    def test_help_is_on_stdout_alone_and_within_eighty_columns(self, tool):
        for word in ("--help", "-h"):
            r = house.run(tool, word)
            self.assertEqual((0, b""), (r.returncode, r.stderr))
            for line in r.stdout.decode().splitlines():
                self.assertLessEqual(len(line), 80, line)
            self.assertIn(tool.name.encode(), r.stdout)

    @each
    def test_help_ends_with_an_example_and_begins_with_the_most_used(self, tool):
        text, d = house.run(tool, "--help").stdout.decode(), house.describe(tool)
        self.assertTrue(d["examples"], "no example is given")
        joined = text.replace(" \\\n      ", " ")
        self.assertTrue(joined.endswith(d["examples"][-1]["command"] + "\n"))
        self.assertTrue(1 <= len(d["top"]) <= 5 or d["commands"], "top() names one to five options")
        for command in d["commands"]:
            r = house.run(tool, command["name"], "--help")
            self.assertEqual((0, b""), (r.returncode, r.stderr))

    @each
    def test_version_names_tool_and_release(self, tool):
        r = house.run(tool, "--version")
        self.assertEqual((0, b""), (r.returncode, r.stderr))
        self.assertRegex(r.stdout.decode(), rf"^{tool.name} \d+\.\d+\.\d+\n$")

    @each
    def test_describe_says_something_of_everything(self, tool):
        d = house.describe(tool)
        self.assertEqual(tool.name, d["name"])
        every = d["options"] + [o for c in d["commands"] for o in c["options"]]
        for o in every:
            self.assertTrue(o["text"].endswith("."), o)
            self.assertLessEqual(len(o["text"].split(". ")[0]), 110, "the first sentence is for --help: " + o["text"])
            for n in o["names"] + o["opposites"]:
                self.assertRegex(n, r"^(-[A-Za-z0-9]|--[a-z0-9][a-z0-9-]+)$")
        for scope in [d["options"]] + [c["options"] for c in d["commands"]]:  # a command may state anew what the tool alone takes too
            names = [n for o in scope for n in o["names"] + o["opposites"]]
            self.assertEqual(len(names), len(set(names)), "a name is declared twice")
        self.assertTrue({"0", "2"} <= {e["code"] for e in d["exit"]})

    @each
    def test_an_unknown_option_is_wrong_use_with_a_suggestion(self, tool):
        r = house.run(tool, "--hepl")
        self.assertEqual((2, b""), (r.returncode, r.stdout))
        self.assertIn("did you mean '--help'?", r.stderr.decode())
        self.assertIn(f"{tool.name} --help", r.stderr.decode())

    @each
    def test_wrong_values_are_wrong_use(self, tool):
        wrong = {"integer": "x1", "number": "x1", "duration": "soon", "size": "much", "choice": "no-such-choice"}
        for o in house.visible(house.describe(tool)["options"]):
            if o["value"] is None or o["value"]["kind"] not in wrong:
                continue
            bad = wrong[o["value"]["kind"]]
            r = house.run(tool, f"{o['names'][-1]}={bad}")
            self.assertEqual((2, b""), (r.returncode, r.stdout), o["names"])
            self.assertIn(f"'{bad}'", r.stderr.decode())

    @each
    def test_a_missing_value_is_wrong_use(self, tool):
        for o in house.visible(house.describe(tool)["options"]):
            if o["value"] is None or o["value"]["optional"]:
                continue
            r = house.run(tool, o["names"][-1])
            self.assertEqual((2, b""), (r.returncode, r.stdout), o["names"])
            self.assertIn(f"needs {o['value']['name']}", r.stderr.decode())

    @each
    def test_nobody_reading_is_no_fault(self, tool):
        for word in ("--help", "--describe"):
            r, w = os.pipe()
            os.close(r)
            p = subprocess.run([str(tool), word], stdout=w, stderr=subprocess.PIPE)
            os.close(w)
            self.assertEqual((0, b""), (p.returncode, p.stderr))

    @each
    def test_a_full_disk_is_told(self, tool):
        with open("/dev/full", "wb") as full:
            p = subprocess.run([str(tool), "--help"], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(5, p.returncode)
        self.assertIn(b"No space left", p.stderr)

    @each
    def test_colour_is_for_terminals_that_want_it(self, tool):
        self.assertNotIn(b"\x1b", house.run(tool, "--help").stdout)
        self.assertIn(b"\x1b[", on_terminal(tool, "--help"))
        for env in ({"NO_COLOR": "1"}, {"CLICOLOR": "0"}, {"TERM": "dumb"}):
            self.assertNotIn(b"\x1b", on_terminal(tool, "--help", env=env), env)

    def test_the_same_name_means_the_same_everywhere(self):
        seen = {}
        for tool in house.filters():
            d = house.describe(tool)
            for o in house.visible(d["options"]):
                for n in o["names"] + o["opposites"]:
                    kind = o["value"]["kind"] if o["value"] else "flag"
                    first = seen.setdefault(n, (tool.name, kind, o["names"]))
                    self.assertEqual(first[1:], (kind, o["names"]), f"{n} of {tool.name} and {first[0]} differ")


if __name__ == "__main__":
    house.main()
