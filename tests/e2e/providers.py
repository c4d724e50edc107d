"""Every provider on a real socket: whole, streamed, tools, many turns, pictures, schemas, usage."""

import base64
import json
import sys

from harness import (
    ANSWER,
    KEY,
    PROTOCOLS,
    Unavailable,
    ask,
    deltas,
    equal,
    expect,
    for_each,
    jsonl,
    records,
    test,
    url,
    whole,
)

MODES = ("--stream", "--no-stream")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
            "required": ["city"],
        },
    },
}
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
BOTH = [(protocol, mode) for protocol in PROTOCOLS for mode in MODES]


def each(*cases):
    """for_each, named by all arguments."""
    return for_each(*[(" ".join(case), *case) for case in cases])


def sent(w, tagged):
    return [one["body"] for one in w.requests(tagged)]


@each(*BOTH)
def an_answer_arrives_with_its_usage(w, _, protocol, mode):
    with w.at("ok", protocol) as (home, tagged):
        equal(ask(home, "-m", "p/some-model", mode, "hello").text, ANSWER + "\n")
        result = ask(home, "-m", "p/some-model", mode, stdin=jsonl({"id": "a", "prompt": "hello"}))
        (one,) = whole(result)
        response = one["response"]
        equal(response["text"], ANSWER)
        equal((response["model"], response["provider"], response["attempts"]), ("some-model", "p", 1))
        equal(response["finish"], "stop")
        usage = response["usage"]
        equal((usage["input"], usage["output"]), (12, 7), usage)
        if protocol != "ollama":
            equal(usage["cached"], 4, usage)
        expect(response["ms"] >= response["first_ms"] >= 0, response)
        expect("cost" not in response, "the price of this model is unknown", response)
        pieces = [one["delta"] for one in deltas(result)]
        equal("".join(pieces), ANSWER if mode == "--stream" else "")
        equal(w.count(tagged), 2)


@each(*BOTH)
def a_tool_call_comes_back_and_its_result_goes_out(w, _, protocol, mode):
    with w.at("tools", protocol) as (home, tagged):
        record = {"id": 1, "prompt": "Is it raining?", "tools": [WEATHER]}
        (one,) = whole(ask(home, "-m", "p/any", mode, stdin=jsonl(record)))
        response = one["response"]
        equal(response["finish"], "tool_calls")
        first, second = response["tool_calls"]
        equal(first["type"], "function")
        equal(json.loads(first["function"]["arguments"]), {"city": "Paris"})
        equal(json.loads(second["function"]["arguments"]), {"city": "Zürich", "unit": "celsius"})
        equal(first["function"]["name"], "get_weather")
        expect(first["id"] and first["id"] != second["id"], first, second)

        assistant = {"role": "assistant", "content": response["text"], "tool_calls": response["tool_calls"]}
        turns = [
            {"role": "user", "content": "Is it raining?"},
            assistant,
            {"role": "tool", "tool_call_id": first["id"], "content": "rain in Paris"},
            {"role": "tool", "tool_call_id": second["id"], "content": "sun in Zürich"},
        ]
        (one,) = whole(
            ask(home, "-m", "p/any", mode, stdin=jsonl({"id": 2, "messages": turns, "tools": [WEATHER]}))
        )
        expect(one["response"]["text"].startswith("The tool says: "), one)
        told = json.dumps(sent(w, tagged)[-1], ensure_ascii=False)
        expect("rain in Paris" in told and "sun in Zürich" in told, "both results are sent", told)


@each(*BOTH)
def text_beside_tool_calls_is_kept(w, _, protocol, mode):
    with w.at("tools-text", protocol) as (home, tagged):
        (one,) = whole(ask(home, "-m", "p/any", mode, stdin=jsonl({"id": 1, "prompt": "x", "tools": [WEATHER]})))
        equal(one["response"]["text"], "I look it up.")
        equal(len(one["response"]["tool_calls"]), 2)


