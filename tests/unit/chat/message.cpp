#include "chat/message.hpp"

#include "base/error.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
std::string complaint(const char* json) {
    try {
        messages_of(Json::parse(json));
    } catch (const Error& e) {
        CHECK(e.fault == Fault::data);
        return e.what();
    }
    return "";
}
}  // namespace

TEST_CASE("message: a string and a list of text parts read alike") {
    const auto a = messages_of(Json::parse(R"([{"role":"user","content":"ab"}])"));
    const auto b = messages_of(
        Json::parse(R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}])"));
    CHECK(a[0].text() == "ab");
    CHECK(b[0].text() == "ab");
    CHECK(b[0].parts.size() == 2);
}

TEST_CASE("message: the developer role is the system role") {
    CHECK(messages_of(Json::parse(R"([{"role":"developer","content":"x"}])"))[0].role == Role::system);
}

TEST_CASE("message: a data URL becomes bytes and goes back as it came") {
    const Json turn = Json::parse(
        R"({"role":"user","content":[{"type":"text","text":"what is it?"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw==","detail":"low"}},
            {"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}},
            {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERg=="}}]})");
    const Message m = message_of(turn, "messages[0]");
    CHECK(m.parts[1].media.data == "\x89PNG");
    CHECK(m.parts[1].media.type == "image/png");
    CHECK(m.parts[2].media.data == "RIFF");
    CHECK(m.parts[3].media.type == "application/pdf");
    CHECK(to_json(m) == turn);
}

TEST_CASE("message: an address keeps its type by its suffix") {
    const Message m = message_of(
        Json::parse(R"({"role":"user","content":[{"type":"image_url","image_url":"https://x.test/a.JPG?w=1"},
                        {"type":"file","file":{"file_url":"https://x.test/a.pdf"}}]})"),
        "m");
    CHECK(m.parts[0].media.type == "image/jpeg");
    CHECK(m.parts[0].media.url == "https://x.test/a.JPG?w=1");
    CHECK(m.parts[1].media.type == "application/pdf");
    CHECK(message_of(to_json(m), "m").parts[1].media.url == "https://x.test/a.pdf");
}

TEST_CASE("message: tool calls and their results go there and back") {
    const Json turns = Json::parse(R"([
        {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}],
         "provider":{"gemini":["s"]}},
        {"role":"tool","name":"f","tool_call_id":"c1","content":"42"}])");
    const auto m = messages_of(turns);
    CHECK(m[0].parts.empty());
    CHECK(m[0].provider == Json::parse(R"({"gemini":["s"]})"));
    CHECK(m[1].tool_call_id == "c1");
    CHECK(to_json(m[0]) == turns[0]);
    CHECK(to_json(m[1]) == turns[1]);
}

TEST_CASE("message: arguments given as an object become their text") {
    const auto m = messages_of(Json::parse(
        R"([{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{"a":1}}}]}])"));
    CHECK(m[0].tool_calls[0]["function"]["arguments"] == R"({"a":1})");
    CHECK(m[0].tool_calls[0]["type"] == "function");
}

TEST_CASE("message: what is wrong is named with its turn and its member") {
    CHECK_THAT(complaint("{}"), contains("messages must be a list"));
    CHECK_THAT(complaint("[]"), contains("messages is empty"));
    CHECK_THAT(complaint(R"([{"role":"user","content":"x"},{"role":"usr","content":"x"}])"),
               contains("messages[1].role 'usr'"));
    CHECK_THAT(complaint(R"([{"role":"user"}])"), contains("messages[0].content"));
    CHECK_THAT(complaint(R"([{"role":"user","content":[{"type":"video"}]}])"),
               contains("messages[0].content[0].type 'video'"));
    CHECK_THAT(complaint(R"([{"role":"user","content":[{"type":"text"}]}])"),
               contains("messages[0].content[0].text"));
    CHECK_THAT(complaint(R"([{"role":"tool","content":"x"}])"), contains("messages[0].tool_call_id"));
    CHECK_THAT(complaint(R"([{"role":"user","content":"x","tool_calls":[]}])"), contains("assistant turn"));
    CHECK_THAT(complaint(R"([{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f"}}]}])"),
               contains("messages[0].tool_calls[0].function.arguments"));
    CHECK_THAT(complaint(R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}])"),
               contains("must be a data: or http(s) URL"));
    CHECK_THAT(complaint(R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,@@"}}]}])"),
               contains("no valid base64"));
}
