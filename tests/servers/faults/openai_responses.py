"""OpenAI responses: CreateResponse and ResponseStreamEvent of OpenAI's openapi.yaml."""

from . import openai_chat
from .answers import compact, fragments_of, logprob_entries, sse

NAME = "openai-responses"
STREAM_TYPE = openai_chat.STREAM_TYPE
PING = openai_chat.PING
error = openai_chat.error
model = openai_chat.model
streams = openai_chat.streams


def serves(path):
    return path.endswith("/responses")


def problem(path, headers, body):
    given = body.get("input")
    if not isinstance(given, (str, list)) or not given:
        return "Missing required parameter: 'input'"
    if "messages" in body:
        return "Unsupported parameter: 'messages'. In the Responses API it has moved to 'input'."
    if "max_tokens" in body:
        return "Unsupported parameter: 'max_tokens'. Use 'max_output_tokens'."
    for item in given if isinstance(given, list) else []:
        if item.get("type", "message") == "message" and item.get("role") not in (
            "system",
            "developer",
            "user",
            "assistant",
        ):
            return f"Invalid role: {item.get('role')!r}"
    return None


def last_turn(body):
    given = body.get("input")
    if isinstance(given, str):
        return "user", given
    for item in reversed(given or []):
        if item.get("type") == "function_call_output":
            return "tool", openai_chat.text_of(item.get("output"))
        if item.get("role") == "user":
            return "user", openai_chat.text_of(item.get("content"))
    return "user", ""


def tools(body):
    return [
        (tool["name"], tool.get("parameters", {}))
        for tool in body.get("tools") or []
        if tool.get("type") == "function"
    ]


def forced_tool(body):
    choice = body.get("tool_choice")
    return choice.get("name") if isinstance(choice, dict) else None


def schema(body):
    return ((body.get("text") or {}).get("format") or {}).get("schema")


def stream_error(status, message):
    fields = error(status, message)["error"]
    return [
        sse(
            {
                "type": "error",
                "code": fields["code"] or fields["type"],
                "message": message,
                "param": None,
                "sequence_number": 99,
            },
            "error",
        )
    ]


def items(answer, body):
    """The finished output items, in order."""
    output = []
    if answer.reasoning:
        output.append(
            {
                "id": "rs_fault1",
                "type": "reasoning",
                "summary": [{"type": "summary_text", "text": answer.reasoning}],
            }
        )
    if answer.refusal:
        output.append(message_item([{"type": "refusal", "refusal": answer.refusal}]))
    elif answer.text:
        wants = "message.output_text.logprobs" in (body.get("include") or [])
        logprobs = logprob_entries(answer.pieces, body.get("top_logprobs") or 0) if wants else []
        output.append(
            message_item(
                [{"type": "output_text", "annotations": [], "logprobs": logprobs, "text": answer.text}]
            )
        )
    for at, call in enumerate(answer.calls):
        output.append(
            {
                "id": f"fc_fault{at}",
                "type": "function_call",
                "status": "completed",
                "arguments": compact(call.arguments),
                "call_id": call.id,
                "name": call.name,
            }
        )
    return output


def message_item(content):
    return {
        "id": "msg_fault1",
        "type": "message",
        "status": "completed",
        "content": content,
        "role": "assistant",
    }


def response(answer, body, output, status):
    incomplete = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(answer.finish)
    if status == "completed" and incomplete:
        status = "incomplete"
    usage = answer.usage
    return {
        "id": "resp_fault1",
        "object": "response",
        "created_at": 1790000000,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": incomplete} if status == "incomplete" else None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "model": answer.model,
        "output": output,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "store": body.get("store", True),
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": body.get("tools", []),
        "usage": None
        if status == "in_progress" or not usage
        else {
            "input_tokens": usage.input,
            "input_tokens_details": {"cached_tokens": usage.cached},
            "output_tokens": usage.output,
            "output_tokens_details": {"reasoning_tokens": usage.reasoning},
            "total_tokens": usage.input + usage.output,
        },
    }


def whole(answer, body):
    return response(answer, body, items(answer, body), "completed")


class Numbered:
    """Collects events, each with the next sequence number."""

    def __init__(self):
        self.events = []

    def add(self, kind, **members):
        self.events.append(sse({"type": kind, "sequence_number": len(self.events), **members}, kind))


def stream_events(answer, body):
    out = Numbered()
    out.add("response.created", response=response(answer, body, [], "in_progress"))
    out.add("response.in_progress", response=response(answer, body, [], "in_progress"))
    done = items(answer, body)
    for at, item in enumerate(done):
        where = {"item_id": item["id"], "output_index": at}
        empty = {**item, "status": "in_progress"} if "status" in item else dict(item)
        if item["type"] == "reasoning":
            out.add("response.output_item.added", output_index=at, item={**empty, "summary": []})
            part = {**where, "summary_index": 0}
            out.add(
                "response.reasoning_summary_part.added", **part, part={"type": "summary_text", "text": ""}
            )
            for piece in fragments_of(answer.reasoning):
                out.add("response.reasoning_summary_text.delta", **part, delta=piece)
            out.add("response.reasoning_summary_text.done", **part, text=answer.reasoning)
            out.add("response.reasoning_summary_part.done", **part, part=item["summary"][0])
        elif item["type"] == "function_call":
            out.add("response.output_item.added", output_index=at, item={**empty, "arguments": ""})
            for piece in fragments_of(item["arguments"]):
                out.add("response.function_call_arguments.delta", **where, delta=piece)
            out.add(
                "response.function_call_arguments.done",
                **where,
                name=item["name"],
                arguments=item["arguments"],
            )
        else:
            stream_message(out, answer, item, where, empty)
        out.add("response.output_item.done", output_index=at, item=item)
    final = response(answer, body, done, "completed")
    out.add(f"response.{final['status']}", response=final)
    return out.events


def stream_message(out, answer, item, where, empty):
    content = item["content"][0]
    part = {**where, "content_index": 0}
    out.add("response.output_item.added", output_index=where["output_index"], item={**empty, "content": []})
    if content["type"] == "refusal":
        out.add("response.content_part.added", **part, part={"type": "refusal", "refusal": ""})
        for piece in fragments_of(answer.refusal):
            out.add("response.refusal.delta", **part, delta=piece)
        out.add("response.refusal.done", **part, refusal=answer.refusal)
    else:
        out.add("response.content_part.added", **part, part={**content, "text": "", "logprobs": []})
        for at, piece in enumerate(answer.pieces):
            out.add(
                "response.output_text.delta", **part, delta=piece, logprobs=content["logprobs"][at : at + 1]
            )
        out.add("response.output_text.done", **part, text=answer.text, logprobs=content["logprobs"])
    out.add("response.content_part.done", **part, part=content)


def stream(answer, body):
    return stream_events(answer, body)[:-1]


def stream_end(answer, body):
    return stream_events(answer, body)[-1:]
