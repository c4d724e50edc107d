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
