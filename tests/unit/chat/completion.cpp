#include "chat/completion.hpp"

#include "base/error.hpp"
#include "chat/error_json.hpp"
#include "support/catch.hpp"

using namespace llm;

TEST_CASE("completion: every member comes back from JSON") {
    Completion c;
    c.text = "yes \xc3\xa9";
    c.reasoning = "because";
    c.tool_calls = Json::parse(R"([{"id":"1","type":"function","function":{"name":"f","arguments":"{ }"}}])");
    c.model = "m-2026";
    c.id = "chatcmpl-1";
    c.finish = "tool_calls";
    c.usage = {11, 7, 5, 3, 2};
    c.logprobs = Json::parse(R"([{"token":"yes","logprob":-0.1,"top":[]}])");
    c.provider = {{"signature", "x"}};
    const Completion back = completion_of(Json::parse(dump(to_json(c))));
    CHECK(back.text == c.text);
    CHECK(back.reasoning == c.reasoning);
    CHECK(back.tool_calls == c.tool_calls);
    CHECK(back.model == c.model);
    CHECK(back.id == c.id);
    CHECK(back.finish == c.finish);
    CHECK(back.usage == c.usage);
    CHECK(back.logprobs == c.logprobs);
    CHECK(back.provider == c.provider);
}

TEST_CASE("completion: what is empty is left out, but the text") {
    CHECK(dump(to_json(Completion{})) == R"({"text":""})");
    CHECK_FALSE(completion_of(Json::object()).usage.input);
    CHECK(completion_of(Json::parse(R"({"text":null,"usage":null,"new":1})")).text.empty());
}

TEST_CASE("completion: a member of another shape is named") {
    for (const char* text : {R"({"text":1})", R"({"usage":{"input":"3"}})", R"({"usage":{"input":-1}})", R"({"usage":[]})",
                             R"({"tool_calls":{}})", R"([])"}) {
        INFO(text);
        try {
            completion_of(Json::parse(text));
            FAIL("accepted");
        } catch (const Error& e) {
            CHECK(e.fault == Fault::data);
        }
    }
}

TEST_CASE("error_json: fault, message, status and waiting time come back") {
    Error e(Fault::rate_limit, "slow down");
    e.status = 429;
    e.retry_after = 1.5;
    const Error back = error_of(to_json(e));
    CHECK(back.fault == e.fault);
    CHECK(std::string_view{back.what()} == "slow down");
    CHECK(back.status == 429);
    CHECK(back.retry_after == 1.5);
    CHECK(error_of(Json::object()).fault == Fault::provider);
    CHECK_THROWS_AS(error_of("no"), Error);
    CHECK_THROWS_AS(error_of({{"fault", "teapot"}}), Error);
}
