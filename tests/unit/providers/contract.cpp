// What every HTTP provider of the roster must do. A new one fails the first test until its recorded shapes stand in `shapes`.
#include "support/http_provider.hpp"

#include <map>

using namespace llm;
using namespace llm::test;

namespace {

struct Shape {
    std::string whole;   // "Grüße 😀!", usage 12 in (4 of them cached where it says so), 5 out
    std::string stream;  // the same
    std::string calls;   // whole: weather({"city":"Oslo"}) and weather({"city":"Rom"})
    std::string calls_stream;
    std::string error;   // of status 429
    std::string error_in_stream;
};

std::string sse(std::initializer_list<std::string_view> events) {
    std::string out;
    for (const std::string_view e : events) {
        const auto type = Json::parse(e, nullptr, false);
        if (type.is_object() && type.contains("type")) out += "event: " + type["type"].get<std::string>() + "\n";
        out.append("data: ").append(e).append("\n\n");
    }
    return out;
}

const std::map<std::string, Shape, std::less<>>& shapes() {
    static const std::map<std::string, Shape, std::less<>> all{
        {"openai",
         {R"({"id":"c1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"Grüße 😀!","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":4}}})",
          sse({R"({"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})",
               R"({"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"content":"Grüße "},"finish_reason":null}]})",
               R"({"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"content":"😀!"},"finish_reason":null}]})",
               R"({"id":"c1","model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})",
               R"({"id":"c1","model":"m-1","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":4}}})",
               "[DONE]"}),
          R"({"id":"c1","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}},{"id":"b","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rom\"}"}}]},"finish_reason":"tool_calls"}]})",
          sse({R"({"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":""}}]}}]})",
               R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":\"Os"}}]}}]})",
               R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"lo\"}"}}]}}]})",
               R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rom\"}"}}]}}]})",
               R"({"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})", "[DONE]"}),
          R"({"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}})",
          sse({R"({"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}})"})}},
        {"openai-responses",
         {R"({"id":"r1","status":"completed","error":null,"incomplete_details":null,"model":"m-1","output":[{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"Grüße 😀!","annotations":[]}]}],"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":4},"output_tokens":5}})",
          sse({R"({"type":"response.created","response":{"id":"r1","status":"in_progress","output":[]}})",
               R"({"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Grüße "})",
               R"({"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"😀!"})",
               R"({"type":"response.completed","response":{"id":"r1","status":"completed","error":null,"model":"m-1","output":[{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"Grüße 😀!"}]}],"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":4},"output_tokens":5}}})"}),
          R"({"id":"r1","status":"completed","model":"m-1","output":[{"type":"function_call","id":"fc1","call_id":"a","name":"weather","arguments":"{\"city\":\"Oslo\"}"},{"type":"function_call","id":"fc2","call_id":"b","name":"weather","arguments":"{\"city\":\"Rom\"}"}]})",
          sse({R"({"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"a","name":"weather","arguments":""}})",
               R"({"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"city\""})",
               R"({"type":"response.completed","response":{"id":"r1","status":"completed","model":"m-1","output":[{"type":"function_call","id":"fc1","call_id":"a","name":"weather","arguments":"{\"city\":\"Oslo\"}"},{"type":"function_call","id":"fc2","call_id":"b","name":"weather","arguments":"{\"city\":\"Rom\"}"}]}})"}),
          R"({"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}})",
          sse({R"({"type":"error","code":"rate_limit_exceeded","message":"Rate limit reached","param":null})"})}},
        {"anthropic",
         {R"({"id":"msg_1","type":"message","role":"assistant","model":"m-1","content":[{"type":"text","text":"Grüße 😀!"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":8,"cache_read_input_tokens":4,"cache_creation_input_tokens":0,"output_tokens":5}})",
          sse({R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m-1","content":[],"stop_reason":null,"usage":{"input_tokens":8,"cache_read_input_tokens":4,"cache_creation_input_tokens":0,"output_tokens":1}}})",
               R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})", R"({"type":"ping"})",
               R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Grüße "}})",
               R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"😀!"}})",
               R"({"type":"content_block_stop","index":0})",
               R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}})",
               R"({"type":"message_stop"})"}),
          R"({"id":"msg_1","model":"m-1","content":[{"type":"tool_use","id":"a","name":"weather","input":{"city":"Oslo"}},{"type":"tool_use","id":"b","name":"weather","input":{"city":"Rom"}}],"stop_reason":"tool_use","usage":{}})",
          sse({R"({"type":"message_start","message":{"id":"msg_1","model":"m-1","usage":{}}})",
               R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"weather","input":{}}})",
               R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"city\":\"Os"}})",
               R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"lo\"}"}})",
               R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"b","name":"weather","input":{}}})",
               R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"city\":\"Rom\"}"}})",
               R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}})", R"({"type":"message_stop"})"}),
          R"({"type":"error","error":{"type":"rate_limit_error","message":"Rate limit reached"}})",
          sse({R"({"type":"error","error":{"type":"rate_limit_error","message":"Rate limit reached"}})"})}},
        {"gemini",
         {R"({"candidates":[{"content":{"parts":[{"text":"Grüße 😀!"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":12,"cachedContentTokenCount":4,"candidatesTokenCount":5,"totalTokenCount":17},"modelVersion":"m-1","responseId":"x"})",
          sse({R"({"candidates":[{"content":{"parts":[{"text":"Grüße "}],"role":"model"}}],"modelVersion":"m-1","responseId":"x"})",
               R"({"candidates":[{"content":{"parts":[{"text":"😀!"}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":12,"cachedContentTokenCount":4,"candidatesTokenCount":5}})"}),
          R"({"candidates":[{"content":{"parts":[{"functionCall":{"id":"a","name":"weather","args":{"city":"Oslo"}}},{"functionCall":{"id":"b","name":"weather","args":{"city":"Rom"}}}]},"finishReason":"STOP"}],"modelVersion":"m-1"})",
          sse({R"({"candidates":[{"content":{"parts":[{"functionCall":{"id":"a","name":"weather","args":{"city":"Oslo"}}}]}}],"modelVersion":"m-1"})",
               R"({"candidates":[{"content":{"parts":[{"functionCall":{"id":"b","name":"weather","args":{"city":"Rom"}}}]},"finishReason":"STOP"}]})"}),
          R"({"error":{"code":429,"message":"Rate limit reached","status":"RESOURCE_EXHAUSTED"}})",
          sse({R"({"error":{"code":429,"message":"Rate limit reached","status":"RESOURCE_EXHAUSTED"}})"})}},
        {"ollama",
         {R"({"model":"m-1","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Grüße 😀!"},"done":true,"done_reason":"stop","prompt_eval_count":12,"eval_count":5})",
          "{\"model\":\"m-1\",\"message\":{\"role\":\"assistant\",\"content\":\"Grüße \"},\"done\":false}\n"
          "{\"model\":\"m-1\",\"message\":{\"role\":\"assistant\",\"content\":\"😀!\"},\"done\":false}\n"
          "{\"model\":\"m-1\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":12,\"eval_count\":5}\n",
          R"({"model":"m-1","message":{"role":"assistant","content":"","tool_calls":[{"id":"a","function":{"name":"weather","arguments":{"city":"Oslo"}}},{"id":"b","function":{"name":"weather","arguments":{"city":"Rom"}}}]},"done":true,"done_reason":"stop"})",
          "{\"model\":\"m-1\",\"message\":{\"content\":\"\",\"tool_calls\":[{\"id\":\"a\",\"function\":{\"index\":0,\"name\":\"weather\",\"arguments\":{\"city\":\"Oslo\"}}}]},\"done\":false}\n"
          "{\"model\":\"m-1\",\"message\":{\"content\":\"\",\"tool_calls\":[{\"id\":\"b\",\"function\":{\"index\":0,\"name\":\"weather\",\"arguments\":{\"city\":\"Rom\"}}}]},\"done\":false}\n"
          "{\"model\":\"m-1\",\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}\n",
          R"({"error":"Rate limit reached"})", "{\"error\":\"Rate limit reached\"}\n"}},
    };
    return all;
}

