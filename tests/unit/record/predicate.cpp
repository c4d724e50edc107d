#include "record/predicate.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <cstdlib>

using namespace llm;

TEST_CASE("predicate: holds where the first output is neither false nor null") {
    CHECK(JqProgram{".a > 1"}.holds(R"({"a":2})"));
    CHECK_FALSE(JqProgram{".a > 1"}.holds(R"({"a":1})"));
    CHECK_FALSE(JqProgram{".missing"}.holds("{}"));
    CHECK_FALSE(JqProgram{"empty"}.holds("{}"));
    CHECK(JqProgram{"true, false"}.holds("{}"));
    CHECK_FALSE(JqProgram{"false, true"}.holds("{}"));
}

TEST_CASE("predicate: one program serves many records, also after one that raised") {
    JqProgram p{".a + 1 > 1"};
    CHECK(p.holds(R"({"a":1})"));
    CHECK_THROWS_WITH(p.holds(R"({"a":"x"})"), contains("fails on this record"));
    CHECK(p.holds(R"({"a":5})"));
    CHECK(p.first(R"({"a":5})") == "true");
}

TEST_CASE("predicate: the environment is empty, so that no key can be read") {
    ::setenv("LLM_TEST_KEY", "sk-secret", 1);
    CHECK(JqProgram{"$ENV | length"}.first("{}") == "0");
    CHECK(JqProgram{"[$ENV.LLM_TEST_KEY]"}.first("{}") == "[null]");
}

TEST_CASE("predicate: what is no jq program is told in jq's own words") {
    CHECK_THROWS_WITH(JqProgram{".a >"}, contains("is no jq program"));
}
