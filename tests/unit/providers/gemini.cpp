#include "support/http_provider.hpp"

using namespace llm;
using namespace llm::test;

namespace {
Json config(const char* model, const char* options) {
    Request r = ask();
    r.model = model;
    r.options = options_of(Json::parse(options));
    return body_of(*make("gemini"), r)["generationConfig"];
}
}  // namespace

TEST_CASE("gemini: the address names model and manner, the key stands in a header") {
    const HttpCall whole = make("gemini")->request(ask());
    CHECK(whole.url == "https://generativelanguage.googleapis.com/v1beta/models/m-1:generateContent");
    CHECK(has_header(whole, std::string{"x-goog-api-key: "} + secret));
    CHECK(make("gemini")->request(ask("Hi", true)).url.ends_with("/models/m-1:streamGenerateContent?alt=sse"));
    Request odd = ask();
    odd.model = "a b?c";
    CHECK(make("gemini")->request(odd).url.ends_with("/models/a%20b%3Fc:generateContent"));
}

TEST_CASE("gemini: reasoning is a budget before 3 and a level from there on") {
    CHECK(config("gemini-2.5-flash", R"({"reasoning":"medium"})")["thinkingConfig"] == Json{{"includeThoughts", true}, {"thinkingBudget", 8192}});
    CHECK(config("gemini-2.5-flash", R"({"reasoning":"none"})")["thinkingConfig"] == Json{{"includeThoughts", false}, {"thinkingBudget", 0}});
    CHECK(config("gemini-3-flash", R"({"reasoning":"minimal"})")["thinkingConfig"]["thinkingLevel"] == "minimal");
    CHECK(config("gemini-3-flash", R"({"reasoning":"300"})")["thinkingConfig"]["thinkingBudget"] == 300);
    Request r = ask();
    r.model = "gemini-3-flash";
    r.options.reasoning = "none";
    CHECK(request_error(*make("gemini"), r).fault == Fault::refused);
}

TEST_CASE("gemini: schema, log-probabilities, tools and the choice among them") {
    Request r = ask();
    r.schema = Json::parse(R"({"type":"object"})");
    r.options.logprobs = 3;
    r.tools = Json::parse(R"([{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}])");
    r.tool_choice = Json::parse(R"({"type":"function","function":{"name":"f"}})");
    const Json b = body_of(*make("gemini"), r);
    CHECK(b["generationConfig"] == Json::parse(R"({"responseLogprobs":true,"logprobs":3,"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}})"));
    CHECK(b["tools"] == Json::parse(R"([{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object"}}]}])"));
    CHECK(b["toolConfig"]["functionCallingConfig"] == Json::parse(R"({"mode":"ANY","allowedFunctionNames":["f"]})"));
}

TEST_CASE("gemini: thought signatures go back where they came, with the ids Gemini gave") {
    const auto p = make("gemini");
    const Heard h = hear(*p, ask(), R"({"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"look"},
        {"functionCall":{"name":"f","args":{"x":1},"id":"own"},"thoughtSignature":"SIG"}]},"finishReason":"STOP"}],
        "usageMetadata":{"promptTokenCount":5,"toolUsePromptTokenCount":2,"candidatesTokenCount":3,"thoughtsTokenCount":4}})");
    CHECK(h.completion.reasoning == "hm");
    CHECK(h.completion.text == "look");
    CHECK(h.completion.finish == "tool_calls");
    CHECK(h.completion.usage == Usage{7, 7, {}, {}, 4});
    Request r = ask();
    r.messages.push_back(Message::of(Role::assistant, "look"));
    r.messages.back().tool_calls = h.completion.tool_calls;
    r.messages.back().provider = h.completion.provider;
    r.messages.push_back(Message::of(Role::tool, "plain"));
    r.messages.back().tool_call_id = "own";
    const Json c = body_of(*p, r)["contents"];
    CHECK(c[1] == Json::parse(R"({"role":"model","parts":[{"text":"look"},{"functionCall":{"name":"f","args":{"x":1},"id":"own"},"thoughtSignature":"SIG"}]})"));
    CHECK(c[2]["parts"][0] == Json::parse(R"({"functionResponse":{"name":"f","response":{"result":"plain"},"id":"own"}})"));
}

TEST_CASE("gemini: media as bytes and as addresses, and text only where nothing else is taken") {
    Request r = ask();
    r.messages = messages_of(Json::parse(R"([{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}},
        {"type":"file","file":{"file_url":"https://x.test/a.pdf"}}]}])"));
    CHECK(body_of(*make("gemini"), r)["contents"][0]["parts"] == Json::parse(R"([{"inlineData":{"mimeType":"audio/wav","data":"UklGRg=="}},
        {"fileData":{"fileUri":"https://x.test/a.pdf","mimeType":"application/pdf"}}])"));
    r.messages[0].role = Role::system;
    r.messages.push_back(Message::of(Role::user, "x"));
    CHECK(request_error(*make("gemini"), r).fault == Fault::refused);
}

TEST_CASE("gemini: a blocked prompt is refused, a filtered answer says so, a malformed call is the provider's fault") {
    const auto p = make("gemini");
    CHECK(error_of(*p, ask(), R"({"promptFeedback":{"blockReason":"SAFETY"}})").fault == Fault::refused);
    CHECK(hear(*p, ask(), R"({"candidates":[{"finishReason":"SAFETY"}]})").completion.finish == "content_filter");
    CHECK(error_of(*p, ask(), R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]})").fault == Fault::provider);
}

TEST_CASE("gemini: a wrong key is a 400 that means auth, a delay to wait stands in the body") {
    const auto p = make("gemini");
    CHECK(p->failure(400, {}, R"([{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}])").fault == Fault::auth);
    CHECK(p->failure(400, {}, R"({"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}})").fault == Fault::refused);
    CHECK(p->failure(429, {}, R"({"error":{"status":"RESOURCE_EXHAUSTED","message":"q","details":[{"retryDelay":"13s"}]}})").retry_after == 13);
}

TEST_CASE("gemini: a stream without alt=sse is one array, log-probabilities in our shape") {
    const auto p = make("gemini");
    CHECK(hear(*p, ask("", true), R"([{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},{"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS"}]}])", 3).completion.text == "ab");
    CHECK(hear(*p, ask(), R"({"candidates":[{"finishReason":"STOP","logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-1}],
        "topCandidates":[{"candidates":[{"token":"b","logProbability":-2}]}]}}]})").completion.logprobs ==
          Json::parse(R"([{"token":"a","logprob":-1,"top":[{"token":"b","logprob":-2}]}])"));
}
