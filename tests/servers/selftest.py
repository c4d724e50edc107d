#!/usr/bin/env python3
"""Holds the counterparts themselves to their word, with curl and without any tool of this project.

    selftest.py [WORD…]     only the checks whose name has one of the words

Ends with "N passed, N failed, N skipped".
"""

import json
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from servers import API, Aimock, FaultServer, LlamaServer, Unavailable  # noqa: E402

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}
PERSON = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
PATHS = {
    "openai": "/chat/completions",
    "openai-responses": "/responses",
    "anthropic": "/messages",
    "ollama": "/api/chat",
}


def request(protocol, stream, text="hello", tools=False, schema=False, result=None):
    """(path after the base_url, body): a small request as each API wants it."""
    turns = [{"role": "user", "content": text}]
    body = {"model": "m", "stream": stream, "messages": turns}
    if protocol == "gemini":
        body = {"contents": [{"role": "user", "parts": [{"text": text}]}]}
        if tools:
            body["tools"] = [{"functionDeclarations": [{"name": "get_weather", "parameters": WEATHER}]}]
        if schema:
            body["generationConfig"] = {"responseMimeType": "application/json", "responseJsonSchema": PERSON}
        return f"/models/m:{'streamGenerateContent?alt=sse' if stream else 'generateContent'}", body
    if protocol == "anthropic":
        body["max_tokens"] = 64
        if tools:
            body["tools"] = [{"name": "get_weather", "input_schema": WEATHER}]
        if schema:
            body["output_config"] = {"format": {"type": "json_schema", "schema": PERSON}}
    elif protocol == "openai-responses":
        body = {"model": "m", "stream": stream, "input": turns}
        if tools:
            body["tools"] = [{"type": "function", "name": "get_weather", "parameters": WEATHER}]
        if schema:
            body["text"] = {"format": {"type": "json_schema", "name": "person", "schema": PERSON}}
    else:
        if tools:
            body["tools"] = [{"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}]
        if schema and protocol == "openai":
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "person", "schema": PERSON},
            }
        if schema and protocol == "ollama":
            body["format"] = PERSON
        if stream and protocol == "openai":
            body["stream_options"] = {"include_usage": True}
    return PATHS[protocol], body


def curl(url, body, *options, protocol=None):
    """(curl's exit code, HTTP status, body bytes)."""
    command = [
        "curl",
        "-s",
        "-m",
        "30",
        "-o",
        "-",
        "-w",
        "\n%{http_code}",
        "-H",
        "content-type: application/json",
        "-H",
        "anthropic-version: 2023-06-01",
        *options,
        url,
        "--data-binary",
        "@-",
    ]
    done = subprocess.run(command, input=json.dumps(body).encode(), capture_output=True)
    out, _, status = done.stdout.rpartition(b"\n")
    return done.returncode, int(status), out


def post(faults, scenario, protocol, stream, *options, tls=None, **members):
    path, body = request(protocol, stream, **members)
    return curl(faults.url(scenario, protocol, tls) + path, body, *options)


def events(protocol, data):
    """The JSON values of a stream."""
    lines = data.decode().replace("\r\n", "\n").split("\n")
    if protocol == "ollama":
        return [json.loads(line) for line in lines if line]
    return [json.loads(line[6:]) for line in lines if line.startswith("data: ") and line != "data: [DONE]"]


def text_of(protocol, data, stream):
    """What the answer says, read as simply as can be."""
    values = events(protocol, data) if stream else [json.loads(data)]
    text = ""
    for value in values:
        if protocol == "openai":
            for choice in value["choices"]:
                text += choice["delta" if stream else "message"].get("content") or ""
        elif protocol == "openai-responses":
            if stream:
                text += value["delta"] if value["type"] == "response.output_text.delta" else ""
            else:
                text += "".join(
                    part["text"]
                    for item in value["output"]
                    if item["type"] == "message"
                    for part in item["content"]
                )
        elif protocol == "anthropic":
            if stream:
                text += value.get("delta", {}).get("text", "")
            else:
                text += "".join(block.get("text", "") for block in value["content"])
        elif protocol == "gemini":
            text += "".join(
                part.get("text", "")
                for part in value["candidates"][0]["content"]["parts"]
                if not part.get("thought")
            )
        else:
            text += value["message"]["content"]
    return text


def expect(condition, *what):
    if not condition:
        raise AssertionError(" ".join(map(str, what)))


