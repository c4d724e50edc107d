#include "support/http_provider.hpp"

using namespace llm;
using namespace llm::test;

namespace {
std::unique_ptr<Provider> at(const char* url, const char* settings = nullptr) {
    Endpoint e = endpoint("openai");
    e.base_url = url;
    if (settings) e.settings = Json::parse(settings);
    return make(e);
}
std::string sse(std::initializer_list<const char*> events) {
    std::string out;
    for (const char* e : events) out.append("data: ").append(e).append("\n\n");
    return out;
}
}  // namespace

TEST_CASE("openai: a plain question is a small body and a bearer key") {
    const HttpCall call = make("openai")->request(ask());
    CHECK(call.url == "https://api.openai.com/v1/chat/completions");
    CHECK(has_header(call, std::string{"Authorization: Bearer "} + secret));
    CHECK(call.body == R"({"model":"m-1","messages":[{"role":"user","content":"Hi"}]})");
}

TEST_CASE("openai: the name of the token limit goes by the host") {
    Request r = ask();
    r.options.max_tokens = 5;
    CHECK(body_of(*make("openai"), r)["max_completion_tokens"] == 5);
    CHECK(body_of(*at("http://127.0.0.1:8080/v1"), r)["max_tokens"] == 5);
    CHECK(body_of(*at("http://127.0.0.1:8080/v1", R"({"max_tokens_field":"max_completion_tokens"})"),
                  r)["max_completion_tokens"] == 5);
}

TEST_CASE("openai: every option has its place, body goes in as it is") {
    Request r = ask();
    r.options = options_of(Json::parse(R"({"temperature":0,"top_p":0.5,"top_k":3,"frequency_penalty":1,"presence_penalty":-1,
        "stop":"x","seed":7,"logprobs":2,"reasoning":"low","body":{"user":"me","stream_options":{"x":1}}})"));
    r.stream = true;
    const Json b = body_of(*at("http://localhost:1/v1"), r);
    CHECK(b["top_k"] == 3);
    CHECK(b["stop"] == Json{"x"});
    CHECK(b["logprobs"] == true);
    CHECK(b["top_logprobs"] == 2);
    CHECK(b["reasoning_effort"] == "low");
    CHECK(b["user"] == "me");
    CHECK(b["stream_options"] == Json{{"include_usage", true}, {"x", 1}});
    CHECK_THAT(request_error(*make("openai"), r).what(), contains("top_k"));
}

TEST_CASE("openai: a reasoning budget goes to OpenRouter only") {
    Request r = ask();
    r.options.reasoning = "2000";
    CHECK(body_of(*at("https://openrouter.ai/api/v1"), r)["reasoning"] == Json{{"max_tokens", 2000}});
    const Error e = request_error(*make("openai"), r);
    CHECK(e.fault == Fault::refused);
    CHECK_FALSE(e.status);
}

TEST_CASE("openai: Mistral has its own seed and no stream options") {
    Request r = ask("Hi", true);
    r.options.seed = 3;
    const Json b = body_of(*at("https://api.mistral.ai/v1"), r);
    CHECK(b["random_seed"] == 3);
    CHECK_FALSE(b.contains("stream_options"));
}

TEST_CASE("openai: Azure by deployment and by its v1 address") {
    const HttpCall old = at("https://x.openai.azure.com", R"({"api_version":"2024-10-21"})")->request(ask());
    CHECK(old.url == "https://x.openai.azure.com/openai/deployments/m-1/chat/completions?api-version=2024-10-21");
    CHECK(has_header(old, std::string{"api-key: "} + secret));
    const HttpCall v1 = at("https://x.openai.azure.com/openai/v1/")->request(ask());
    CHECK(v1.url == "https://x.openai.azure.com/openai/v1/chat/completions");
    CHECK(has_header(v1, std::string{"api-key: "} + secret));
    CHECK_THROWS_AS(at("https://x.openai.azure.com")->request(ask()), Error);
}

TEST_CASE("openai: a schema is strict only where strict mode takes it") {
    Request r = ask();
    r.schema = Json::parse(R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})");
    r.schema_name = "thing";
    Json f = body_of(*make("openai"), r)["response_format"];
    CHECK(f["type"] == "json_schema");
    CHECK(f["json_schema"]["strict"] == true);
    CHECK(f["json_schema"]["name"] == "thing");
    CHECK(f["json_schema"]["schema"] == r.schema);
    for (const char* loose :
         {R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})",
          R"({"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false})",
          R"({"type":"object","properties":{"a":{"type":"object"}},"required":["a"],"additionalProperties":false})",
          R"({"type":"object","properties":{"a":{}},"required":["a"],"additionalProperties":false})",
          R"({"type":"array","items":{"type":"string"}})"}) {
        r.schema = Json::parse(loose);
        CHECK(body_of(*make("openai"), r)["response_format"]["json_schema"]["strict"] == false);
    }
    const Json deepseek = body_of(*at("https://api.deepseek.com"), r);
    CHECK(deepseek["response_format"] == Json{{"type", "json_object"}});
    CHECK_THAT(deepseek["messages"][0]["content"].get<std::string>(), contains("JSON Schema"));
}