@each(*[(p,) for p in PROTOCOLS])
def system_and_earlier_turns_are_sent_in_their_order(w, _, protocol):
    with w.at("ok", protocol) as (home, tagged):
        turns = [
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "two"},
            {"role": "user", "content": "three"},
        ]
        ask(home, "-m", "p/any", "-s", "Be brief.", stdin=jsonl({"id": 1, "messages": turns}))
        (body,) = sent(w, tagged)
        text = json.dumps(body)
        places = [text.index(word) for word in ('"one"', '"two"', '"three"')]
        equal(places, sorted(places))
        expect("Be brief." in text, text)
        if protocol == "anthropic":
            expect("Be brief." in json.dumps(body["system"]), body)
        if protocol == "gemini":
            equal(body["systemInstruction"]["parts"][0]["text"], "Be brief.")
            equal([one["role"] for one in body["contents"]], ["user", "model", "user"])


@each(*[(p,) for p in PROTOCOLS])
def a_picture_goes_along(w, _, protocol):
    with w.at("ok", protocol) as (home, tagged):
        picture = home.path / "dot.png"
        picture.write_bytes(PNG)
        equal(ask(home, "-m", "p/any", "-a", picture, "What is it?").text, ANSWER + "\n")
        ask(home, "-m", "p/any", stdin=jsonl({"prompt": "x", "attachments": [{"path": str(picture)}]}))
        for body in sent(w, tagged):
            text = json.dumps(body)
            expect(base64.b64encode(PNG).decode() in text, "its bytes are in the request", text)
            expect("image/png" in text or protocol == "ollama", text)


@each(*[(p,) for p in PROTOCOLS])
def a_text_file_goes_along_as_text(w, _, protocol):
    with w.at("ok", protocol) as (home, tagged):
        (home.path / "notes.txt").write_text("The cellar key hangs behind the clock.\n")
        ask(home, "-m", "p/any", "-a", "notes.txt", "Where is it?")
        (body,) = sent(w, tagged)
        expect("The cellar key hangs behind the clock." in json.dumps(body), body)


@each(*BOTH)
def a_schema_is_asked_for_natively(w, _, protocol, mode):
    with w.at("schema", protocol) as (home, tagged):
        result = ask(home, "-m", "p/any", mode, "--schema", json.dumps(PERSON), "Who?")
        equal(json.loads(result.text), {"name": "Ada", "age": 7})
        result = ask(home, "-m", "p/any", mode, stdin=jsonl({"id": 1, "prompt": "Who?", "schema": PERSON}))
        (one,) = whole(result)
        equal(one["response"]["json"], {"name": "Ada", "age": 7})
        equal(w.count(tagged), 2)


@each(*BOTH)
def reasoning_is_told_on_request_and_never_in_the_answer(w, _, protocol, mode):
    with w.at("reasoning", protocol) as (home, tagged):
        quiet = ask(home, "-m", "p/any", mode, "6 * 7?")
        equal(quiet.text, "42\n")
        expect("Six times" not in quiet.words, quiet.words)
        told = ask(home, "-m", "p/any", mode, "--reasoning", "6 * 7?")
        equal(told.text, "42\n")
        expect("Six times seven." in told.words, told.words)
        (one,) = whole(ask(home, "-m", "p/any", mode, stdin=jsonl({"id": 1, "prompt": "6 * 7?"})))
        equal(one["response"]["text"], "42")
        if protocol in ("openai", "openai-responses", "gemini"):
            equal(one["response"]["usage"]["reasoning"], 5, one)
        expect("Six" not in json.dumps(one["response"].get("text")), one)


@each(*[(p,) for p in PROTOCOLS])
def options_have_one_name_for_all(w, _, protocol):
    with w.at("ok", protocol) as (home, tagged):
        ask(home, "-m", "p/any", "-o", "temperature", "0.25", "-o", "max_tokens", "33", "-o", "top_p", "0.5", "hi")
        (body,) = sent(w, tagged)
        text = json.dumps(body)
        for value in ("0.25", "33", "0.5"):
            expect(value in text, value, text)


@each(*[(p,) for p in PROTOCOLS])
def the_key_is_sent_as_each_api_wants_it_and_in_no_address(w, _, protocol):
    with w.at("ok", protocol) as (home, tagged):
        ask(home, "-m", "p/any", "hello")
        (entry,) = w.requests(tagged)
        expect(KEY in "".join(entry["headers"].values()), entry["headers"])
        expect(KEY not in entry["path"] and KEY not in entry["raw"], entry["path"])


