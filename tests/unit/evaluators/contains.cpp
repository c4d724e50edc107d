#include "unit/evaluators/script.hpp"

using namespace llm;
using namespace llm::test;

TEST_CASE("contains: a text is found, whatever the case where the type says so") {
    CHECK(passes({{"type", "contains"}, {"value", "World"}}, "Hello World"));
    CHECK_FALSE(passes({{"type", "contains"}, {"value", "world"}}, "Hello World"));
    CHECK(passes({{"type", "icontains"}, {"value", "STRASSE"}}, "Große Straße"));
    CHECK(passes({{"type", "contains"}, {"value", 0}}, "0 errors"));
    CHECK(passes({{"type", "contains-any"}, {"value", {"x", "Wor"}}}, "World"));
    CHECK_FALSE(passes({{"type", "contains-all"}, {"value", {"x", "Wor"}}}, "World"));
    CHECK(passes({{"type", "icontains-all"}, {"value", "hello, WORLD"}}, "Hello World"));
    CHECK(passes({{"type", "contains-all"}, {"value", "\"1,000\", in stock"}}, "1,000 in stock"));
    CHECK(passes({{"type", "starts-with"}, {"value", "Yes"}}, "Yes, sir"));
    CHECK(passes({{"type", "ends-with"}, {"value", "."}}, "Yes."));
}

TEST_CASE("contains: the reason names what is missing") {
    const Verdict v = check({{"type", "contains-all"}, {"value", {"tea", "milk"}}}, {{"response", {{"text", "tea"}}}});
    CHECK_FALSE(v.pass);
    CHECK(v.score == 0);
    CHECK_THAT(v.reason, contains("'milk'"));
}

TEST_CASE("equals: texts to the letter, JSON as values") {
    CHECK(passes({{"type", "equals"}, {"value", "4"}}, "4"));
    CHECK(passes({{"type", "equals"}, {"value", 4}}, "4"));
    CHECK_FALSE(passes({{"type", "equals"}, {"value", "4"}}, "4 "));
    CHECK(passes({{"type", "equals"}, {"value", {{"a", 1}, {"b", {1, 2}}}}}, R"({"b": [1,2], "a": 1})"));
    CHECK_FALSE(passes({{"type", "equals"}, {"value", {{"a", 1}}}}, "not JSON"));
    CHECK(check({{"type", "equals"}}, {{"response", {{"text", "Paris"}}}, {"reference", "Paris"}}).pass);
    CHECK(error_of({{"type", "equals"}}).fault == Fault::data);
}

TEST_CASE("not-: the contrary passes") {
    CHECK(passes({{"type", "not-contains"}, {"value", "x"}}, "y"));
    CHECK_FALSE(passes({{"type", "not-contains-any"}, {"value", {"x", "y"}}}, "y"));
    CHECK(passes("not-icontains: sorry", "Here it is"));
}
