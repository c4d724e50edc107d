"""Google's generateContent and streamGenerateContent, with alt=sse and as the JSON array it is without."""

from .answers import compact

NAME = "gemini"
STREAM_TYPE = "text/event-stream"
PING = b""
STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    413: "INVALID_ARGUMENT",
    422: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    529: "UNAVAILABLE",
}
STOPS = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "content_filter": "SAFETY"}


def method(path):
    return path.rpartition(":")[2].partition("?")[0]


def serves(path):
    return method(path) in ("generateContent", "streamGenerateContent")


def streams(path, body):
    return method(path) == "streamGenerateContent"


def as_array(path):
    return streams(path, None) and "alt=sse" not in path


def problem(path, headers, body):
    contents = body.get("contents")
    if not isinstance(contents, list) or not contents:
        return "* GenerateContentRequest.contents: contents is not specified"
    for turn in contents:
        if turn.get("role", "user") not in ("user", "model"):
            return "Please use a valid role: user, model."
        if not turn.get("parts"):
            return "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty."
    for name in ("messages", "model", "stream"):
        if name in body:
            return f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
    return None


def model(path, body):
    return path.rpartition("/models/")[2].partition(":")[0]


def last_turn(body):
    for turn in reversed(body.get("contents") or []):
        if turn.get("role", "user") != "user":
            continue
        for part in turn.get("parts", []):
            if "functionResponse" in part:
                return "tool", compact(part["functionResponse"].get("response"))
        return "user", "".join(part.get("text", "") for part in turn.get("parts", []))
    return "user", ""


def tools(body):
    return [
        (one["name"], one.get("parameters") or one.get("parametersJsonSchema") or {})
        for tool in body.get("tools") or []
        for one in tool.get("functionDeclarations", [])
    ]


def forced_tool(body):
    config = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    names = config.get("allowedFunctionNames") or []
    return names[0] if config.get("mode") == "ANY" and len(names) == 1 else None


def schema(body):
    config = body.get("generationConfig") or {}
    return config.get("responseJsonSchema") or config.get("responseSchema")


def error(status, message, code=None, kind=None):
    body = {"code": status, "message": message, "status": kind or STATUS.get(status, "UNKNOWN")}
    if status == 429:
        body["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2s"}]
    return {"error": body}


def event(data):
    return f"data: {compact(data)}\r\n\r\n".encode()


def stream_error(status, message):
    return [event(error(status, message))]


def usage_of(answer):
    usage = answer.usage
    counts = {
        "promptTokenCount": usage.input,
        "candidatesTokenCount": usage.output - usage.reasoning,
        "totalTokenCount": usage.input + usage.output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": usage.input}],
    }
    if usage.cached:
        counts["cachedContentTokenCount"] = usage.cached
    if usage.reasoning:
        counts["thoughtsTokenCount"] = usage.reasoning
    return counts


def logprobs_of(answer, body):
    config = body.get("generationConfig") or {}
    if not config.get("responseLogprobs"):
        return {}
    chosen = [
        {"token": piece, "tokenId": 100 + at, "logProbability": round(-0.1 * (at + 1), 1)}
        for at, piece in enumerate(answer.pieces)
    ]
    top = [{"candidates": [one]} for one in chosen] if config.get("logprobs") else []
    return {"avgLogprobs": -0.25, "logprobsResult": {"chosenCandidates": chosen, "topCandidates": top}}


def envelope(answer, parts, finish=None, extra=None):
    candidate = {"content": {"parts": parts, "role": "model"}, "index": 0, **(extra or {})}
    if finish:
        candidate["finishReason"] = finish
    result = {"candidates": [candidate], "modelVersion": answer.model, "responseId": "fault1"}
    if answer.usage:
        result["usageMetadata"] = usage_of(answer)
    return result


def blocked(answer):
    return {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "modelVersion": answer.model,
        "usageMetadata": {"promptTokenCount": 12, "totalTokenCount": 12},
    }


def call_parts(answer):
    return [
        {"functionCall": {"name": call.name, "args": call.arguments}, "thoughtSignature": "c2lnbmVk"}
        for call in answer.calls
    ]


def whole(answer, body):
    if answer.refusal:
        return blocked(answer)
    parts = [{"text": answer.reasoning, "thought": True}] if answer.reasoning else []
    parts += ([{"text": answer.text}] if answer.text else []) + call_parts(answer)
    return envelope(answer, parts, STOPS[answer.finish], logprobs_of(answer, body))


def stream_data(answer, body):
    if answer.refusal:
        return [blocked(answer)]
    parts = [{"text": answer.reasoning, "thought": True}] if answer.reasoning else []
    parts += [{"text": piece} for piece in answer.pieces] + call_parts(answer)
    chunks = [envelope(answer, [part]) for part in parts] or [envelope(answer, [{"text": ""}])]
    chunks[-1]["candidates"][0].update(finishReason=STOPS[answer.finish], **logprobs_of(answer, body))
    return chunks


def stream(answer, body):
    return [event(data) for data in stream_data(answer, body)[:-1]]


def stream_end(answer, body):
    """There is no end mark: the last chunk's finishReason is it."""
    return [event(data) for data in stream_data(answer, body)[-1:]]


def array(answer, body):
    """The stream as one JSON array, in pieces as they are written."""
    chunks = [compact(data) for data in stream_data(answer, body)]
    return [("[" + chunks[0]).encode()] + [(",\r\n" + chunk).encode() for chunk in chunks[1:]] + [b"]"]
