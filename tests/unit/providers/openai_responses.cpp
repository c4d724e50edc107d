#include "support/http_provider.hpp"

using namespace llm;
using namespace llm::test;

TEST_CASE("responses: system as instructions, nothing stored, tools flat and not strict unless they say so") {
    Request r = ask();
    r.messages.insert(r.messages.begin(), Message::of(Role::system, "s"));
    r.tools = Json::parse(R"([{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}])");
    r.tool_choice = Json::parse(R"({"type":"function","function":{"name":"f"}})");
    const auto p = make("openai-responses");
    const HttpCall call = p->request(r);
    CHECK(call.url == "https://api.openai.com/v1/responses");
    CHECK(Json::parse(call.body) == Json::parse(R"({"model":"m-1","instructions":"s","input":[{"role":"user","content":"Hi"}],
        "tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":false}],
        "tool_choice":{"type":"function","name":"f"},"store":false})"));
}

TEST_CASE("responses: encrypted reasoning is asked for only where the model reasons") {
    Request r = ask();
    const auto p = make("openai-responses");
    r.model = "gpt-4o";
    CHECK_FALSE(body_of(*p, r).contains("include"));
    for (const char* model : {"gpt-5-mini", "o3"}) {
        r.model = model;
        CHECK(body_of(*p, r)["include"] == Json{"reasoning.encrypted_content"});
    }
    r.options.reasoning = "low";
    r.options.logprobs = 2;
    const Json b = body_of(*p, r);
    CHECK(b["reasoning"] == Json{{"effort", "low"}, {"summary", "auto"}});
    CHECK(b["top_logprobs"] == 2);
    CHECK(b["include"].size() == 2);
}

TEST_CASE("responses: media, calls and their results as input items, a schema as text.format") {
    Request r = ask();
    r.messages = messages_of(Json::parse(R"([{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":"https://x.test/a.png"},
        {"type":"file","file":{"file_url":"https://x.test/a.pdf"}},{"type":"file","file":{"filename":"b.pdf","file_data":"data:application/pdf;base64,JVBERg=="}}]},
        {"role":"assistant","content":"ok","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"42"}])"));
    r.schema = Json::parse(R"({"type":"object","properties":{},"additionalProperties":false})");
    const Json b = body_of(*make("openai-responses"), r);
    CHECK(b["input"] == Json::parse(R"([{"role":"user","content":[{"type":"input_text","text":"see"},
        {"type":"input_image","detail":"auto","image_url":"https://x.test/a.png"},{"type":"input_file","file_url":"https://x.test/a.pdf"},
        {"type":"input_file","filename":"b.pdf","file_data":"data:application/pdf;base64,JVBERg=="}]},
        {"role":"assistant","content":"ok"},{"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
        {"type":"function_call_output","call_id":"a","output":"42"}])"));
    CHECK(b["text"]["format"]["type"] == "json_schema");
    CHECK(b["text"]["format"]["strict"] == true);
}

TEST_CASE("responses: reasoning comes back encrypted and goes back with its turn; without it the item stays behind") {
    const auto p = make("openai-responses");
    const Completion c = hear(*p, ask(), R"({"id":"r","status":"completed","output":[
        {"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"ENC"},
        {"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"ok"}]}],
        "usage":{"input_tokens":3,"output_tokens":9,"output_tokens_details":{"reasoning_tokens":6}}})").completion;
    CHECK(c.reasoning == "hm");
    CHECK(c.usage == Usage{3, 9, {}, {}, 6});
    Request r = ask();
    r.messages.push_back(Message::of(Role::assistant, "ok"));
    r.messages.back().provider = c.provider;
    CHECK(body_of(*p, r)["input"][1]["encrypted_content"] == "ENC");
    CHECK(hear(*p, ask(), R"({"status":"completed","output":[{"type":"reasoning","id":"rs","summary":[]}]})").completion.provider.is_null());
}

TEST_CASE("responses: incomplete, refused and failed are told apart") {
    const auto p = make("openai-responses");
    CHECK(hear(*p, ask(), R"({"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]})").completion.finish == "length");
    CHECK(hear(*p, ask(), R"({"status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[]})").completion.finish == "content_filter");
    const Completion c = hear(*p, ask(), R"({"status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"no"}]}]})").completion;
    CHECK(c.finish == "refusal");
    CHECK(c.text == "no");
    CHECK(error_of(*p, ask("", true), "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"m\"}}}\n\n").status == 500);
}
