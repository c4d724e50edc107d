"""Ollama's /api/chat: docs/api.md and api/types.go (ChatRequest, ChatResponse); NDJSON, streamed unless told
otherwise.
"""

from . import openai_chat
from .answers import compact, fragments_of, logprob_entries

NAME = "ollama"
STREAM_TYPE = "application/x-ndjson"
PING = b""
STOPS = {"stop": "stop", "length": "length", "tool_calls": "stop", "content_filter": "stop"}
last_turn = openai_chat.last_turn
model = openai_chat.model
tools = openai_chat.tools


def serves(path):
    return path.endswith("/api/chat")


def streams(path, body):
    return body.get("stream", True) is not False


def problem(path, headers, body):
    if not body.get("model"):
        return "model is required"
    for message in body.get("messages") or []:
        if message.get("role") not in ("system", "user", "assistant", "tool"):
            return f"invalid role: {message.get('role')!r}"
        if not isinstance(message.get("content", ""), str):
            return "json: cannot unmarshal array into Go struct field .content of type string"
        for call in message.get("tool_calls") or []:
            if not isinstance(call["function"].get("arguments"), dict):
                return "json: cannot unmarshal string into Go struct field .arguments"
    return None


def forced_tool(body):
    return None


def schema(body):
    return body.get("format") if isinstance(body.get("format"), dict) else None


def error(status, message, code=None, kind=None):
    return {"error": message}


def line(data):
    return (compact(data) + "\n").encode()


def stream_error(status, message):
    return [line(error(status, message))]


def step(answer, message, **members):
    return {
        "model": answer.model,
        "created_at": "2026-11-23T12:00:00.000000Z",
        "message": {"role": "assistant", "content": "", **message},
        "done": False,
        **members,
    }


def calls_of(answer):
    return [
        {"id": call.id, "function": {"index": at, "name": call.name, "arguments": call.arguments}}
        for at, call in enumerate(answer.calls)
    ]


def last(answer, message):
    counts = (
        {"prompt_eval_count": answer.usage.input, "eval_count": answer.usage.output} if answer.usage else {}
    )
    return {
        **step(answer, message),
        "done": True,
        "done_reason": STOPS[answer.finish],
        "total_duration": 5000000,
        "load_duration": 1000000,
        "prompt_eval_duration": 1000000,
        "eval_duration": 3000000,
        **counts,
    }


def whole(answer, body):
    message = {"content": answer.refusal or answer.text}
    if answer.reasoning:
        message["thinking"] = answer.reasoning
    if answer.calls:
        message["tool_calls"] = calls_of(answer)
    result = last(answer, message)
    if body.get("logprobs"):
        result["logprobs"] = logprob_entries(answer.pieces, body.get("top_logprobs") or 0)
    return result


def stream(answer, body):
    events = [line(step(answer, {"thinking": piece})) for piece in fragments_of(answer.reasoning)]
    entries = logprob_entries(answer.pieces, body.get("top_logprobs") or 0) if body.get("logprobs") else []
    for at, piece in enumerate(answer.pieces or fragments_of(answer.refusal)):
        extra = {"logprobs": entries[at : at + 1]} if entries else {}
        events.append(line(step(answer, {"content": piece}, **extra)))
    for call in calls_of(answer):
        events.append(line(step(answer, {"tool_calls": [call]})))
    return events


def stream_end(answer, body):
    return [line(last(answer, {}))]
