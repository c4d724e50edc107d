"""Completions in real bash, zsh and fish: they offer the options of --describe, and ask the binary for names."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import house
import shells

SHELLS = {s: getattr(shells, s) for s in ("bash", "zsh", "fish") if shutil.which(s)}
FOLDER = pathlib.Path(tempfile.mkdtemp())


def setUpModule():
    subprocess.run([sys.executable, house.ROOT / "cmake/docs/docs.py", "--out", FOLDER, *house.tools()], check=True,
                   stdout=subprocess.DEVNULL)


def tearDownModule():
    shutil.rmtree(FOLDER)


def offered(shell, tool, rest, cwd=None):
    found, said = SHELLS[shell](FOLDER / "completions" / f"{tool.name}.{shell}", f"{tool.name} {rest}", cwd)
    if said:
        raise AssertionError(f"{shell} says: {said}")
    return found


class Completions(unittest.TestCase):
    def test_every_shell_offers_exactly_the_options(self):
        for tool in house.tools():
            d = house.describe(tool)
            lines = {"": d["options"]} | {c["name"] + " ": d["options"] + c["options"] for c in d["commands"]}
            for line, options in lines.items():
                names = {n for o in house.visible(options) for n in o["names"] + o["opposites"]}
                for shell in SHELLS:
                    with self.subTest(tool=tool.name, shell=shell, line=line):
                        found = offered(shell, tool, line + "--")
                        found |= offered(shell, tool, line + "-")
                        self.assertEqual(names, {n for n in found if n.startswith("-")})

    def test_choices_are_offered(self):
        for tool in house.tools():
            for o in house.visible(house.describe(tool)["options"]):
                if not o["value"] or not o["value"]["choices"] or o["value"]["optional"]:
                    continue
                for shell in SHELLS:
                    with self.subTest(tool=tool.name, shell=shell, option=o["names"][-1]):
                        found = offered(shell, tool, o["names"][-1] + " ")
                        self.assertEqual({c["name"] for c in o["value"]["choices"]}, found)

    def test_names_are_asked_of_the_binary(self):
        for tool in house.tools():
            for o in house.visible(house.describe(tool)["options"]):
                kind = o["value"]["complete"] if o["value"] else "none"
                if kind not in ("model", "namespace", "suite", "option"):
                    continue
                told = {w.split("\t")[0] for w in house.run(tool, "--complete", kind, "").stdout.decode().splitlines()}
                for shell in SHELLS:
                    with self.subTest(tool=tool.name, shell=shell, option=o["names"][-1]):
                        self.assertEqual(told, offered(shell, tool, o["names"][-1] + " "))

    def test_files_are_offered_where_a_file_is_wanted(self):
        for tool in house.tools():
            for o in house.visible(house.describe(tool)["options"]):
                if not o["value"] or o["value"]["complete"] not in ("file", "template"):
                    continue
                with tempfile.TemporaryDirectory() as here:
                    pathlib.Path(here, "notes.txt").touch()
                    for shell in SHELLS:
                        with self.subTest(tool=tool.name, shell=shell, option=o["names"][-1]):
                            self.assertEqual({"notes.txt"}, offered(shell, tool, o["names"][-1] + " no", here))

    def test_a_name_with_slash_and_a_joined_value_are_completed(self):
        if not house.TOY.exists():
            self.skipTest("no toy")
        for shell in SHELLS:
            for line in ("-m openai/gpt-5-", "--model openai/gpt-5-", "--model=openai/gpt-5-"):
                with self.subTest(shell=shell, line=line):
                    found = offered(shell, house.TOY, line)
                    self.assertEqual({"openai/gpt-5-mini"}, {w.removeprefix("--model=") for w in found})

    def test_commands_are_offered(self):
        for tool in house.tools():
            names = {c["name"] for c in house.describe(tool)["commands"]}
            for shell in SHELLS:
                with self.subTest(tool=tool.name, shell=shell):
                    if names:
                        self.assertEqual(names, offered(shell, tool, ""))


if __name__ == "__main__":
    house.main()
