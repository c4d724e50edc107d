#include "support/http_provider.hpp"

using namespace llm;
using namespace llm::test;

TEST_CASE("ollama: options stand apart, streaming is always said, the schema is the format") {
    Endpoint e = endpoint("ollama");
    e.key.clear();
    e.settings = Json::parse(R"({"keep_alive":"5m","num_ctx":8192})");
    Request r = ask();
    r.options = options_of(Json::parse(R"({"temperature":0,"max_tokens":5,"seed":1,"stop":"x","logprobs":2,"reasoning":"high"})"));
    r.schema = Json::parse(R"({"type":"object"})");
    const HttpCall call = make(e)->request(r);
    CHECK(call.url == "http://127.0.0.1:11434/api/chat");
    CHECK(Json::parse(call.body) == Json::parse(R"({"model":"m-1","messages":[{"role":"user","content":"Hi"}],"stream":false,
        "format":{"type":"object"},"options":{"num_ctx":8192,"temperature":0.0,"num_predict":5,"stop":["x"],"seed":1},
        "logprobs":true,"top_logprobs":2,"think":"high","keep_alive":"5m"})"));
    r.options.reasoning = "none";
    CHECK(body_of(*make(e), r)["think"] == false);
}

TEST_CASE("ollama: images as bytes, calls as objects, results by the function's name") {
    Request r = ask();
    r.messages = messages_of(Json::parse(R"([{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":"data:image/png;base64,iVBORw=="}]},
        {"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}]},{"role":"tool","tool_call_id":"a","content":"42"}])"));
    const Json m = body_of(*make("ollama"), r)["messages"];
    CHECK(m[0] == Json::parse(R"({"role":"user","content":"see","images":["iVBORw=="]})"));
    CHECK(m[1]["tool_calls"][0]["function"]["arguments"] == Json::parse(R"({"x":1})"));
    CHECK(m[2] == Json::parse(R"({"role":"tool","content":"42","tool_name":"f","tool_call_id":"a"})"));
}

TEST_CASE("ollama: addresses, documents and a forced tool are refused with who could") {
    Request r = ask();
    r.messages = messages_of(Json::parse(R"([{"role":"user","content":[{"type":"image_url","image_url":"https://x.test/a.png"}]}])"));
    CHECK_THAT(request_error(*make("ollama"), r).what(), contains("gemini"));
    r = ask();
    r.tool_choice = "required";
    CHECK(request_error(*make("ollama"), r).fault == Fault::refused);
}

TEST_CASE("ollama: thinking is reasoning, calls without ids get one, an error may come in the stream") {
    const auto p = make("ollama");
    const Heard h = hear(*p, ask("", true),
                         "{\"message\":{\"thinking\":\"hm\"},\"done\":false}\n"
                         "{\"message\":{\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{}}}]}}\n"
                         "{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"x\":1}}}]}}\n"
                         "{\"done\":true,\"done_reason\":\"stop\"}");
    CHECK(h.reasoning == "hm");
    REQUIRE(h.completion.tool_calls.size() == 2);
    CHECK(h.completion.tool_calls[1]["id"] == "call_2");
    CHECK(h.completion.finish == "tool_calls");
    CHECK_THAT(error_of(*p, ask("", true), "{\"message\":{\"content\":\"a\"}}\n{\"error\":\"out of memory\"}\n").what(), contains("out of memory"));
    CHECK(hear(*p, ask(), R"({"message":{"content":"a"},"done":true,"done_reason":"length"})").completion.finish == "length");
}
