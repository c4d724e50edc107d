"""Anthropic messages: message_create_params.py and message_stream_event.py of Anthropic's own SDK."""

from . import openai_chat
from .answers import compact, fragments_of, sse

NAME = "anthropic"
STREAM_TYPE = "text/event-stream; charset=utf-8"
PING = sse({"type": "ping"}, "ping")
KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}
STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
streams = openai_chat.streams
model = openai_chat.model


def serves(path):
    return path.endswith("/messages")


def problem(path, headers, body):
    if "anthropic-version" not in headers:
        return "anthropic-version: header is required"
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        return "max_tokens: Field required"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "messages: at least one message is required"
    for at, message in enumerate(messages):
        if message.get("role") not in ("user", "assistant"):
            return f'messages.{at}.role: Unexpected role "{message.get("role")}".'
        if message.get("content") in ("", []):
            return f"messages.{at}: all messages must have non-empty content"
    if messages[0]["role"] != "user":
        return 'messages: first message must use the "user" role'
    for tool in body.get("tools") or []:
        if "input_schema" not in tool and "type" not in tool:
            return "tools.0.custom.input_schema: Field required"
    return None


def last_turn(body):
    for message in reversed(body.get("messages") or []):
        if message.get("role") != "user":
            continue
        content = message.get("content")
        for block in content if isinstance(content, list) else []:
            if block.get("type") == "tool_result":
                return "tool", openai_chat.text_of(block.get("content"))
        return "user", openai_chat.text_of(content)
    return "user", ""


def tools(body):
    return [(tool["name"], tool.get("input_schema", {})) for tool in body.get("tools") or []]


def forced_tool(body):
    choice = body.get("tool_choice") or {}
    return choice.get("name") if choice.get("type") == "tool" else None


def schema(body):
    return ((body.get("output_config") or {}).get("format") or {}).get("schema")


def error(status, message, code=None, kind=None):
    return {
        "type": "error",
        "error": {"type": kind or KINDS.get(status, "api_error"), "message": message},
        "request_id": "req_fault1",
    }


def stream_error(status, message):
    return [sse(error(status, message), "error")]


def usage_of(answer, output):
    usage = answer.usage
    return {
        "input_tokens": usage.input - usage.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": output,
        "service_tier": "standard",
    }


def stop_of(answer):
    return "refusal" if answer.refusal else STOPS[answer.finish]


def call_id(call):
    return call.id.replace("call_", "toolu_", 1)


def whole(answer, body):
    content = []
    if answer.reasoning:
        content.append({"type": "thinking", "thinking": answer.reasoning, "signature": "c2lnbmVk"})
    if answer.text:
        content.append({"type": "text", "text": answer.text})
    for call in answer.calls:
        content.append({"type": "tool_use", "id": call_id(call), "name": call.name, "input": call.arguments})
    result = {
        "id": "msg_fault1",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": content,
        "stop_reason": stop_of(answer),
        "stop_sequence": None,
    }
    if answer.usage:
        result["usage"] = usage_of(answer, answer.usage.output)
    return result


def stream(answer, body):
    events = []

    def add(kind, **members):
        events.append(sse({"type": kind, **members}, kind))

    start = {
        "id": "msg_fault1",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }
    if answer.usage:
        start["usage"] = usage_of(answer, 1)
    add("message_start", message=start)
    events.append(PING)

    index = 0

    def block(empty, deltas):
        nonlocal index
        add("content_block_start", index=index, content_block=empty)
        for delta in deltas:
            add("content_block_delta", index=index, delta=delta)
        add("content_block_stop", index=index)
        index += 1

    if answer.reasoning:
        block(
            {"type": "thinking", "thinking": "", "signature": ""},
            [{"type": "thinking_delta", "thinking": piece} for piece in fragments_of(answer.reasoning)]
            + [{"type": "signature_delta", "signature": "c2lnbmVk"}],
        )
    if answer.text:
        block(
            {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in answer.pieces]
        )
    for call in answer.calls:
        parts = [""] + fragments_of(compact(call.arguments))
        block(
            {"type": "tool_use", "id": call_id(call), "name": call.name, "input": {}},
            [{"type": "input_json_delta", "partial_json": part} for part in parts],
        )
    final = {"delta": {"stop_reason": stop_of(answer), "stop_sequence": None}}
    if answer.usage:
        final["usage"] = {"output_tokens": answer.usage.output}
    add("message_delta", **final)
    return events


def stream_end(answer, body):
    return [sse({"type": "message_stop"}, "message_stop")]
