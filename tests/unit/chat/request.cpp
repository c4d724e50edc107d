#include "chat/request.hpp"

#include "base/error.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
std::string complaint_about(const char* json) {
    try {
        options_of(Json::parse(json));
    } catch (const Error& e) {
        CHECK(e.fault == Fault::data);
        return e.what();
    }
    return "";
}
}  // namespace

TEST_CASE("options: every one goes there and back") {
    const Json all = Json::parse(R"({"temperature":0.5,"max_tokens":10,"top_p":0.9,"top_k":40,"frequency_penalty":-1.0,
        "presence_penalty":1.0,"stop":["a","b"],"seed":-7,"logprobs":3,"reasoning":"high","body":{"user":"me"}})");
    const Options o = options_of(all);
    CHECK(to_json(o) == all);
    CHECK(options_of(to_json(o)) == o);
    CHECK(all.size() == option_names().size());
    CHECK(options_of(Json{}) == Options{});
}

TEST_CASE("options: the short forms people write") {
    CHECK(options_of(Json::parse(R"({"stop":"x"})")).stop == std::vector<std::string>{"x"});
    CHECK(options_of(Json::parse(R"({"logprobs":true})")).logprobs == 0);
    CHECK_FALSE(options_of(Json::parse(R"({"logprobs":false})")).logprobs);
    CHECK(options_of(Json::parse(R"({"reasoning":2048})")).reasoning == "2048");
    CHECK(options_of(Json::parse(R"({"max_tokens":1e3})")).max_tokens == 1000);
    CHECK_FALSE(options_of(Json::parse(R"({"seed":null})")).seed);
}

TEST_CASE("options: an unknown name or value is named") {
    CHECK_THAT(complaint_about(R"({"temprature":1})"), contains("did you mean 'temperature'"));
    CHECK_THAT(complaint_about(R"({"zzzzzzzz":1})"), contains("there are temperature, max_tokens"));
    CHECK_THAT(complaint_about(R"({"temperature":"hot"})"), contains("\"hot\""));
    CHECK_THAT(complaint_about(R"({"temperature":-0.1})"), contains("temperature"));
    CHECK_THAT(complaint_about(R"({"max_tokens":0})"), contains("1 or more"));
    CHECK_THAT(complaint_about(R"({"max_tokens":1.5})"), contains("max_tokens"));
    CHECK_THAT(complaint_about(R"({"max_tokens":18446744073709551615})"), contains("max_tokens"));
    CHECK_THAT(complaint_about(R"({"seed":1e300})"), contains("seed"));
    CHECK_THAT(complaint_about(R"({"top_p":1.01})"), contains("0 to 1"));
    CHECK_THAT(complaint_about(R"({"stop":[1]})"), contains("stop"));
    CHECK_THAT(complaint_about(R"({"stop":[""]})"), contains("stop"));
    CHECK_THAT(complaint_about(R"({"reasoning":"very"})"), contains("minimal"));
    CHECK_THAT(complaint_about(R"({"body":[]})"), contains("object"));
    CHECK_THAT(complaint_about(R"([])"), contains("object"));
}

TEST_CASE("options: on the command line a value is JSON where the option wants it, else text") {
    Options o;
    set_option(o, "temperature", "0.2");
    set_option(o, "stop", "5");
    set_option(o, "reasoning", "low");
    CHECK(o.temperature == 0.2);
    CHECK(o.stop == std::vector<std::string>{"5"});
    CHECK(o.reasoning == "low");
    set_option(o, "stop", R"(["a","b"])");
    CHECK(o.stop.size() == 2);
    set_option(o, "body", R"({"user":"me"})");
    CHECK(o.body["user"] == "me");
    try {
        set_option(o, "temperature", "hot");
        FAIL("took it");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::usage);
    }
}

TEST_CASE("request: system turns are joined by blank lines") {
    Request r;
    r.messages = {Message::of(Role::system, "a"), Message::of(Role::user, "u"), Message::of(Role::system, "b")};
    CHECK(r.system() == "a\n\nb");
}
