#include "support/http_provider.hpp"

using namespace llm;
using namespace llm::test;

namespace {
Request claude(const char* model, const char* options = "{}") {
    Request r = ask();
    r.model = model;
    r.options = options_of(Json::parse(options));
    return r;
}
}  // namespace

TEST_CASE("anthropic: key, version, system apart, max_tokens always") {
    Request r = ask();
    r.messages.insert(r.messages.begin(), Message::of(Role::system, "be brief"));
    const auto p = make("anthropic");
    const HttpCall call = p->request(r);
    CHECK(call.url == "https://api.anthropic.com/v1/messages");
    CHECK(has_header(call, std::string{"x-api-key: "} + secret));
    CHECK(has_header(call, "anthropic-version: 2023-06-01"));
    CHECK(call.body == R"({"model":"m-1","max_tokens":8192,"system":"be brief","messages":[{"role":"user","content":"Hi"}]})");
    Endpoint e = endpoint("anthropic");
    e.settings = Json{{"max_tokens", 500}};
    CHECK(body_of(*make(e), r)["max_tokens"] == 500);
    r.options.max_tokens = 7;
    CHECK(body_of(*make(e), r)["max_tokens"] == 7);
}

TEST_CASE("anthropic: reasoning is a budget before 4.6 and an effort from there on") {
    const auto p = make("anthropic");
    Json b = body_of(*p, claude("claude-sonnet-4-5-20250929", R"({"reasoning":"medium"})"));
    CHECK(b["thinking"] == Json{{"type", "enabled"}, {"budget_tokens", 8192}});
    b = body_of(*p, claude("claude-3-7-sonnet-20250219", R"({"reasoning":"high","max_tokens":4096})"));
    CHECK(b["thinking"]["budget_tokens"] == 2048);
    for (const char* model : {"claude-opus-4-6", "claude-opus-4-7", "claude-sonnet-5", "anthropic/claude-opus-4.8"}) {
        b = body_of(*p, claude(model, R"({"reasoning":"medium"})"));
        CHECK(b["thinking"] == Json{{"type", "adaptive"}, {"display", "summarized"}});
        CHECK(b["output_config"]["effort"] == "medium");
    }
    CHECK(body_of(*p, claude("claude-opus-4-6", R"({"reasoning":"2000"})"))["thinking"]["budget_tokens"] == 2000);
    CHECK(body_of(*p, claude("claude-opus-4-6", R"({"reasoning":"none"})"))["thinking"] == Json{{"type", "disabled"}});
    for (const auto& r : {claude("claude-opus-4-7", R"({"reasoning":"2000"})"), claude("claude-opus-4-5", R"({"reasoning":"100"})"),
                          claude("claude-opus-4-5", R"({"reasoning":"3000","max_tokens":2000})"),
                          claude("claude-opus-4-5", R"({"reasoning":"low","max_tokens":1500})"),
                          claude("claude-opus-4-6", R"({"reasoning":"low","temperature":0.3})"),
                          claude("claude-opus-4-6", R"({"temperature":1.5})")})
        CHECK(request_error(*p, r).fault == Fault::refused);
}