TEST_CASE("openai: turns, images, sound, files and tool results in the history") {
    Request r = ask();
    r.messages = messages_of(Json::parse(R"([
        {"role":"developer","content":"be brief"},
        {"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"https://x.test/a.png","detail":"low"}},
          {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw=="}},
          {"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}},
          {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERg=="}}]},
        {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c1","name":"f","content":"42"}])"));
    const Json m = body_of(*make("openai"), r)["messages"];
    CHECK(m[0] == Json{{"role", "system"}, {"content", "be brief"}});
    CHECK(m[1]["content"] == to_json(r.messages[1])["content"]);
    CHECK(m[2]["tool_calls"] == r.messages[2].tool_calls);
    CHECK(m[2]["content"].is_null());
    CHECK(m[3] == Json{{"role", "tool"}, {"tool_call_id", "c1"}, {"content", "42"}});
}

TEST_CASE("openai: what it cannot take is refused with who could") {
    Request r = ask();
    r.messages = messages_of(Json::parse(
        R"([{"role":"user","content":[{"type":"file","file":{"file_url":"https://x.test/a.pdf"}}]}])"));
    const Error e = request_error(*make("openai"), r);
    CHECK(e.fault == Fault::refused);
    CHECK_THAT(e.what(), contains("anthropic"));
}

TEST_CASE("openai: usage in a last chunk without choices, nulls in deltas, no [DONE]") {
    const Heard h = hear(*make("openai"), ask("Hi", true), sse({
        R"({"id":"i","model":"m-2","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":null},"finish_reason":null}]})",
        R"({"choices":[{"delta":{"content":"He"},"logprobs":null}]})", R"({"choices":[{"delta":{"content":"llo"}}],"usage":null})",
        R"({"choices":[{"delta":{},"finish_reason":"stop"}]})",
        R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":1}}})"}));
    CHECK(h.completion.text == "Hello");
    CHECK(h.text == "Hello");
    CHECK(h.completion.finish == "stop");
    CHECK(h.completion.model == "m-2");
    CHECK(h.completion.usage == Usage{5, 2, 4, {}, 1});
}

TEST_CASE("openai: the reasoning of compatible servers under either name") {
    const auto p = at("https://api.deepseek.com");
    CHECK(hear(*p, ask("", true), sse({R"({"choices":[{"delta":{"reasoning_content":"hm"}}]})",
                                       R"({"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]})"})).reasoning == "hm");
    const Heard h = hear(*p, ask("", true), sse({R"({"choices":[{"delta":{"reasoning":"hm","content":""}}]})",
                                                 R"({"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]})", "[DONE]"}));
    CHECK(h.completion.reasoning == "hm");
    CHECK(h.completion.text == "a");
}

TEST_CASE("openai: what belongs to a call goes back with it, to the same provider only") {
    const auto p = make("openai");
    const Heard h = hear(*p, ask(), R"({"choices":[{"message":{"reasoning_content":"hm","tool_calls":[
        {"id":"c1","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"s"}}}]},
        "finish_reason":"tool_calls"}]})");
    Request r = ask();
    Message m;
    m.role = Role::assistant;
    m.tool_calls = h.completion.tool_calls;
    m.provider = h.completion.provider;
    r.messages.push_back(m);
    const Json turn = body_of(*p, r)["messages"][1];
    CHECK(turn["reasoning_content"] == "hm");
    CHECK(turn["tool_calls"][0]["extra_content"]["google"]["thought_signature"] == "s");
    Endpoint other = endpoint("openai");
    other.name = "mistral";
    CHECK_FALSE(body_of(*make(other), r)["messages"][1].contains("reasoning_content"));
}

TEST_CASE("openai: calls in pieces, in parallel, with and without index") {
    const auto calls = [](std::initializer_list<const char*> events) {
        return hear(*make("openai"), ask("", true), sse(events)).completion.tool_calls;
    };
    const Json two = calls({R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}}]})",
                            R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}}]})",
                            R"({"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}},{"index":0,"function":{"arguments":"1}"}}]}}]})",
                            R"({"choices":[{"delta":{},"finish_reason":"tool_calls"}]})"});
    REQUIRE(two.size() == 2);
    CHECK(two[0] == Json::parse(R"({"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}})"));
    CHECK(two[1]["function"]["name"] == "g");
    const Json bare = calls({R"({"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"f","arguments":"{"}}]}}]})",
                             R"({"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"}"}}]},"finish_reason":"stop"}]})"});
    REQUIRE(bare.size() == 2);
    CHECK(bare[1]["function"]["arguments"] == "{}");
    const Json same = calls({R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}]},"finish_reason":"stop"}]})"});
    CHECK(same.size() == 2);
    const Json nameless = calls({R"({"choices":[{"delta":{"tool_calls":[{"function":{"name":"f","arguments":{"x":1}}}]},"finish_reason":"stop"}]})"});
    CHECK(nameless[0]["id"] == "call_1");
    CHECK(nameless[0]["function"]["arguments"] == R"({"x":1})");
}

