"""An answer before any API's dialect has put it into words, and the small helpers the dialects share."""

import json
from dataclasses import dataclass, field


@dataclass
class Usage:
    """Counted as the record counts: `input` with the cached tokens, `output` with the reasoning tokens."""

    input: int = 12
    output: int = 7
    cached: int = 4
    reasoning: int = 0


@dataclass
class Call:
    id: str
    name: str
    arguments: dict


@dataclass
class Answer:
    """`finish` is stop, length, tool_calls or content_filter; `pieces` is how a stream cuts the text."""

    text: str = "The answer is 42."
    reasoning: str = ""
    refusal: str = ""
    calls: list = field(default_factory=list)
    finish: str = "stop"
    usage: Usage | None = field(default_factory=Usage)
    model: str = "unknown"
    reasoning_member: str = "reasoning_content"  # how OpenAI's look-alikes name it: this or "reasoning"

    @property
    def pieces(self):
        return pieces_of(self.text)


def pieces_of(text):
    """Words, each with the space before it: what tokens look like."""
    pieces, word = [], ""
    for char in text:
        if char == " " and word:
            pieces.append(word)
            word = ""
        word += char
    return pieces + [word] if word else pieces


def fragments_of(text, size=5):
    return [text[at : at + size] for at in range(0, len(text), size)]


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sse(data, event=None):
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {data if isinstance(data, str) else compact(data)}\n\n".encode()


def logprob_entries(pieces, top):
    """OpenAI's shape, which Ollama shares; the numbers are made up but fixed: -0.1, -0.2, …"""

    def entry(token, logprob):
        return {"token": token, "logprob": logprob, "bytes": list(token.encode())}

    entries = []
    for index, piece in enumerate(pieces):
        logprob = round(-0.1 * (index + 1), 1)
        others = [entry(piece, logprob)] + [entry(f" other{n}", logprob - n) for n in range(1, top)]
        entries.append({**entry(piece, logprob), "top_logprobs": others[:top]})
    return entries


def value_for(schema):
    """The plainest value that satisfies a JSON Schema of the kind people ask models for."""
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf"):
        if schema.get(choice):
            return value_for(schema[choice][0])
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    kind = str(kind or ("object" if "properties" in schema else "string")).lower()
    if kind == "object":
        return {name: value_for(member) for name, member in schema.get("properties", {}).items()}
    if kind == "array":
        return [value_for(schema.get("items", {}))] * max(1, schema.get("minItems", 1))
    if kind in ("integer", "number"):
        return schema.get("minimum", schema.get("maximum", 7))
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    return "Ada".ljust(schema.get("minLength", 0), "a")
