#include "chat/otel.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"
#include "support/catch.hpp"

#include <map>

using namespace llm;

namespace {

Json tool_call(std::string arguments) {
    return {{"id", "c1"}, {"type", "function"}, {"function", {{"name", "look"}, {"arguments", std::move(arguments)}}}};
}

std::vector<Message> conversation() {
    std::vector<Message> turns{Message::of(Role::system, "Be brief."), Message::of(Role::user, "What is \"this\"?\n"),
                               Message::of(Role::assistant, "Let me look."), Message::of(Role::tool, "a cat"),
                               Message::of(Role::system, "Now in French."), Message::of(Role::user, "")};
    Part image{Part::Kind::media, {}, {}};
    image.media.type = "image/png";
    image.media.data = std::string("\x89PNG\0", 5);
    image.media.name = "cat.png";
    image.media.detail = "low";
    Part page{Part::Kind::media, {}, {}};
    page.media.type = "application/pdf";
    page.media.url = "https://example.org/a.pdf";
    turns[1].parts.push_back(image);
    turns[1].parts.push_back(page);
    turns[1].name = "Ann";
    turns[2].tool_calls = Json::array({tool_call(R"({"where":"here"})")});
    turns[2].provider = {{"anthropic", "signature"}};
    turns[3].tool_call_id = "c1";
    return turns;
}

}  // namespace

TEST_CASE("otel: a conversation comes back, its media from where they were kept") {
    const auto turns = conversation();
    std::map<std::string, std::string> kept;
    const std::string input =
        otel_input(turns, [&](const std::string& sum, const Attachment& media) { kept[sum] = media.data; });
    REQUIRE(kept.size() == 1);
    CHECK(kept.begin()->first == sha256_hex(kept.begin()->second));
    const auto back = messages_of_otel(otel_system(turns), input, [&](const std::string& sum) -> std::optional<std::string> {
        return kept.contains(sum) ? std::optional(kept[sum]) : std::nullopt;
    });
    REQUIRE(back.size() == turns.size());
    for (std::size_t i = 0; i < turns.size(); ++i) {
        INFO("turn " << i);
        CHECK(dump(to_json(back[i])) == dump(to_json(turns[i])));
    }
}

TEST_CASE("otel: the shapes are those of the conventions") {
    const auto turns = conversation();
    CHECK(otel_system(turns) == R"([{"type":"text","content":"Be brief."}])");
    CHECK(otel_system({Message::of(Role::user, "x")}).empty());
    const Json input = Json::parse(otel_input(turns, nullptr));
    CHECK(input[0]["parts"][1]["modality"] == "image");
    CHECK_FALSE(input[0]["parts"][1].contains("content"));
    CHECK(input[0]["parts"][2]["type"] == "uri");
    CHECK(input[1]["parts"][1]["arguments"]["where"] == "here");
    CHECK(dump(input[2]) == R"({"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"a cat"}]})");
    Completion c;
    c.text = "oui";
    c.reasoning = "hm";
    c.finish = "stop";
    CHECK(otel_output(c) == R"([{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},)"
                            R"({"type":"text","content":"oui"}],"finish_reason":"stop"}])");
}

TEST_CASE("otel: an answer comes back to the letter, arguments that are no tidy JSON too") {
    for (const char* arguments : {R"({"a":1})", R"({ "a": 1.10 })", "not json", "", "[1]"}) {
        INFO(arguments);
        Completion c;
        c.text = "t";
        c.reasoning = "r";
        c.finish = "tool_calls";
        c.tool_calls = Json::array({tool_call(arguments)});
        c.logprobs = Json::parse(R"([{"token":"t","logprob":-1}])");
        c.provider = {{"p", 1}};
        CHECK(dump(to_json(completion_of_otel(otel_output(c)))) == dump(to_json(c)));
    }
}

TEST_CASE("otel: bytes that are no UTF-8 are replaced, media that are gone are named") {
    const std::string input = otel_input({Message::of(Role::user, "a\xff")}, nullptr);
    CHECK(Json::accept(input));
    CHECK(messages_of_otel("", input, nullptr)[0].text() == "a\xef\xbf\xbd");
    const auto turns = messages_of_otel("", otel_input(conversation(), nullptr), nullptr);
    CHECK(turns[0].text().find("[image/png, no longer kept]") != std::string::npos);
}

TEST_CASE("otel: another shape is an error, not a guess") {
    CHECK_THROWS_AS(messages_of_otel("", "{}", nullptr), Error);
    CHECK_THROWS_AS(messages_of_otel("", R"([{"role":"robot","parts":[]}])", nullptr), Error);
    CHECK_THROWS_AS(messages_of_otel("", R"([{"role":"user","parts":[{"type":"smell"}]}])", nullptr), Error);
    CHECK_THROWS_AS(completion_of_otel("[]"), Error);
}