TEST_CASE("anthropic: results of parallel calls stand in one user turn, media in their own blocks") {
    Request r = ask();
    r.messages = messages_of(Json::parse(R"([
        {"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":"data:image/png;base64,iVBORw=="},
          {"type":"image_url","image_url":"https://x.test/a.png"},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERg=="}},
          {"type":"file","file":{"filename":"a.txt","file_data":"data:text/plain;base64,aGk="}}]},
        {"role":"assistant","content":"","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"b","function":{"name":"f","arguments":""}}]},
        {"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"2"},{"role":"user","content":"so?"}])"));
    const Json m = body_of(*make("anthropic"), r)["messages"];
    REQUIRE(m.size() == 3);
    CHECK(m[0]["content"][1] == Json::parse(R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw=="}})"));
    CHECK(m[0]["content"][2]["source"] == Json::parse(R"({"type":"url","url":"https://x.test/a.png"})"));
    CHECK(m[0]["content"][3] == Json::parse(R"({"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERg=="},"title":"a.pdf"})"));
    CHECK(m[0]["content"][4]["source"] == Json::parse(R"({"type":"text","media_type":"text/plain","data":"hi"})"));
    CHECK(m[1]["content"] == Json::parse(R"([{"type":"tool_use","id":"a","name":"f","input":{"x":1}},{"type":"tool_use","id":"b","name":"f","input":{}}])"));
    REQUIRE(m[2]["content"].size() == 3);
    CHECK(m[2]["content"][1]["tool_use_id"] == "b");
    CHECK(m[2]["content"][2] == Json::parse(R"({"type":"text","text":"so?"})"));
}

TEST_CASE("anthropic: tools and the choice among them") {
    Request r = ask();
    r.tools = Json::parse(R"([{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}])");
    const auto choice = [&r](const char* c) {
        r.tool_choice = Json::parse(c);
        return body_of(*make("anthropic"), r)["tool_choice"];
    };
    CHECK(choice(R"("auto")")["type"] == "auto");
    CHECK(choice(R"("required")")["type"] == "any");
    CHECK(choice(R"("none")")["type"] == "none");
    CHECK(choice(R"({"type":"function","function":{"name":"f"}})") == Json::parse(R"({"type":"tool","name":"f"})"));
    CHECK(body_of(*make("anthropic"), r)["tools"][0] == Json::parse(R"({"name":"f","description":"d","input_schema":{"type":"object"}})"));
}

TEST_CASE("anthropic: a schema is closed and its bounds become words") {
    Request r = ask();
    r.schema = Json::parse(R"({"type":"object","properties":{"n":{"type":"integer","minimum":1,"description":"count"},"minimum":{"type":"string"}},"required":["n"]})");
    const Json f = body_of(*make("anthropic"), r)["output_config"]["format"];
    CHECK(f["type"] == "json_schema");
    CHECK(f["schema"]["additionalProperties"] == false);
    CHECK_FALSE(f["schema"]["properties"]["n"].contains("minimum"));
    CHECK(f["schema"]["properties"]["n"]["description"] == "count\n\n{\"minimum\":1}");
    CHECK(f["schema"]["properties"].contains("minimum"));
}

TEST_CASE("anthropic: the prompt cache is marked only where it is asked for") {
    Endpoint e = endpoint("anthropic");
    Request r = ask();
    r.messages.insert(r.messages.begin(), Message::of(Role::system, "s"));
    r.tools = Json::parse(R"([{"type":"function","function":{"name":"f"}}])");
    CHECK(make(e)->request(r).body.find("cache_control") == std::string::npos);
    e.settings = Json{{"prompt_cache", "auto"}};
    const Json b = body_of(*make(e), r);
    CHECK(b["tools"][0]["cache_control"]["type"] == "ephemeral");
    CHECK(b["system"][0]["cache_control"]["type"] == "ephemeral");
    CHECK(b["messages"][0]["content"][0]["cache_control"]["type"] == "ephemeral");
    e.settings = Json{{"prompt_cache", "yes"}};
    CHECK_THROWS_AS(make(e), Error);
}

TEST_CASE("anthropic: thoughts are reasoning, their signatures go back unless the turn was changed") {
    const auto p = make("anthropic");
    const std::string body = R"({"type":"message_start","message":{"id":"i","model":"m","usage":{"input_tokens":3,"cache_creation_input_tokens":2,"cache_read_input_tokens":1}}}
{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}
{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"SIG"}}
{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"ok"}}
{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}}
{"type":"message_stop"})";
    std::string stream = "data: ";
    for (const char c : body) stream += c == '\n' ? std::string{"\n\ndata: "} : std::string(1, c);
    const Completion c = hear(*p, ask("", true), stream + "\n\n").completion;
    CHECK(c.reasoning == "hm");
    CHECK(c.text == "ok");
    CHECK(c.finish == "length");
    CHECK(c.usage == Usage{6, 9, 1, 2, 4});
    Request r = ask();
    r.messages.push_back(Message::of(Role::assistant, "ok"));
    r.messages.back().provider = c.provider;
    CHECK(body_of(*p, r)["messages"][1]["content"] ==
          Json::parse(R"([{"type":"thinking","thinking":"hm","signature":"SIG"},{"type":"text","text":"ok"}])"));
    r.messages.back().parts[0].text = "changed";
    CHECK(body_of(*p, r)["messages"][1]["content"] == "changed");
}

TEST_CASE("anthropic: overload in the middle of a stream is the provider's 529") {
    const Error e = error_of(*make("anthropic"), ask("", true),
                             "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n");
    CHECK(e.fault == Fault::provider);
    CHECK(e.status == 529);
}

TEST_CASE("anthropic: a refusal says so") {
    CHECK(hear(*make("anthropic"), ask(), R"({"content":[{"type":"text","text":"no"}],"stop_reason":"refusal"})").completion.finish == "refusal");
}