@test
def azure_is_asked_by_deployment_and_by_v1(w):
    with w.home(AZURE_OPENAI_API_KEY=KEY) as home:
        tagged = w.tagged("ok")
        home.config(
            f'[provider.azure]\nbase_url = "{w.faults.base}/s/{tagged}/openai"\napi_version = "2024-10-21"\n'
        )
        equal(ask(home, "-m", "azure/my-deployment", "hello").text, ANSWER + "\n")
        (entry,) = w.requests(tagged)
        expect(
            entry["path"].endswith("/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21"),
            entry["path"],
        )
        equal(entry["headers"]["api-key"], KEY)
        expect("authorization" not in entry["headers"], entry["headers"])


@test
def reasoning_of_openrouter_is_understood(w):
    with w.at("reasoning-openrouter") as (home, _):
        result = ask(home, "-m", "p/any", "--reasoning", "6 * 7?")
        equal(result.text, "42\n")
        expect("Six times seven." in result.words, result.words)


@each(*[(mode,) for mode in MODES])
def logprobs_come_to_those_who_ask(w, _, mode):
    with w.at("logprobs") as (home, _):
        record = {"id": 1, "prompt": "x", "options": {"logprobs": 2}}
        (one,) = whole(ask(home, "-m", "p/any", mode, stdin=jsonl(record)))
        expect(one["response"]["logprobs"], one)
        equal(one["response"]["text"], "Yes it is so.")


@test
def the_model_that_answered_is_told_as_it_calls_itself(w):
    with w.at("snapshot") as (home, _):
        (one,) = records(ask(home, "-m", "p/gpt-x", "--json", "x"))
        equal(one["response"]["model"], "gpt-x-2026-08-01")


@test
def a_known_price_makes_a_cost(w):
    with w.at("ok") as (home, _):
        home.config('[model."p/priced"]\ninput = 1.0\noutput = 10.0\ncached = 0.5\n')
        (one,) = records(ask(home, "-m", "p/priced", "--json", "x"))
        # 8 fresh and 4 cached input tokens, 7 output tokens
        expect(abs(one["response"]["cost"] - (8 * 1.0 + 4 * 0.5 + 7 * 10.0) / 1e6) < 1e-12, one)


# --- no server at all


@test
def builtin_echo_says_the_prompt_again(w):
    with w.home() as home:
        equal(ask(home, "-m", "builtin/echo", "hello").text, "hello\n")
        (one,) = records(ask(home, "-m", "builtin/echo", stdin=jsonl({"id": 1, "prompt": "x"})))
        equal((one["response"]["text"], one["response"]["model"]), ("x", "builtin/echo"))
        expect("usage" not in one["response"] or one["response"]["usage"] == {}, one)


@test
def builtin_extract_finds_the_sentence(w):
    with w.home() as home:
        context = [{"id": "a", "text": "The mill burned in 1912. The bakery was built in 1923.", "score": 1}]
        record = {"id": 1, "prompt": "When was the bakery built?", "context": context}
        (one,) = records(ask(home, "-m", "builtin/extract", stdin=jsonl(record)))
        equal(one["response"]["text"], "The bakery was built in 1923.")


COMMAND = """import json, sys
for n, line in enumerate(sys.stdin):
    asked = json.loads(line)
    said = asked["messages"][-1]["content"]
    if said == "die": sys.exit(3)
    if said == "fail":
        print(json.dumps({"error": {"fault": "refused", "message": "not that"}}), flush=True)
    elif said == "nonsense":
        print("not json", flush=True)
    elif said == "hang":
        import time; time.sleep(1000)
    else:
        if asked["stream"]:
            for piece in said: print(json.dumps({"delta": piece}), flush=True)
        print(json.dumps({"text": said, "usage": {"input": 3, "output": n}}), flush=True)
"""