TEST_CASE("openai: a refusal is an answer that says so") {
    const Heard h = hear(*make("openai"), ask(), R"({"choices":[{"message":{"content":null,"refusal":"I can't."},"finish_reason":"stop"}]})");
    CHECK(h.completion.finish == "refusal");
    CHECK(h.completion.text == "I can't.");
}

TEST_CASE("openai: log-probabilities") {
    const Heard h = hear(*make("openai"), ask(), R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop","logprobs":
        {"content":[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[{"token":"a","logprob":-0.5},{"token":"b","logprob":-1}]}]}}]})");
    CHECK(h.completion.logprobs == Json::parse(
        R"([{"token":"a","logprob":-0.5,"top":[{"token":"a","logprob":-0.5},{"token":"b","logprob":-1}]}])"));
}

TEST_CASE("openai: xAI's count of reasoning is added to the output, others' is part of it already") {
    const auto usage = [](const char* u) {
        return hear(*make("openai"), ask(), std::string{R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":)"} + u + "}")
            .completion.usage;
    };
    CHECK(usage(R"({"prompt_tokens":10,"completion_tokens":3,"total_tokens":20,"completion_tokens_details":{"reasoning_tokens":7}})").output == 10);
    CHECK(usage(R"({"prompt_tokens":10,"completion_tokens":10,"total_tokens":20,"completion_tokens_details":{"reasoning_tokens":7}})").output == 10);
    CHECK(usage(R"({"prompt_tokens":-1,"completion_tokens":"x"})") == Usage{});
}

TEST_CASE("openai: an error inside a 200 or a stream is that error") {
    const auto p = make("openai");
    CHECK(error_of(*p, ask(), R"({"error":"model not loaded"})").fault == Fault::provider);
    CHECK(error_of(*p, ask(), R"({"error":{"message":"slow down","code":429}})").fault == Fault::rate_limit);
    CHECK(error_of(*p, ask(), R"({"choices":[{"error":{"message":"upstream","code":502}}]})").fault == Fault::provider);
    CHECK(error_of(*p, ask(), R"({"error":{"message":"too long","code":"context_length_exceeded"}})").fault == Fault::refused);
    const Error e = error_of(*p, ask("", true), sse({R"({"choices":[{"delta":{"content":"a"}}]})",
                                                     R"({"error":{"message":"You used sk-very-secret-0123","type":"rate_limit_exceeded"}})"}));
    CHECK(e.fault == Fault::rate_limit);
    CHECK(e.status == 429);
}

TEST_CASE("openai: a status means what its code says") {
    const auto p = make("openai");
    const auto f = [&p](int status, const char* code) {
        return p->failure(status, {}, fmt::format(R"({{"error":{{"message":"m","code":"{}"}}}})", code)).fault;
    };
    CHECK(f(429, "rate_limit_exceeded") == Fault::rate_limit);
    CHECK(f(429, "insufficient_quota") == Fault::refused);
    CHECK(f(400, "context_length_exceeded") == Fault::refused);
    CHECK(f(400, "content_filter") == Fault::refused);
    CHECK(f(401, "invalid_api_key") == Fault::auth);
    CHECK(f(500, "server_error") == Fault::provider);
    CHECK_THAT(p->failure(401, {}, R"({"error":{"message":"Incorrect API key provided: sk-very-secret-0123"}})").what(),
               !contains(secret));
}

TEST_CASE("openai: a list of parts from Mistral is text and thinking") {
    const Heard h = hear(*make("openai"), ask(), R"({"choices":[{"message":{"content":[
        {"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}]},"finish_reason":"model_length"}]})");
    CHECK(h.completion.text == "a");
    CHECK(h.completion.reasoning == "hm");
    CHECK(h.completion.finish == "length");
}

TEST_CASE("openai: a stream asked for and a document given, and the other way round") {
    const char* document = R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]})";
    CHECK(hear(*make("openai"), ask("", true), document, 1).completion.text == "a");
    CHECK(hear(*make("openai"), ask("", false), sse({R"({"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]})"}), 1)
              .completion.text == "a");
}

TEST_CASE("openai: half surrogates from a server become the replacement character") {
    const Heard h = hear(*make("openai"), ask(), R"({"choices":[{"message":{"content":"\ud83d x \uD83D\uDE00 \\ud83d"},"finish_reason":"stop"}]})");
    CHECK(h.completion.text == "\xEF\xBF\xBD x 😀 \\ud83d");
    CHECK(hear(*make("openai"), ask(), "{\"choices\":[{\"message\":{\"content\":\"a\xff\"},\"finish_reason\":\"stop\"}]}").completion.text ==
          "a\xEF\xBF\xBD");
}
