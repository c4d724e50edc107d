#include "cache/put.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("cache: only complete and successful answers are kept") {
    const auto dropped = PutOptions::Refusals::dropped, kept = PutOptions::Refusals::kept;
    CHECK(why_not(R"({"text":"a","finish":"stop"})", dropped).empty());
    CHECK(why_not(R"({"text":"a"})", dropped).empty());
    CHECK(why_not(R"({"text":"","tool_calls":[{}],"finish":"tool_calls"})", dropped).empty());
    CHECK(why_not(R"({"text":"","json":{"a":1},"finish":"stop"})", dropped).empty());
    CHECK_FALSE(why_not(R"({"text":"a","finish":"length"})", kept).empty());
    CHECK_FALSE(why_not(R"({"text":"a","finish":"refusal"})", dropped).empty());
    CHECK(why_not(R"({"text":"a","finish":"refusal"})", kept).empty());
    CHECK_FALSE(why_not(R"({"text":"","tool_calls":[],"finish":"stop"})", kept).empty());
    CHECK_FALSE(why_not(R"({"text":"a","finish":"unheard_of"})", kept).empty());
    CHECK_FALSE(why_not("[]", kept).empty());
}

TEST_CASE("cache: what is no text or says nothing is no answer") {
    const auto kept = PutOptions::Refusals::kept;
    for (const char* response : {R"({"text":" "})", R"({"text":"\n\t"})", R"({"text":"\u00a0\u3000"})", R"({"text":5})", R"({"text":["a"]})", R"({"text":{"a":1}})",
                                 R"({"tool_calls":{}})", R"({"text":"","tool_calls":[ ]})", R"({"json":null})"}) {
        CAPTURE(response);
        CHECK_FALSE(why_not(response, kept).empty());
    }
    for (const char* response : {R"({"text":"\u0061"})", R"({"text":" a"})", R"({"text":" ","json":{"a":1}})"}) CHECK(why_not(response, kept).empty());
}

TEST_CASE("cache: a refusal is told by how the answer opens") {
    const auto dropped = PutOptions::Refusals::dropped, kept = PutOptions::Refusals::kept;
    for (const char* response : {R"({"text":"I'm sorry, but I can't help with that.","finish":"stop"})", R"({"text":"I\u2019m unable to do this.","finish":"stop"})",
                                 R"({"text":"Es tut mir leid, aber dabei kann ich nicht helfen."})"}) {
        CAPTURE(response);
        CHECK_FALSE(why_not(response, dropped).empty());
        CHECK(why_not(response, kept).empty());
    }
    CHECK(why_not(R"({"text":"The form says, in its third line, what to do where the server answers \"I'm sorry, but I can't help with that\"."})", dropped).empty());
}