template <typename F>
void for_each_http(F f) {
    for (const ProviderEntry* entry : providers()) {
        const Endpoint e = endpoint(entry->name);
        if (entry->name == "replay" || entry->name == "command" || entry->name == "builtin") continue;
        const auto p = make(e);
        if (p->transport() != Transport::http) continue;
        INFO("provider " << entry->name);
        REQUIRE(shapes().contains(entry->name));
        f(*p, shapes().at(std::string{entry->name}), entry->name);
    }
}

void check_text(const Heard& h, std::string_view name) {
    REQUIRE(h.completion.text == "Grüße 😀!");
    REQUIRE(h.completion.finish == "stop");
    REQUIRE(h.completion.model == "m-1");
    REQUIRE(h.completion.usage.input == 12);
    REQUIRE(h.completion.usage.output == 5);
    REQUIRE(h.completion.tool_calls.is_null());
    if (name != "ollama") REQUIRE(h.completion.usage.cached == 4);
}

void check_calls(const Heard& h) {
    const Json& calls = h.completion.tool_calls;
    REQUIRE(calls.size() == 2);
    REQUIRE(calls[0] == Json::parse(R"({"id":"a","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}})"));
    REQUIRE(calls[1] == Json::parse(R"({"id":"b","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rom\"}"}})"));
    REQUIRE(h.completion.finish == "tool_calls");
}

}  // namespace

