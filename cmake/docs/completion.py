"""Completion scripts from the description of a tool: the templates hold the shell's side, these
functions the lists that go into them."""
import re

ASKED = {"model", "namespace", "suite", "option", "member"}
FILES = {"file", "template"}


def first_sentence(text):
    return re.split(r"\.(?: |$)", text, maxsplit=1)[0]


def shown(options):
    return [o for o in options if not o["hidden"]]


def single_quoted(text):
    return text.replace("'", "'\\''")


# ---- bash ------------------------------------------------------------------------------------------

def bash_values(options):
    """Lines of a case over the option before the cursor."""
    out = ""
    for o in shown(options):
        v = o["value"]
        if v is None:
            continue
        names = "|".join(o["names"])
        if v["choices"]:
            action = "_llm_reply " + " ".join(c["name"] for c in v["choices"])
        elif v["complete"] in ASKED:
            action = f"_llm_ask_binary {v['complete']}"
        elif v["complete"] in FILES:
            action = "_llm_files"
        elif v["complete"] == "directory":
            action = "_llm_files -d"
        elif v["complete"] == "command":
            action = "_llm_reply $(compgen -c -- \"$cur\")"
        elif v["optional"]:
            continue
        else:
            action = ":"
        out += f"        {names}) {action}; return ;;\n"
    return out


def bash_pairs(options):
    names = [n for o in shown(options) if o["value"] and o["value"]["kind"] == "pair" for n in o["names"]]
    return f"        {'|'.join(names)}) return ;;\n" if names else ""


def names(options):
    return " ".join(n for o in shown(options) for n in o["names"] + o["opposites"])


def bash_argument(arguments):
    kinds = {a["value"]["complete"] for a in arguments if a["value"]}
    if kinds & FILES:
        return "_llm_files"
    asked = sorted(kinds & ASKED)
    return f"_llm_ask_binary {asked[0]}" if asked else ":"


def bash(d):
    every = d["options"] + [o for c in d["commands"] for o in c["options"]]
    verbs = ""
    for c in d["commands"]:
        verbs += f"        {c['name']}) options+=' {names(c['options'])}' argument='{bash_argument(c['arguments'])}' ;;\n"
    return {
        "VALUES": bash_values(every),
        "PAIRS": bash_pairs(every),
        "OPTIONS": names(d["options"]),
        "VERBS": " ".join(c["name"] for c in d["commands"]),
        "VERB_OPTIONS": verbs,
        "ARGUMENT": bash_argument(d["arguments"]),
    }


# ---- zsh -------------------------------------------------------------------------------------------

def zsh_text(text):
    return single_quoted(re.sub(r"([\[\]:\\])", r"\\\1", text))


def zsh_action(v, function):
    if v["choices"]:
        if any(c["about"] for c in v["choices"]):
            listed = " ".join(f'{c["name"]}\\:"{zsh_text(c["about"])}"' for c in v["choices"])
            return f"(({listed}))"
        return "(" + " ".join(c["name"] for c in v["choices"]) + ")"
    if v["complete"] in ASKED:
        return f"{{{function}_ask_binary {v['complete']}}}"
    if v["complete"] in FILES:
        return "_files"
    return {"directory": "_files -/", "command": "_command_names -e"}.get(v["complete"], " ")


def zsh_option(o, function):
    v = o["value"]
    spec = ""
    if v:
        first, *more = v["name"].split()
        spec = ("::" if v["optional"] else ":") + f"{first}:{zsh_action(v, function)}"
        spec += "".join(f":{m}: " for m in more)
    text = zsh_text(first_sentence(o["text"]))
    everything = o["names"] + o["opposites"]
    others = o["excludes"] if o["repeated"] else everything + o["excludes"]
    exclusive = ("(" + " ".join(others) + ")" if others else "") + ("*" if o["repeated"] else "")
    out = ""
    for n in everything:
        suffix = "" if not v else "=" if n.startswith("--") else "+"
        if v and v["kind"] == "pair":
            suffix = ""
        out += f"        '{exclusive}{n}{suffix}[{text}]{spec}'\n"
    return out


def zsh_arguments(arguments, function):
    out = ""
    for a in arguments:
        v = a["value"]
        out += f"        '{'*:' if a['repeated'] else '::'}{zsh_text(a['name'])}:{zsh_action(v, function)}'\n"
    return out


def zsh(d):
    function = function_name(d)
    verbs, cases = "", ""
    for c in d["commands"]:
        verbs += f"        '{zsh_text(c['name'])}:{zsh_text(c['about'])}'\n"
        specs = "".join(zsh_option(o, function) for o in shown(c["options"])) + zsh_arguments(c["arguments"], function)
        cases += f"    ({c['name']})\n        own=(\n{specs}        ) ;;\n"
    return {
        "OPTIONS": "".join(zsh_option(o, function) for o in shown(d["options"])),
        "ARGUMENTS": zsh_arguments(d["arguments"], function),
        "VERBS": verbs,
        "VERB_OPTIONS": cases,
    }


# ---- fish ------------------------------------------------------------------------------------------

def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_value(v, name):
    if v is None or v["optional"]:
        return ""
    if v["choices"]:
        pairs = " ".join(f"{fish_quoted(c['name'])} {fish_quoted(c['about'])}" for c in v["choices"])
        return " -x -a " + fish_quoted(f"(printf '%s\\t%s\\n' {pairs})")
    if v["complete"] in ASKED:
        return " -x -a " + fish_quoted(f"(__{name.replace('-', '_')}_ask_binary {v['complete']})")
    if v["complete"] in FILES:
        return " -r -F"
    if v["complete"] == "directory":
        return " -x -a '(__fish_complete_directories)'"
    if v["complete"] == "command":
        return " -x -a '(__fish_complete_command)'"
    return " -x"


def fish_option(o, name, condition):
    out = ""
    for group in (o["names"], o["opposites"]):
        if not group:
            continue
        flags = "".join(f" -l {n[2:]}" if n.startswith("--") else f" -s {n[1:]}" for n in group)
        text = fish_quoted(first_sentence(o["text"]))
        out += f"complete -c {name}{condition}{flags}{fish_value(o['value'], name)} -d {text}\n"
    return out


def fish(d):
    name = d["name"]
    out = "".join(fish_option(o, name, "") for o in shown(d["options"]))
    files = any(a["value"] and a["value"]["complete"] in FILES for a in d["arguments"])
    if files:
        out += f"complete -c {name} -F\n"
    for c in d["commands"]:
        out += f"complete -c {name} -n __fish_use_subcommand -a {c['name']} -d {fish_quoted(c['about'])}\n"
        condition = f" -n '__fish_seen_subcommand_from {c['name']}'"
        out += "".join(fish_option(o, name, condition) for o in shown(c["options"]))
        for a in c["arguments"]:
            value = fish_value(a["value"], name).replace(" -x", " -f")
            if value.strip() not in ("", "-f"):
                out += f"complete -c {name}{condition}{value.replace(' -r', '')}\n"
    return {"COMPLETIONS": out}


# ----------------------------------------------------------------------------------------------------

def function_name(d):
    return "_" + d["name"].replace("-", "_")


def script(shell, template, d):
    parts = {"bash": bash, "zsh": zsh, "fish": fish}[shell](d)
    parts |= {"NAME": d["name"], "FUNCTION": function_name(d)}
    out = template
    for key, text in parts.items():
        out = out.replace(f"@{key}@", text.rstrip("\n") if "\n" in text else text)
    left = re.search(r"@[A-Z_]{3,}@", out)
    if left:
        raise SystemExit(f"{shell}.in: nothing for {left.group()}")
    return out
