#include "cache/agree.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("cache: answers are equal but for case, white space, Unicode form and a full stop") {
    CHECK(equal_answers(R"({"text":"Yes."})", R"({"text":" yes\n"})"));
    CHECK(equal_answers(R"({"text":"a  b","cost":1,"ms":3})", R"({"text":"A b"})"));
    CHECK(equal_answers("{\"text\":\"caf\u00e9\"}", "{\"text\":\"cafe\u0301\"}"));
    CHECK_FALSE(equal_answers(R"({"text":"yes"})", R"({"text":"no"})"));
    CHECK_FALSE(equal_answers(R"({"text":"1.5"})", R"({"text":"15"})"));
    CHECK_FALSE(equal_answers(R"({"text":"x"})", "not json"));
}

TEST_CASE("cache: of structured answers the structure counts, and of tool calls not their ids") {
    CHECK(equal_answers(R"({"text":"{\"a\":1}","json":{"a":1,"b":[2]}})", R"({"text":"{ \"b\": [2], \"a\": 1 }","json":{"b":[2],"a":1}})"));
    CHECK_FALSE(equal_answers(R"({"text":"same","json":{"a":1}})", R"({"text":"same","json":{"a":2}})"));
    const char* call = R"({"text":"","tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]})";
    CHECK(equal_answers(call, R"({"text":"","tool_calls":[{"id":"2","function":{"name":"f","arguments":"{}"}}]})"));
    CHECK_FALSE(equal_answers(call, R"({"text":"","tool_calls":[{"id":"1","function":{"name":"g","arguments":"{}"}}]})"));
    CHECK_FALSE(equal_answers(call, R"({"text":""})"));
}