def answers(faults):
    """In every dialect, whole and streamed, however the bytes are cut: the same text."""
    same = {
        "ok": "The answer is 42.",
        "echo": "hello",
        "slow:10": "hello",
        "bytewise": "The answer is 42.",
        "one-write": "The answer is 42.",
        "crlf-sse": "The answer is 42.",
        "ping": "The answer is 42.",
        "utf8-split": "Καλημέρα, κόσμε 🌍! Ça va?",
        "until-close": "The answer is 42.",
        "length-stop": "Once upon a",
        "reasoning": "42",
        "no-usage": "The answer is 42.",
        "empty-answer": "",
        "say:well+done": "well done",
    }
    for scenario, text in same.items():
        for protocol in API:
            for stream in (False, True):
                if scenario in ("one-write", "crlf-sse", "ping") and not stream:
                    continue
                code, status, data = post(faults, scenario, protocol, stream)
                expect((code, status) == (0, 200), scenario, protocol, stream, code, status, data)
                got = text_of(protocol, data, stream)
                expect(got == text, scenario, protocol, stream, repr(got))


def structured(faults):
    for protocol in API:
        for stream in (False, True):
            tag = f"{protocol}-{stream}"
            _, _, data = post(faults, f"schema:1,{tag}", protocol, stream, schema=True)
            expect(text_of(protocol, data, stream) == '["not what was asked"]', protocol, data)
            _, _, data = post(faults, f"schema:1,{tag}", protocol, stream, schema=True)
            expect(json.loads(text_of(protocol, data, stream)) == {"name": "Ada", "age": 7}, protocol, data)
            code, status, data = post(faults, "tools", protocol, stream, tools=True)
            expect(b"get_weather" in data and status == 200, protocol, stream, data)


def refusals(faults):
    for status in (400, 401, 403, 404, 408, 413, 422, 500, 502, 503, 529):
        for protocol in API:
            code, got, data = post(faults, str(status), protocol, True)
            expect((code, got) == (0, status) and "error" in json.loads(data), status, protocol, got, data)
    for protocol in API:
        sent = [post(faults, f"429-then-ok:2,{protocol}", protocol, False)[1] for _ in range(4)]
        expect(sent == [429, 429, 200, 200], protocol, sent)
    for scenario, header in (
        ("429-seconds:7", b"retry-after: 7"),
        ("429-ms:30", b"retry-after-ms: 30"),
        ("429-date:2", b" GMT"),
    ):
        code, status, data = post(faults, scenario, "openai", False, "-i")
        expect(status == 429 and header in data, scenario, data)


def broken(faults):
    """curl's own words: 18 partial file, 52 empty reply, 56 receive failure, 28 timeout, 8 weird reply."""
    wanted = {
        "close-before-headers": (52,),
        "reset-before-headers": (56,),
        "close-mid-headers": (8, 0, 1, 52),
        "close-mid-body": (18,),
        "close-mid-stream": (18,),
        "reset-mid-stream": (56,),
        "silence": (28,),
        "silence-mid-stream": (28,),
        "drip:200": (28,),
        "stream-without-done": (0,),
        "error-mid-stream": (0,),
        "truncated-json": (0,),
        "invalid-json": (0,),
        "html": (0,),
        "empty-body": (0,),
        "error-in-200": (0,),
        "wrong-shape": (0,),
        "utf8-broken": (0,),
        "content-filter": (0,),
        "refusal": (0,),
        "odd-sse": (0,),
        "context-overflow": (0,),
        "stream-ignored": (0,),
        "logprobs": (0,),
        "snapshot": (0,),
        "gzip": (0,),
        "429-quota": (0,),
        "reasoning-openrouter": (0,),
        "slow-stream:5": (0,),
    }
    for scenario, codes in wanted.items():
        for protocol in ("openai",) if 28 in codes else API:
            code, status, data = post(faults, scenario, protocol, True, "-m", "1" if 28 in codes else "5")
            expect(code in codes, scenario, protocol, "curl", code, status, data[:200])
    gone = [one for one in faults.journal() if one["scenario"] == "silence"]
    time.sleep(0.1)
    expect(faults.journal()[gone[0]["n"] - 1]["gone"], "the journal does not say that the client hung up")


def huge(faults):
    for stream in (False, True):
        code, status, data = post(faults, "huge-body:8", "openai", stream)
        expect(
            (code, status) == (0, 200) and len(text_of("openai", data, stream)) == 8 << 20,
            code,
            status,
            len(data),
        )


