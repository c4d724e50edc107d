"""Sections of an mdoc page from the description of a tool."""
import re
import textwrap


def roff(text):
    """Running text: escaped, options and `code` marked, one sentence a line."""
    out = text.replace("\\", "\\e")
    out = re.sub(r"`([^`]*)`", r"\\fB\1\\fP", out)
    out = re.sub(r"(?<![\w-])--?(?=[a-z0-9])", lambda m: "\\-" * len(m.group()), out)
    lines = re.sub(r"(?<!e\.g)([.;?!]) (?=[A-Z(])", "\\1\n", out).split("\n")
    filled = (textwrap.fill(line, 78, break_long_words=False, break_on_hyphens=False) for line in lines)
    return "\n".join(re.sub(r"^([.'])", r"\\&\1", line) for line in "\n".join(filled).split("\n"))


def word(text):
    """One argument of a macro."""
    out = text.replace("\\", "\\e").replace('"', "\\(dq")
    return f'"{out}"' if re.search(r"\s", out) else out.replace("[", "\\&[") if out.startswith("[") else out


def flag(name):
    return f"Fl Fl {name[2:]}" if name.startswith("--") else f"Fl {name[1:]}"


def value(v, repeated=False):
    if v is None:
        return ""
    names = " ".join(f"Ar {n}" for n in v["name"].split())
    if v["optional"]:
        names = f"Oo {names} Oc"
    return " " + names


def item(option):
    names = " , ".join(flag(n) for n in option["names"] + option["opposites"])
    return f".It {names}{value(option['value'])}"


def facts(option):
    v = option["value"]
    if v and v["implied"] is not None:
        yield f"Without a value, {v['implied']} is taken."
    if option["default"] is not None:
        yield f"The default is {option['default']}."
    if option["repeated"]:
        yield "It may be given more than once."
    if option["excludes"]:
        yield f"It excludes {', '.join(option['excludes'])}."
    if option["env"] and option["env_value"]:
        yield f"{option['env']}={option['env_value']} in the environment does the same."
    elif option["env"]:
        yield f"The variable {option['env']} sets it too."
    if option["since"]:
        yield f"Since {option['since']}."


def choices(v):
    if not v or not v["choices"]:
        return ""
    lines = [".Pp", f"{v['name']} is one of", ".Bl -tag -width Ds -compact"]
    for c in v["choices"]:
        lines += [f".It Cm {c['name']}"] + ([roff(c["about"]) + "."] if c["about"] else [])
    return "\n".join(lines + [".El"]) + "\n"


def described(option):
    text = "\n".join([roff(option["text"])] + [roff(f) for f in facts(option)])
    return f"{item(option)}\n{text}\n{choices(option['value'])}"


def options(d, heading="Ss"):
    groups = {}
    for o in d["options"]:
        if not o["hidden"]:
            groups.setdefault(o["group"], []).append(o)
    out = ""
    for title, members in groups.items():
        out += f".{heading} {title}\n.Bl -tag -width Ds\n" + "".join(map(described, members)) + ".El\n"
    return out


def arguments(d):
    if not d["arguments"]:
        return ""
    items = "".join(f".It Ar {a['name']}\n{roff(a['text'])}\n" for a in d["arguments"])
    return f".Bl -tag -width Ds\n{items}.El\n"


def commands(d):
    out = ""
    for c in d["commands"]:
        out += f".Ss {d['name']} {c['name']}\n{sentence(c['about'])}\n"
        out += "".join(f".Dl {line}\n" for line in c["synopsis"]) + arguments(c)
        for_all = [o for o in c["options"] if not o["hidden"]]
        if for_all:
            out += ".Bl -tag -width Ds\n" + "".join(map(described, for_all)) + ".El\n"
    return out


def synopsis_word(w):
    """Macro and rest for one word of a synopsis: [OPTION]..., [WORD...], list, -"""
    bare = w.removesuffix("...")
    optional = bare.startswith("[") and bare.endswith("]")
    inner = (bare[1:-1] if optional else bare).removesuffix("...")
    if inner.startswith("-") and len(inner) > 1:
        macro = flag(inner)
    else:
        macro = f"Ar {inner}" if inner.isupper() else f"Cm {inner}"
    dots = " ..." if "..." in w else ""
    return f".Op {macro}{dots}\n" if optional else f".{macro}{dots}\n"


def synopsis(lines):
    out = ""
    for line in lines:
        name, *words = line.split()
        out += f".Nm {name}\n" + "".join(map(synopsis_word, words))
    return out


def sentence(text):
    return roff(text[0].upper() + text[1:] + ".")


def tagged(rows, macro):
    items = "".join(f".It {macro} {word(tag)}\n{sentence(text)}\n" for tag, text in rows)
    return f".Bl -tag -width Ds\n{items}.El"


def continued(command, width=66):
    """A long command goes on in the next line, never within quotes."""
    lines = [""]
    for part in re.findall(r"""(?:'[^']*'|"[^"]*"|\S)+""", command):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines[-1] += " \\"
            lines.append("    " + part)
        else:
            lines[-1] += (" " if lines[-1] else "") + part
    return lines


def examples(d):
    out = []
    for e in d["examples"]:
        code = "\n".join(continued(e["command"])).replace("\\", "\\e")
        out.append(f"{roff(e['about'][0].upper() + e['about'][1:])}:\n.Bd -literal -offset indent\n{code}\n.Ed")
    return "\n.Pp\n".join(out)


def see_also(d):
    pages = sorted(d["see_also"], key=lambda p: (p[-2], p))
    return " ,\n".join(f".Xr {p[:p.index('(')]} {p[p.index('(') + 1:-1]}" for p in pages)


def page(prose, d):
    out = prose
    for name, text in {
        "NAME": d["name"],
        "TITLE": d["name"].upper(),
        "VERSION": d["version"],
        "ABOUT": d["about"],
        "SYNOPSIS": synopsis(d["synopsis"]).rstrip("\n"),
        "ARGUMENTS": arguments(d).rstrip("\n"),
        "OPTIONS": options(d).rstrip("\n"),
        "COMMANDS": commands(d).rstrip("\n"),
        "EXIT": tagged([(e["code"], e["meaning"]) for e in d["exit"]], "Li"),
        "ENVIRONMENT": tagged([(v["name"], v["about"]) for v in d["environment"]], "Ev"),
        "FILES": tagged([(f["path"], f["about"]) for f in d["files"]], "Pa"),
        "EXAMPLES": examples(d),
        "SEE_ALSO": see_also(d),
    }.items():
        out = out.replace(f"@{name}@", text)
    left = re.search(r"@[A-Z_]{3,}@", out)
    if left:
        raise SystemExit(f"{d['name']}.1.in: no section {left.group()}")
    warning = f'.\\" Written by `make docs` from man/{d["name"]}.1.in and `{d["name"]} --describe`; edit those.\n'
    return warning + out
