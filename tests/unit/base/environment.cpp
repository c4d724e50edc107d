#include "base/environment.hpp"

#include "support/catch.hpp"

#include <cstdlib>

using llm::Environment;

TEST_CASE("environment: what a test brings hides the process's own") {
    const Environment own{{{"HOME", "/home/ada"}, {"EMPTY", ""}}};
    CHECK(own.get("HOME") == "/home/ada");
    CHECK(own.get("EMPTY") == "");
    CHECK_FALSE(own.filled("EMPTY"));
    CHECK_FALSE(own.get("PATH"));
}

TEST_CASE("environment: by default it is the process's") {
    ::setenv("LLM_TEST_environment_b", "two", 1);
    ::setenv("LLM_TEST_environment_a", "one=1", 1);
    const Environment process;
    CHECK(process.get("LLM_TEST_environment_b") == "two");
    const auto found = process.beginning_with("LLM_TEST_environment_");
    REQUIRE(found.size() == 2);
    CHECK(found[0] == std::pair<std::string, std::string>{"LLM_TEST_environment_a", "one=1"});
    CHECK(found[1].second == "two");
}

TEST_CASE("environment: names are found by how they begin") {
    const Environment own{{{"A_1", "x"}, {"A_2", "y"}, {"A", "no"}, {"B_1", "no"}}};
    const auto found = own.beginning_with("A_");
    REQUIRE(found.size() == 2);
    CHECK(found[1].first == "A_2");
}