TEST_CASE("contract: every HTTP provider of the roster is tested here") {
    std::size_t seen = 0;
    for_each_http([&](const Provider&, const Shape&, std::string_view) { ++seen; });
    CHECK(seen == shapes().size());
}

TEST_CASE("contract: a whole answer, cut at every byte") {
    for_each_http([](const Provider& p, const Shape& s, std::string_view name) {
        for (std::size_t at = 0; at <= s.whole.size(); ++at) check_text(hear_cut(p, ask(), s.whole, at), name);
        check_text(hear(p, ask(), s.whole, 1), name);
    });
}

TEST_CASE("contract: a stream, cut at every byte; deltas are whole characters and add up to the answer") {
    for_each_http([](const Provider& p, const Shape& s, std::string_view name) {
        for (std::size_t at = 0; at <= s.stream.size(); ++at) {
            const Heard h = hear_cut(p, ask("Hi", true), s.stream, at);
            check_text(h, name);
            REQUIRE(h.text == h.completion.text);
            REQUIRE(h.deltas == 2);
        }
        const Heard bytes = hear(p, ask("Hi", true), s.stream, 1);
        check_text(bytes, name);
        REQUIRE(bytes.deltas == 2);
    });
}

TEST_CASE("contract: parallel tool calls, whole and streamed, cut at every byte") {
    for_each_http([](const Provider& p, const Shape& s, std::string_view) {
        for (std::size_t at = 0; at <= s.calls.size(); ++at) check_calls(hear_cut(p, ask(), s.calls, at));
        for (std::size_t at = 0; at <= s.calls_stream.size(); ++at)
            check_calls(hear_cut(p, ask("Hi", true), s.calls_stream, at));
    });
}

TEST_CASE("contract: an answer that breaks off anywhere is an error of the provider, never half an answer") {
    for_each_http([](const Provider& p, const Shape& s, std::string_view) {
        const auto broken = [&](const Request& r, std::string_view body) {
            try {
                const Heard h = hear(p, r, body);
                REQUIRE(h.completion.text == "Grüße 😀!");  // only what follows the answer itself was missing
            } catch (const Error& e) {
                REQUIRE(e.fault == Fault::provider);
            }
        };
        for (std::size_t n = 0; n < s.whole.size(); ++n)
            REQUIRE(error_of(p, ask(), std::string_view{s.whole}.substr(0, n)).fault == Fault::provider);
        for (std::size_t n = 0; n < s.stream.size(); ++n) broken(ask("Hi", true), std::string_view{s.stream}.substr(0, n));
    });
}

TEST_CASE("contract: what is no answer at all is an error that shows its beginning") {
    for_each_http([](const Provider& p, const Shape&, std::string_view) {
        for (const bool stream : {false, true}) {
            const Request r = ask("Hi", stream);
            for (const char* body : {"", " \r\n", "nonsense", "[]", "{}", "null", "42", "[[[", "\xff\xfe\x00", "data: {\n\n",
                                     "<html><head><title>502 Bad Gateway</title></head></html>", "{\"choices\":[{}]}",
                                     "{\"candidates\":[{}]}", "{\"content\":1}", "{\"output\":[1]", "{\"message\":[]}"})
                CHECK(error_of(p, r, body).fault == Fault::provider);
            CHECK(error_of(p, r, std::string(100000, '[')).fault == Fault::provider);
            CHECK_THAT(error_of(p, r, "nonsense sk-very-secret-0123").what(), contains("nonsense"));
        }
        CHECK_THAT(error_of(p, ask(), "<html><title>502 Bad Gateway</title></html>").what(), contains("502 Bad Gateway"));
    });
}

TEST_CASE("contract: more than 64 MiB is refused while it comes") {
    for_each_http([](const Provider& p, const Shape&, std::string_view) {
        const auto reply = p.reply(ask());
        const std::string mebibyte(1 << 20, ' ');
        const DeltaSink sink = [](const Delta&) {};
        reply->feed("{\"a\":\"", sink);
        CHECK_THROWS_AS([&] { for (int i = 0; i < 65; ++i) reply->feed(mebibyte, sink); }(), Error);
    });
}

