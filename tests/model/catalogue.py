#!/usr/bin/env python3
"""Writes lib/chat/catalogue/models.jsonl, the catalogue of models that is built into the tools.

    tests/model/catalogue.py [--check] [FOLDER]

FOLDER holds prices.jsonl (after simonw/llm-prices) and limits.jsonl (after sigoden/aichat, models.yaml);
../shared/data/prices where none is named. --check writes nothing and ends with 1 where the file would change.

A line is one model: provider, name, dollars per million tokens (input, output, cached, cache_write, and steps for long
requests), context, max_output, what it can do, and date and source of all that. What is not known is left out.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "lib/chat/catalogue/models.jsonl"

PRICES_DATE = "2026-08-05"
LIMITS_DATE = "2026-02"  # it has models of mid-February 2026 and none later
PRICES = "simonw/llm-prices"
LIMITS = "sigoden/aichat models.yaml"

# Vendor in either file → our provider. Others are left out: no provider here speaks to them.
PROVIDERS = {
    "openai": "openai", "anthropic": "anthropic", "claude": "anthropic", "google": "gemini", "gemini": "gemini",
    "mistral": "mistral", "deepseek": "deepseek", "xai": "xai", "groq": "groq", "openrouter": "openrouter",
    "moonshot": "moonshot", "moonshot-ai": "moonshot", "perplexity": "perplexity", "deepinfra": "deepinfra",
}

# Names in prices.jsonl that are not those of the API.
NAMES = {
    ("anthropic", "claude-3.7-sonnet"): ["claude-3-7-sonnet"],
    ("anthropic", "claude-3.5-sonnet"): ["claude-3-5-sonnet"],
    ("anthropic", "claude-3.5-haiku"): ["claude-3-5-haiku"],
    ("anthropic", "claude-4.5-haiku"): ["claude-haiku-4-5"],
    ("anthropic", "claude-sonnet-4.5"): ["claude-sonnet-4-5", "claude-sonnet-4", "claude-sonnet-4-0"],
    ("anthropic", "claude-opus-4"): ["claude-opus-4", "claude-opus-4-0"],
    ("gemini", "gemini-3-1-pro-preview"): ["gemini-3.1-pro-preview"],
}

# No chat models, or no longer served.
LEFT_OUT = re.compile(r"text-davinci|gpt-image|^gpt-4\.5$|o1-preview|:thinking$|@cf/")

# Where limits.jsonl is the later of the two: these names moved on to newer models.
LATER_IN_LIMITS = {("mistral", "mistral-large-latest"), ("deepseek", "deepseek-chat"), ("deepseek", "deepseek-reasoner")}

# From the vendors' own pages on models and prices; models that came out after those were read stay unknown in what they can do.
OWN_PAGES = [
    # (provider, pattern of the name, facts)
    ("openai", r"^gpt-4o-mini$", {"context": 128000, "max_output": 16384}),
    ("openai", r"^gpt-4\.1-(mini|nano)$", {"context": 1047576, "max_output": 32768}),
    ("openai", r"^(o3|o3-mini|o3-pro|o4-mini|o1-pro)$", {"context": 200000, "max_output": 100000}),
    ("openai", r"^gpt-5\.1$", {"context": 400000, "max_output": 128000}),
    ("openai", r"^o3$", {"input": 2, "output": 8, "cached": 0.5}),  # lowered in June 2025
    ("openai", r"^(gpt-4o(-mini)?|gpt-4\.1.*|gpt-5(\.[12])?(-mini|-nano|-pro)?|o3|o3-pro|o4-mini)$",
     {"vision": True, "tools": True, "schema": True}),
    ("openai", r"^o3-mini$", {"vision": False, "tools": True, "schema": True}),
    ("openai", r"^(gpt-5(\.[12])?(-mini|-nano|-pro|-codex.*)?$|o\d)", {"reasoning": True}),
    ("openai", r"^(gpt-3|gpt-4|chatgpt-4)", {"reasoning": False}),
    ("openai", r"^(gpt-3\.5|gpt-4-turbo)", {"schema": False}),
    ("anthropic", r"^claude-(sonnet|opus|haiku)-4(-[0156])?$", {"vision": True, "tools": True, "reasoning": True}),
    ("anthropic", r"^claude-3-", {"tools": True, "context": 200000}),
    ("anthropic", r"^claude-3-7-sonnet$", {"vision": True, "reasoning": True, "max_output": 64000}),
    ("anthropic", r"^claude-3-5-haiku$", {"max_output": 8192, "reasoning": False}),
    ("anthropic", r"^claude-3-(haiku|opus)$", {"vision": True, "max_output": 4096, "reasoning": False}),
    ("anthropic", r"^claude-(sonnet|opus|haiku)-4-[56]$", {"schema": True}),
    ("anthropic", r"^claude-(sonnet|haiku)-4(-[056])?$|^claude-opus-4-5$", {"context": 200000, "max_output": 64000}),
    ("anthropic", r"^claude-opus-4(-[01])?$", {"context": 200000, "max_output": 32000}),
    ("anthropic", r"^claude-opus-4-6$", {"context": 200000, "max_output": 128000}),
    ("gemini", r"^gemini-(1\.5|2\.|3-|3\.1)", {"vision": True, "tools": True, "schema": True}),
    ("gemini", r"^gemini-(2\.5|3-|3\.1)", {"reasoning": True}),
    ("gemini", r"^gemini-(1\.5|2\.0)", {"reasoning": False}),
    ("xai", r"^grok-(3-mini|4$|4-fast-reasoning|4-1-fast-reasoning)|\d-reasoning$", {"reasoning": True}),
    ("xai", r"non-reasoning$|^grok-3$", {"reasoning": False}),
    ("deepseek", r"^deepseek-reasoner$", {"reasoning": True}),
    ("deepseek", r"^deepseek-chat$", {"reasoning": False}),
    ("groq", r"gpt-oss", {"reasoning": True}),
]
ADDED = [
    # The one dated name of OpenAI's that costs other than the name without its date.
    {"provider": "openai", "name": "gpt-4o-2024-05-13", "input": 5, "output": 15, "context": 128000, "max_output": 4096,
     "vision": True, "tools": True, "schema": False, "reasoning": False, "date": "2024-05-13", "source": "vendor's pages"},
    {"provider": "gemini", "name": "gemini-embedding-001", "kind": "embedding", "input": 0.15, "output": 0, "context": 2048,
     "date": "2025-07", "source": "vendor's pages"},
    {"provider": "builtin", "name": "extract", "input": 0, "output": 0, "vision": False, "tools": False, "schema": False,
     "reasoning": False, "date": "2026-11-23", "source": "llm-utils",
     "about": "no LLM: answers with the sentences of context, attachments or prompt that fit the question best"},
    {"provider": "builtin", "name": "summary", "input": 0, "output": 0, "vision": False, "tools": False, "schema": False,
     "reasoning": False, "date": "2026-11-23", "source": "llm-utils", "about": "no LLM: answers with the sentences that carry most of the text"},
    {"provider": "builtin", "name": "echo", "input": 0, "output": 0, "vision": False, "tools": False, "schema": False,
     "reasoning": False, "date": "2026-11-23", "source": "llm-utils", "about": "no LLM: answers with the prompt itself"},
]

RATES = ("input", "output", "cached", "cache_write")
ORDER = ("provider", "name", "kind", *RATES, "steps", "context", "max_output", "vision", "tools", "schema", "reasoning",
         "date", "source", "about")


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def plain(value):
    """10.0 as 10, in lists and members too."""
    if isinstance(value, list):
        return [{key: plain(v) for key, v in item.items()} for item in value]
    return int(value) if isinstance(value, float) and value == int(value) else value


def undated(name):
    return re.sub(r"-(20\d{6}|20\d\d-\d\d-\d\d)$", "", name)


def anthropic_cache(rates):
    """A cache read costs a tenth of input and a write (five minutes) 1.25 of it; Claude 3 Haiku is rounded otherwise."""
    cached, written = (0.03, 0.3) if rates.get("input") == 0.25 else (rates["input"] * 0.1, rates["input"] * 1.25)
    rates["cached"], rates["cache_write"] = round(cached, 6), round(written, 6)


def from_limits(rows):
    models = {}
    for row in rows:
        provider = PROVIDERS.get(row["vendor"])
        kind = row.get("type", "chat")
        if not provider or kind == "reranker" or LEFT_OUT.search(row["name"]):
            continue
        name = undated(row["name"]) if provider == "anthropic" else row["name"]
        model = {"provider": provider, "name": name, "date": LIMITS_DATE, "source": LIMITS}
        if kind == "embedding":
            model["kind"] = "embedding"
        # 0 stands for a free tier there, which is no price.
        for ours, theirs in (("input", "input_price"), ("output", "output_price")):
            if row.get(theirs):
                model[ours] = row[theirs]
        if kind == "embedding" and "input" in model:
            model["output"] = 0
        for ours, theirs in (("context", "max_input_tokens"), ("max_output", "max_output_tokens"),
                             ("vision", "supports_vision"), ("tools", "supports_function_calling")):
            if row.get(theirs):
                model[ours] = row[theirs]
        if provider == "anthropic":
            model.pop("max_output", None)  # what aichat asks for, not what the model can do
        models[provider, name] = model
    return models


def add_prices(models, rows):
    steps = []
    for row in rows:
        provider = PROVIDERS.get(row["vendor"])
        if not provider or LEFT_OUT.search(row["id"]):
            continue
        rates = {"input": row["input"], "output": row["output"]}
        if row["input_cached"] is not None:
            rates["cached"] = row["input_cached"]
        long = re.match(r"(.*)-(\d+)k$", row["id"])
        if long and ">" in row["name"]:
            steps.append((provider, long[1], int(long[2]) * 1000, rates))
            continue
        for name in NAMES.get((provider, row["id"]), [row["id"]]):
            model = models.setdefault((provider, name), {"provider": provider, "name": name})
            if (provider, name) in LATER_IN_LIMITS:
                continue
            for rate in RATES:
                model.pop(rate, None)
            had = "source" in model and model["source"] == LIMITS
            model.update(rates, date=row["from"] or PRICES_DATE, source=f"{PRICES}; limits {LIMITS}" if had else PRICES)
    for provider, id, above, rates in steps:
        for name in NAMES.get((provider, id), [id]):
            models[provider, name].setdefault("steps", []).append({"above": above, **rates})


def catalogue(folder):
    models = from_limits(lines(folder / "limits.jsonl"))
    add_prices(models, lines(folder / "prices.jsonl"))
    for (provider, name), model in models.items():
        for wanted, pattern, facts in OWN_PAGES:
            if provider == wanted and re.search(pattern, name):
                model.update(facts)
                if "vendor's pages" not in model["source"]:
                    model["source"] += "; vendor's pages"
        if provider == "anthropic" and "input" in model:
            for rates in (model, *model.get("steps", [])):
                anthropic_cache(rates)
    for model in ADDED:
        models[model["provider"], model["name"]] = model
    return [{key: plain(models[id][key]) for key in ORDER if key in models[id]} for id in sorted(models)]


def main(arguments):
    check = "--check" in arguments
    named = [a for a in arguments if a != "--check"]
    folder = pathlib.Path(named[0]) if named else ROOT.parent / "shared/data/prices"
    text = "".join(json.dumps(model, ensure_ascii=False) + "\n" for model in catalogue(folder))
    if check:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text
        return 0 if same else f"{TARGET} is not what {sys.argv[0]} makes of {folder}"
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
