"""An include looks only downward (lib/LAYERS), and each foreign header enters through one door."""
import pathlib
import re
import sys
import unittest

import house

DOORS = {
    r"curl/": {"net"},
    r"sqlite3\.h": {"store"},
    r"hnswlib/": {"index"},
    r"jq\.h|jv\.h": {"record"},
    r"mustache\.hpp|kainjow/": {"record"},
    r"CLI/": {"cli"},
    r"toml\+\+/": {"base"},
    r"yaml-cpp/": {"eval"},
    r"pcre2": {"text"},
    r"gumbo\.h": {"mem"},
}


def storeys():
    """Layer -> layers it may include, from lib/LAYERS."""
    allowed, below = {}, set()
    for line in (house.ROOT / "lib/LAYERS").read_text().splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        if ":" in line:
            layer, stands_on = line.split(":")
            allowed[layer.strip()] = set(stands_on.split()) | {layer.strip()}
            continue
        layers = line.split()
        for i, layer in enumerate(layers):
            allowed[layer] = below | set(layers[: i + 1])
        below |= set(layers)
    return allowed


def sources(folder):
    return [p for p in sorted((house.ROOT / folder).rglob("*")) if p.suffix in (".hpp", ".cpp")]


def includes(path):
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(errors="replace"), re.M)


def types(path):
    """Names of the types a file defines in namespaces that other files see too."""
    inside, found = [], set()
    for line in path.read_text(errors="replace").splitlines():
        if opened := re.match(r"namespace(?: (\w+))? \{$", line):
            inside.append(opened[1] or "")
        elif inside and line.startswith("}  // namespace"):
            inside.pop()
        elif (kind := re.match(r"(?:template <.*> )?(?:struct|class|enum class|enum) (\w+)(?: final)?(?: : [^;]*)? \{", line)) and "" not in inside:
            found.add("::".join([*inside, kind[1]]))
    return found


class Layers(unittest.TestCase):
    def test_a_type_name_stands_for_one_type(self):
        """Two types of one name in one program: the linker takes either's functions for both, and says nothing."""
        tools = [p.relative_to(house.ROOT) for p in (house.ROOT / "tools").iterdir() if p.is_dir()]
        for program in [None, *tools]:
            at, wrong = {}, []
            for path in [*sources("lib"), *(sources(program) if program else [])]:
                for name in types(path):
                    if at.setdefault(name, path) != path:
                        wrong.append(f"{name} in {at[name].relative_to(house.ROOT)} and {path.relative_to(house.ROOT)}")
            self.assertEqual([], wrong)

    def test_every_folder_has_its_storey(self):
        folders = {p.name for p in (house.ROOT / "lib").iterdir() if p.is_dir()}
        self.assertEqual(set(), {f for f in folders if sources(f"lib/{f}")} - set(storeys()))

    def test_includes_look_downward(self):
        allowed, wrong = storeys(), []
        for path in sources("lib"):
            layer = path.relative_to(house.ROOT / "lib").parts[0]
            for included in includes(path):
                other = included.split("/")[0]
                if "/" in included and other in allowed and other not in allowed[layer]:
                    wrong.append(f"{path.relative_to(house.ROOT)} includes {included}")
        self.assertEqual([], wrong)

    def test_foreign_headers_enter_through_one_door(self):
        wrong = []
        for path in sources("lib") + sources("tools"):
            parts = path.relative_to(house.ROOT).parts
            layer = parts[1] if parts[0] == "lib" else "tools"
            for included in includes(path):
                for pattern, door in DOORS.items():
                    if re.match(pattern, included) and layer not in door:
                        wrong.append(f"{path.relative_to(house.ROOT)} includes {included}; its door is {door}")
        self.assertEqual([], wrong)

    def test_cli11_is_known_to_one_file(self):
        users = [p.name for p in sources("lib/cli") if any(i.startswith("CLI/") for i in includes(p))]
        self.assertEqual(["parse.cpp"], users)

    def test_the_rule_can_fail(self):
        self.assertNotIn("store", storeys()["base"])
        self.assertNotIn("chat", storeys()["cli"])


if __name__ == "__main__":
    unittest.main()