@test
def any_program_is_a_model_and_is_kept_running(w):
    with w.home() as home:
        (home.path / "model.py").write_text(COMMAND)
        home.config(f'[provider.mine]\nprotocol = "command"\ncommand = ["{sys.executable}", "model.py"]\n')
        given = jsonl(*({"id": n, "prompt": f"p{n}"} for n in range(20)))
        out = records(ask(home, "-m", "mine/x", "--jobs", 1, stdin=given))
        equal([one["response"]["text"] for one in out], [f"p{n}" for n in range(20)])
        equal([one["response"]["usage"]["output"] for one in out], list(range(20)), "one process for all")
        equal(ask(home, "-m", "mine/x", "streamed").text, "streamed\n")
        out = ask(home, "-m", "mine/x", "--stream", stdin=jsonl({"id": 1, "prompt": "abc"}))
        equal([one["delta"] for one in deltas(out)], ["a", "b", "c"])


@test
def a_program_that_fails_dies_or_hangs_has_its_fault(w):
    with w.home() as home:
        (home.path / "model.py").write_text(COMMAND)
        home.config(f'[provider.mine]\nprotocol = "command"\ncommand = ["{sys.executable}", "model.py"]\n')
        home.config('[provider.none]\nprotocol = "command"\ncommand = ["no-such-program"]\n')
        given = [
            {"id": said, "model": "mine/x", "prompt": said} for said in ("a", "fail", "b", "die", "c", "nonsense", "d", "hang", "e")
        ] + [{"id": "none", "model": "none/x", "prompt": "a"}]
        result = ask(home, "--retries", 0, "--jobs", 1, "--timeout", "3s", stdin=jsonl(*given), code=3)
        got = {one["id"]: one.get("error", {}).get("fault", "fine") for one in records(result)}
        equal(
            got,
            {
                "a": "fine",
                "fail": "refused",
                "b": "fine",
                "die": "provider",
                "c": "fine",
                "nonsense": "provider",
                "d": "fine",
                "hang": "timeout",
                "e": "fine",
                "none": "config",
            },
        )


@test
def what_was_recorded_is_replayed_to_the_letter_without_network(w):
    with w.at("echo") as (home, tagged):
        given = jsonl(*({"id": n, "prompt": f"say {n}"} for n in range(5)))
        first = ask(home, "-m", "p/any", "--record", "tape", "--jobs", 1, stdin=given)
        equal(w.count(tagged), 5)
        again = ask(home, "-m", "p/any", "--replay", "tape", stdin=given)
        equal(w.count(tagged), 5, "nothing was asked")
        texts = [[one["response"]["text"] for one in records(r)] for r in (first, again)]
        equal(texts[0], texts[1])
        usages = [[one["response"].get("usage") for one in records(r)] for r in (first, again)]
        equal(usages[0], usages[1])
        equal(ask(home, "-m", "replay/tape", "say 3").text, "say 3\n")
        missing = ask(home, "-m", "p/any", "--replay", "tape", stdin=jsonl({"prompt": "new"}), code=3)
        equal(records(missing)[0]["error"]["fault"], "refused")
        other = ask(home, "-m", "p/any", "--replay", "tape", "--replay-missing", "ask", "new")
        equal(other.text, "new\n")
        equal(w.count(tagged), 6)


@test
def a_stream_that_was_recorded_is_replayed_in_the_same_pieces(w):
    with w.at("ok") as (home, tagged):
        given = jsonl({"id": 1, "prompt": "x"})
        first = ask(home, "-m", "p/any", "--record", "tape", "--stream", stdin=given)
        again = ask(home, "-m", "p/any", "--replay", "tape", "--stream", stdin=given)
        equal(deltas(first), deltas(again))
        expect(len(deltas(first)) > 1, "there are several pieces")
        equal(w.count(tagged), 1)


# --- aimock: somebody else's reading of the APIs


def aimock_home(w, home, protocol):
    home.provider("p", protocol, w.aimock.url(protocol))


