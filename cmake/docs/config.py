"""llm-config(5): every setting and every ready provider, from the tables of the code."""
import re

from manual import roff, sentence

KINDS = {"text": "text", "integer": "whole number", "count": "whole number from 0", "number": "number", "boolean": "true or false",
         "duration": "length of time", "size": "size", "keep": "age, size or both", "words": "list of texts", "texts": "table of texts",
         "any": "any value"}
GROUPS = {"model.default": "Calls", "log": "Journal", "budget": "Limits and budgets", "batch": "Batches", "cache": "Cache", "mem": "Memory",
          "route": "Routing", "tier": "Tiers", "provider": "Providers", "model": "Models and aliases"}
TEXT = r'"((?:[^"\\]|\\.)*)"'


def rows(source):
    """What stands between the braces of the table, each as a list of words and texts."""
    table = source[source.index("std::to_array<"):]
    table = table[:table.index("\n});")]
    table = re.sub(r"^ *//.*", "", table, flags=re.M)
    for row in re.finditer(r"\{((?:" + TEXT + r"|[^{}\"])*)\}", table):
        yield [text if word == "" else word for text, word in re.findall(TEXT + r"|([\w:]+)", row[1])]


def settings(source):
    out, group = "", None
    for path, kind, fallback, about, *shorthand in rows(source):
        top = "model.default" if path == "model.default" else path.split(".")[0]
        if top in GROUPS and GROUPS[top] != group:
            out += ".El\n" if group else ""
            group = GROUPS[top]
            out += f".Ss {group}\n.Bl -tag -width Ds\n"
        facts = KINDS[kind] + (f", default {fallback}" if fallback else "")
        out += f".It Va {path.replace('*', 'NAME')} Pq {facts}\n{sentence(about.replace('…', '...'))}\n"
    return out + ".El"


def providers(source):
    out = ".Bl -tag -width Ds\n"
    for name, protocol, url, url_variable, key_variables, key, place, *_ in rows(source):
        if place == "inside":
            continue
        about = {"needed": "The key is in ", "optional": "It needs no key; one is taken from "}[key] + " or ".join(key_variables.split()) + "."
        if protocol != name:
            about += f" It speaks the protocol {protocol}."
        if url.startswith("http"):
            about += f" Its address is {url}" + (f", or what {url_variable} says." if url_variable else ".")
        elif url_variable:
            about += f" {url_variable} " + ("says its address." if url == "asked" else "says another address.")
        out += f".It Cm {name}\n{roff(about)}\n"
    return out + ".El"


def page(prose, root):
    out = prose.replace("@SETTINGS@", settings((root / "lib/base/setting_table.cpp").read_text()))
    out = out.replace("@PROVIDERS@", providers((root / "lib/chat/ready.cpp").read_text()))
    return '.\\" Written by `make docs` from man/llm-config.5.in, lib/base/setting_table.cpp and lib/chat/ready.cpp; edit those.\n' + out
