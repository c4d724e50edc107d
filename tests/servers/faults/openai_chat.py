"""OpenAI chat completions: CreateChatCompletionRequest and …StreamResponse of OpenAI's openapi.yaml."""

from .answers import compact, fragments_of, logprob_entries, sse

NAME = "openai"
KINDS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "unsupported_country_region_territory"),
    404: ("invalid_request_error", "model_not_found"),
    408: ("timeout", None),
    413: ("invalid_request_error", None),
    422: ("invalid_request_error", None),
    429: ("requests", "rate_limit_exceeded"),
}


def serves(path):
    return path.endswith("/chat/completions")


def streams(path, body):
    return body.get("stream") is True


def problem(path, headers, body):
    """What the real service would refuse about the request, or None."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "'messages' must be a list with at least one turn"
    for at, message in enumerate(messages):
        if message.get("role") not in ("system", "developer", "user", "assistant", "tool"):
            return f"Invalid value for 'messages[{at}].role': {message.get('role')!r}"
        if message["role"] == "tool" and "tool_call_id" not in message:
            return f"Missing parameter 'messages[{at}].tool_call_id'"
    if body.get("stream_options") is not None and not body.get("stream"):
        return "'stream_options' is only allowed when 'stream' is enabled"
    if "top_logprobs" in body and not body.get("logprobs"):
        return "'top_logprobs' requires 'logprobs'"
    return None


def model(path, body):
    return body.get("model", "unknown")


def text_of(content):
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content or ""


def last_turn(body):
    """(role, text) of the last turn that is the user's or a tool's."""
    for message in reversed(body.get("messages") or []):
        if message.get("role") in ("user", "tool"):
            return message["role"], text_of(message.get("content"))
    return "user", ""


def tools(body):
    return [
        (tool["function"]["name"], tool["function"].get("parameters", {}))
        for tool in body.get("tools") or []
        if tool.get("type") == "function"
    ]


def forced_tool(body):
    choice = body.get("tool_choice")
    return choice["function"]["name"] if isinstance(choice, dict) else None


def schema(body):
    return ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")


def error(status, message, code=None, kind=None):
    default_kind, default_code = KINDS.get(status, ("server_error", None))
    return {
        "error": {
            "message": message,
            "type": kind or default_kind,
            "param": None,
            "code": code or default_code,
        }
    }


def stream_error(status, message):
    return [sse(error(status, message))]


def usage_of(answer):
    usage = answer.usage
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def head(answer, kind):
    return {
        "id": "chatcmpl-fault1",
        "object": kind,
        "created": 1790000000,
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": "fp_fault",
    }


def wanted_logprobs(body, pieces):
    if not body.get("logprobs"):
        return None
    return {"content": logprob_entries(pieces, body.get("top_logprobs") or 0), "refusal": None}


def whole(answer, body):
    message = {
        "role": "assistant",
        "content": None if answer.refusal else answer.text,
        "refusal": answer.refusal or None,
        "annotations": [],
    }
    if answer.reasoning:
        message[answer.reasoning_member] = answer.reasoning
    if answer.calls:
        message["content"] = answer.text or None
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": compact(call.arguments)},
            }
            for call in answer.calls
        ]
    result = head(answer, "chat.completion")
    result["choices"] = [
        {
            "index": 0,
            "message": message,
            "logprobs": wanted_logprobs(body, answer.pieces),
            "finish_reason": answer.finish,
        }
    ]
    if answer.usage:
        result["usage"] = usage_of(answer)
    return result


def stream(answer, body):
    include = bool((body.get("stream_options") or {}).get("include_usage"))

    def chunk(delta, finish=None, logprobs=None):
        data = head(answer, "chat.completion.chunk")
        data["choices"] = [{"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish}]
        if include:
            data["usage"] = None
        return sse(data)

    events = [chunk({"role": "assistant", "content": "" if answer.text else None, "refusal": None})]
    for piece in fragments_of(answer.reasoning):
        events.append(chunk({answer.reasoning_member: piece}))
    for at, piece in enumerate(answer.pieces):
        logprobs = wanted_logprobs(body, answer.pieces)
        if logprobs:
            logprobs["content"] = logprobs["content"][at : at + 1]
        events.append(chunk({"content": piece}, logprobs=logprobs))
    for piece in fragments_of(answer.refusal):
        events.append(chunk({"refusal": piece}))
    for at, call in enumerate(answer.calls):
        events.append(
            chunk(
                {
                    "tool_calls": [
                        {
                            "index": at,
                            "id": call.id,
                            "type": "function",
                            "function": {"name": call.name, "arguments": ""},
                        }
                    ]
                }
            )
        )
        for piece in fragments_of(compact(call.arguments)):
            events.append(chunk({"tool_calls": [{"index": at, "function": {"arguments": piece}}]}))
    events.append(chunk({}, finish=answer.finish))
    if include and answer.usage:
        data = head(answer, "chat.completion.chunk")
        data["choices"] = []
        data["usage"] = usage_of(answer)
        events.append(sse(data))
    return events


def stream_end(answer, body):
    """What says that the stream is whole; without it the stream was cut."""
    return [sse("[DONE]")]


STREAM_TYPE = "text/event-stream; charset=utf-8"
PING = b": ping\n\n"