def redirects(faults):
    code, status, data = post(faults, "redirect-other-host", "openai", False)
    expect(status == 307, status)
    faults.clear()
    code, status, data = post(
        faults,
        "redirect-other-host",
        "openai",
        False,
        "-L",
        "-H",
        "authorization: Bearer secret",
        "-H",
        "x-api-key: secret",
    )
    first, second = faults.journal()
    expect(status == 200 and second["listener"] == "other", status, second)
    expect(
        "authorization" in first["headers"] and "authorization" not in second["headers"], second["headers"]
    )
    expect("x-api-key" in second["headers"], "curl itself sends other headers on: the trap is set")
    expect(post(faults, "redirect-same-host", "openai", False, "-L")[1] == 200)
    expect(post(faults, "redirect-loop", "openai", False, "-L", "--max-redirs", "5")[0] == 47)


def certificates(faults):
    ca = ("--cacert", faults.ready["ca"])
    expect(post(faults, "ok", "openai", False, *ca, tls="trusted")[:2] == (0, 200))
    for kind in ("trusted", "self-signed", "expired", "wrong-host"):
        options = () if kind == "trusted" else ca
        code, status, _ = post(faults, "ok", "openai", False, *options, tls=kind)
        expect(code == 60 and status == 0, kind, code, status)


def proxies(faults):
    def through(kind, tls=None, *options):
        return post(
            faults, "ok", "openai", False, "--noproxy", "", "-x", faults.proxy(kind), *options, tls=tls
        )

    ca = ("--cacert", faults.ready["ca"])
    expect(through("forward")[:2] == (0, 200), through("forward"))
    expect(through("forward", "trusted", *ca)[:2] == (0, 200))
    expect(through("refuse")[1] == 403 and through("auth")[1] == 407)
    expect(through("refuse", "trusted", *ca)[0] == 56 and through("close", "trusted", *ca)[0] in (52, 56))
    expect(through("garble")[0] in (1, 8) and through("garble", "trusted", *ca)[0] != 0, through("garble"))


def journal(faults):
    faults.clear()
    post(faults, "echo", "anthropic", False, "-H", "x-api-key: k", text="Grüße")
    (entry,) = faults.journal()
    expect(entry["headers"]["x-api-key"] == "k" and entry["body"]["messages"][0]["content"] == "Grüße", entry)
    expect(entry["path"] == "/s/echo/v1/messages" and entry["status"] == 200, entry)
    expect(faults.count()["by_scenario"] == {"echo": 1}, faults.count())


def strict(faults):
    path, body = request("anthropic", False)
    del body["max_tokens"]
    code, status, data = curl(faults.url("ok", "anthropic") + path, body)
    expect(status == 400 and b"max_tokens" in data, data)
    code, status, data = curl(faults.url("ok", "gemini") + "/models/m:generateContent", {"messages": []})
    expect(status == 400, data)


def golden(faults):
    """The real model says its golden text, whole and streamed."""
    with LlamaServer() as llama:
        for stream in (False, True):
            path, body = request("openai", stream, text=LlamaServer.PROMPT)
            code, status, data = curl(
                llama.url() + path, {**body, "temperature": 0, "max_tokens": LlamaServer.TOKENS}
            )
            expect(text_of("openai", data, stream) == llama.golden, status, data[:300])
        expect(len(LlamaServer.PROMPT + llama.golden) == 565)


def aimock(faults):
    with Aimock() as mock:
        for protocol in API:
            for stream in (False, True):
                path, body = request(protocol, stream, text="What is the capital of France?")
                code, status, data = curl(mock.url(protocol) + path, body)
                expect(text_of(protocol, data, stream) == "The capital of France is Paris.", protocol, data)


CHECKS = (
    answers,
    structured,
    refusals,
    broken,
    huge,
    redirects,
    certificates,
    proxies,
    journal,
    strict,
    golden,
    aimock,
)


def main():
    words = sys.argv[1:]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with FaultServer(tls=True, proxy=True) as faults:
        for check in CHECKS:
            if words and not any(word in check.__name__ for word in words):
                continue
            try:
                check(faults)
                counts["passed"] += 1
            except Unavailable as why:
                counts["skipped"] += 1
                print(f"skipped {check.__name__}: {why}")
            except Exception as why:
                counts["failed"] += 1
                print(f"FAILED {check.__name__}: {type(why).__name__}: {why}")
        faults.errors.seek(0)
        said = faults.errors.read().decode(errors="replace")
        if said:
            counts["failed"] += 1
            print("FAILED: the fault server complained:\n" + said[-3000:])
    print(", ".join(f"{number} {name}" for name, number in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