TEST_CASE("contract: a status is a fault, an error in the stream is its own, and neither tells the key") {
    for_each_http([](const Provider& p, const Shape& s, std::string_view name) {
        const Error e = p.failure(429, {{"retry-after", "3"}}, s.error);
        CHECK(e.fault == Fault::rate_limit);
        CHECK(e.status == 429);
        CHECK(e.retry_after == 3);
        CHECK_THAT(e.what(), contains("Rate limit reached"));
        CHECK(p.failure(401, {}, "{\"error\":{\"message\":\"bad sk-very-secret-0123\"}}").fault == Fault::auth);
        CHECK_THAT(p.failure(401, {}, "{\"error\":{\"message\":\"bad sk-very-secret-0123\"}}").what(), !contains(secret));
        CHECK(p.failure(500, {}, "<html>oops</html>").fault == Fault::provider);
        CHECK(p.failure(529, {}, "").status == 529);
        const Error inside = error_of(p, ask("Hi", true), s.error_in_stream);
        CHECK(inside.fault == (name == "ollama" ? Fault::provider : Fault::rate_limit));
        CHECK_THAT(inside.what(), contains("Rate limit reached"));
    });
}

TEST_CASE("contract: a missing key is named by its variable, where one is needed") {
    for_each_http([](const Provider&, const Shape&, std::string_view name) {
        Endpoint e = endpoint(name);
        e.key.clear();
        if (e.key_env.empty()) {
            CHECK_NOTHROW(make(e)->request(ask()));
            return;
        }
        const Error missing = request_error(*make(e), ask());
        CHECK(missing.fault == Fault::auth);
        CHECK_THAT(missing.what(), contains(e.key_env));
    });
}

TEST_CASE("contract: headers of the configuration are sent, take the place of our own, and break no line") {
    for_each_http([](const Provider&, const Shape&, std::string_view name) {
        Endpoint e = endpoint(name);
        e.headers = {{"X-Team", "a"}, {"content-type", "application/x"}};
        const HttpCall call = make(e)->request(ask());
        CHECK(has_header(call, "X-Team: a"));
        CHECK(has_header(call, "content-type: application/x"));
        CHECK_FALSE(has_header(call, "Content-Type: application/json"));
        e.headers = {{"X-Team", "a\r\nX-Evil: b"}};
        CHECK_THROWS_AS(make(e)->request(ask()), Error);
        e.headers.clear();
        e.key = "sk-a\nb";
        CHECK_THROWS_AS(make(e)->request(ask()), Error);
    });
}

TEST_CASE("contract: every option is sent or refused, never dropped") {
    for_each_http([](const Provider& p, const Shape&, std::string_view) {
        const std::string plain = p.request(ask()).body;
        for (const char* option : {R"({"temperature":0.5})", R"({"max_tokens":77})", R"({"top_p":0.5})", R"({"top_k":7})",
                                   R"({"frequency_penalty":1})", R"({"presence_penalty":1})", R"({"stop":["x"]})", R"({"seed":7})",
                                   R"({"logprobs":2})", R"({"reasoning":"low"})", R"({"reasoning":"2000"})",
                                   R"({"reasoning":"none"})", R"({"body":{"extra":1}})"}) {
            INFO(option);
            Request r = ask();
            r.options = options_of(Json::parse(option));
            std::string body;
            try {
                body = p.request(r).body;
                CHECK(body != plain);
            } catch (const Error& e) {
                CHECK(e.fault == Fault::refused);
                CHECK_FALSE(e.status);
            }
        }
    });
}

TEST_CASE("contract: a schema and tools reach the body") {
    for_each_http([](const Provider& p, const Shape&, std::string_view) {
        Request r = ask();
        r.schema = Json::parse(R"({"type":"object","properties":{"capital_x":{"type":"string"}},"required":["capital_x"],"additionalProperties":false})");
        CHECK_THAT(p.request(r).body, contains("capital_x"));
        r.schema = {};
        r.tools = Json::parse(R"([{"type":"function","function":{"name":"weather_x","description":"d","parameters":{"type":"object","properties":{"city_x":{"type":"string"}}}}}])");
        CHECK_THAT(p.request(r).body, contains("weather_x") && contains("city_x"));
        r.tools = Json::parse(R"([{"type":"function"}])");
        CHECK(request_error(p, r).fault == Fault::data);
    });
}

TEST_CASE("contract: a call and its result go back in the history") {
    for_each_http([](const Provider& p, const Shape& s, std::string_view) {
        const Completion c = hear(p, ask(), s.calls).completion;
        Request r = ask();
        Message turn;
        turn.role = Role::assistant;
        turn.tool_calls = c.tool_calls;
        turn.provider = c.provider;
        r.messages.push_back(turn);
        for (const char* id : {"a", "b"}) {
            Message result = Message::of(Role::tool, std::string{"sunny_"} + id);
            result.tool_call_id = id;
            r.messages.push_back(result);
        }
        const std::string body = p.request(r).body;
        CHECK_THAT(body, contains("Oslo") && contains("Rom") && contains("sunny_a") && contains("sunny_b"));
    });
}
