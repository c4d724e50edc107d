"""Manual pages and completions are what --describe makes them, and all name the same options."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import house

DOCS = house.ROOT / "cmake/docs/docs.py"


def manuals():
    return sorted(p for p in (house.ROOT / "man").glob("*.[1-8]"))


def lint(page):
    """What mandoc says. Whether references to pages exist we know better: those of others need not be installed here."""
    ours = {p.name.removesuffix(".in") for p in (house.ROOT / "man").iterdir()}
    others = {f"{name}.1" for name in ("bash", "cut", "fish", "grep", "jq", "mlr", "sort", "zsh")}
    said = subprocess.run(["mandoc", "-Tlint", page], capture_output=True, text=True).stdout.splitlines()

    def known(line):
        m = re.search(r"referenced manual not found: Xr (\S+) (\d)", line)
        return m and f"{m[1]}.{m[2]}" in ours | others

    return [line for line in said if not known(line)]


def configurations():
    """(where, text) of every configuration that README.md and the manual print; policies are others."""
    for m in re.finditer(r"^```toml\n(.*?)^```", (house.ROOT / "README.md").read_text(), re.S | re.M):
        yield "README.md", m[1]
    for page in manuals():
        if page.name == "llm-policy.5":
            continue
        for m in re.finditer(r"^\.Bd -literal.*?\n(.*?)^\.Ed", page.read_text(), re.S | re.M):
            if re.search(r"^\[[a-z]+(\..+)?\]", m[1], re.M):
                yield page.name, m[1].replace("\\e", "\\").replace("\\(dq", '"')


def help_options(tool, commands):
    texts = [house.run(tool, "--help")] + [house.run(tool, c, "--help") for c in commands]
    found = set()
    for r in texts:
        for line in r.stdout.decode().splitlines():
            m = re.match(r"^ {2,6}(-.*?)(?: {2,}|$)", line)
            if m:
                found |= {w for w in re.split(r"[ ,]+", m[1]) if re.match(r"^--?[a-z0-9A-Z]", w)}
    return found


def manual_options(page):
    found = set()
    for line in page.read_text().splitlines():
        if line.startswith(".It Fl"):
            for m in re.finditer(r"Fl (Fl )?([A-Za-z0-9-]+)", line):
                found.add(("--" if m[1] else "-") + m[2])
    return found


class Documents(unittest.TestCase):
    def setUp(self):
        self.out = pathlib.Path(tempfile.mkdtemp())
        (self.out / "man").mkdir()
        for prose in [*(house.ROOT / "man").glob("*.in"), *(house.ROOT / "tests/support/toy").glob("*.1.in")]:
            shutil.copy(prose, self.out / "man")
        subprocess.run([sys.executable, DOCS, "--out", self.out, *house.tools()], check=True, stdout=subprocess.DEVNULL)

    def tearDown(self):
        shutil.rmtree(self.out)

    def test_what_is_committed_is_up_to_date(self):
        tools = house.filters()
        if not tools:
            self.skipTest("no tool is built yet")
        r = subprocess.run([sys.executable, DOCS, "--check", *tools], capture_output=True, text=True)
        self.assertEqual(0, r.returncode, r.stdout + r.stderr)

    def test_every_tool_has_a_page(self):
        for tool in house.tools():
            self.assertTrue((self.out / "man" / f"{tool.name}.1").exists(), f"man/{tool.name}.1.in is missing")

    def test_the_page_of_settings_has_each_of_the_table(self):
        page = (self.out / "man/llm-config.5").read_text()
        table = (house.ROOT / "lib/base/setting_table.cpp").read_text()
        paths = re.findall(r'^    \{"([^"]+)", ', table, re.M)
        self.assertGreater(len(paths), 50)
        self.assertEqual([p.replace("*", "NAME") for p in paths], re.findall(r"^\.It Va (\S+) Pq ", page, re.M))
        ready = (house.ROOT / "lib/chat/ready.cpp").read_text()
        for variable in re.findall(r"\b[A-Z]+_API_KEY\b", ready):
            self.assertIn(variable, page)

    def test_the_overview_names_every_page_of_a_format(self):
        overview = (house.ROOT / "man/llm-utils.7").read_text()
        for page in (house.ROOT / "man").glob("*.5"):
            self.assertIn(f".Xr {page.stem} 5", overview)

    def test_the_overview_names_every_tool(self):
        overview = (house.ROOT / "man/llm-utils.7").read_text()
        for tool in house.filters():
            self.assertIn(f".It Xr {tool.name} 1\n", overview)

    def test_help_and_page_name_the_options_of_describe(self):
        for tool in house.tools():
            with self.subTest(tool=tool.name):
                d = house.describe(tool)
                told = house.option_names(d)
                self.assertEqual(told, help_options(tool, [c["name"] for c in d["commands"]]))
                self.assertEqual(told, manual_options(self.out / "man" / f"{tool.name}.1"))

    def test_every_configuration_printed_loads_with_prices_of_a_model_added(self):
        ask = house.BUILD / "tools/llm-ask"
        if not ask.exists():
            self.skipTest("llm-ask is not built yet")
        found = list(configurations())
        self.assertEqual({"README.md", "llm-config.5", "llm-utils.7"}, {where for where, _ in found})
        file = self.out / "config.toml"
        for where, text in found:
            for more in ("", '\n[model."openai/gpt-5-mini"]\ninput = 1\noutput = 2\n'):
                file.write_text(text + more)
                for provider in ["builtin", *re.findall(r"^\[provider\.(\w+)\]", text, re.M)]:
                    with self.subTest(where=where, provider=provider, more=more):
                        r = house.run(ask, "--dry-run", "--assume-price", "1/1", "-m", f"{provider}/echo", "hello", env={"LLMUTILS_CONFIG": str(file)})
                        self.assertEqual((0, b""), (r.returncode, r.stderr))

    @unittest.skipUnless(shutil.which("jq") and shutil.which("mlr"), "no jq or mlr")
    def test_the_pipelines_of_the_readme_that_need_no_key_work_as_printed(self):
        if not {"llm-ask", "llm-cache", "llm-eval", "llm-mem", "llm-route"} <= {t.name for t in house.filters()}:
            self.skipTest("not all tools are built yet")
        pipelines, chain = re.findall(r"^```sh\n(.*?)^```", (house.ROOT / "README.md").read_text(), re.S | re.M)
        (self.out / "examples").symlink_to(house.ROOT / "examples")
        env = house.clean_environment(str(self.out))
        env["PATH"] = f"{house.BUILD / 'tools'}:{env['PATH']}"
        for script in [*re.split(r"^(?=# [0-9])", pipelines.split("# 9 ")[0], flags=re.M)[1:], chain]:
            with self.subTest(script=script):
                r = subprocess.run(["sh", "-e", "-c", script], cwd=self.out, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
                self.assertEqual(0, r.returncode, r.stderr)
                self.assertNotIn('"error"', r.stdout)

    @unittest.skipUnless(shutil.which("mandoc"), "no mandoc")
    def test_mandoc_has_nothing_to_say(self):
        for page in manuals() + sorted(self.out.glob("man/*.1")):
            with self.subTest(page=page.name):
                self.assertEqual([], lint(page))


if __name__ == "__main__":
    house.main()