@each(*BOTH)
def aimock_answers_in_every_protocol(w, _, protocol, mode):
    with w.home() as home:
        aimock_home(w, home, protocol)
        model = "gpt-4o"
        result = ask(home, "-m", f"p/{model}", mode, "What is the capital of France?")
        equal(result.text, "The capital of France is Paris.\n")
        equal(ask(home, "-m", f"p/{model}", mode, "Say it in Greek").text, "Καλημέρα, κόσμε 🌍\n")
        equal(ask(home, "-m", f"p/{model}", mode, "-s", "You are a pirate", "Who are you?").text, "Arr, a pirate I be.\n")
        turns = [
            {"role": "user", "content": "What is the capital of France?"},
            {"role": "assistant", "content": "The capital of France is Paris."},
            {"role": "user", "content": "What was my first question?"},
        ]
        (one,) = whole(ask(home, "-m", f"p/{model}", mode, stdin=jsonl({"id": 1, "messages": turns})))
        equal(one["response"]["text"], "You asked about France.")


@each(*BOTH)
def aimock_calls_a_tool_in_every_protocol(w, _, protocol, mode):
    if protocol == "gemini":
        raise Unavailable("aimock ends Gemini's tool calls with a reason the API does not have (DEVIATIONS.md)")
    with w.home() as home:
        aimock_home(w, home, protocol)
        asked = {"id": 1, "prompt": "How is the weather in Paris?", "tools": [WEATHER]}
        (one,) = whole(ask(home, "-m", "p/gpt-4o", mode, stdin=jsonl(asked)))
        (call,) = one["response"]["tool_calls"]
        equal(call["function"]["name"], "get_weather")
        equal(json.loads(call["function"]["arguments"]), {"city": "Paris", "unit": "celsius"})
        turns = [
            {"role": "user", "content": "How is the weather in Paris?"},
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": call["id"], "content": "18 degrees"},
        ]
        (one,) = whole(ask(home, "-m", "p/gpt-4o", mode, stdin=jsonl({"id": 2, "messages": turns, "tools": [WEATHER]})))
        equal(one["response"]["text"], "It is 18 degrees in Paris.")


@each(*[(p,) for p in PROTOCOLS])
def aimock_refuses_a_wrong_request_and_a_wrong_model(w, _, protocol):
    with w.home() as home:
        aimock_home(w, home, protocol)
        given = jsonl(
            {"id": 1, "prompt": "be bad"},
            {"id": 2, "prompt": "no such model"},
            {"id": 3, "prompt": "too fast"},
            {"id": 4, "prompt": "fall over"},
        )
        out = records(ask(home, "-m", "p/gpt-4o", "--retries", 0, stdin=given, code=3))
        equal([one["error"]["fault"] for one in out], ["refused", "refused", "rate_limit", "provider"], out)
        equal([one["error"]["status"] for one in out], [400, 404, 429, 500])


# --- a real language model


@each(*[(mode,) for mode in MODES])
def a_real_model_tells_its_golden_story(w, _, mode):
    llama = w.llama
    with w.home() as home:
        home.provider("p", "openai", llama.url(), key=None)
        result = ask(
            home, "-m", "p/stories", mode, "-o", "max_tokens", llama.TOKENS, "-o", "temperature", 0, llama.PROMPT, timeout=300
        )
        equal(result.text, llama.golden.removesuffix("\n") + "\n")


@test
def a_real_model_says_the_same_to_many_at_once(w):
    llama = w.llama
    with w.home() as home:
        home.provider("p", "openai", llama.url(), key=None)
        given = [{"id": n, "prompt": llama.PROMPT, "options": {"max_tokens": 40, "temperature": 0}} for n in range(12)]
        result = ask(home, "-m", "p/stories", "--jobs", 6, "--stream", stdin=jsonl(*given), timeout=300)
        out = whole(result)
        equal([one["id"] for one in out], list(range(12)))
        texts = {one["response"]["text"] for one in out}
        equal(len(texts), 1, texts)
        expect(llama.golden.startswith(texts.pop()), "the beginning of the golden text")
        for n in range(12):
            own = "".join(one["delta"] for one in deltas(result) if one["id"] == n)
            equal(own, out[n]["response"]["text"], "the deltas of each record are its text")
        expect(all(one["response"]["usage"]["output"] == 40 for one in out), out[0])
        expect(all(one["response"]["finish"] == "length" for one in out), out[0])
