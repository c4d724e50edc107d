#include "base/error.hpp"

#include "support/catch.hpp"

#include <array>

using namespace llm;

TEST_CASE("error: every fault has a name that leads back to it") {
    for (int i = 0; i <= static_cast<int>(Fault::internal); ++i) {
        const auto f = static_cast<Fault>(i);
        CHECK(fault_named(name(f)) == f);
        CHECK(exit_code(f) >= 2);
        CHECK(exit_code(f) <= 6);
    }
    CHECK_FALSE(fault_named("teapot"));
}

TEST_CASE("error: a misspelt word gets the nearest right one, a foreign word none") {
    constexpr std::array<const char*, 3> names{"openai", "anthropic", "ollama"};
    CHECK(nearest("opnai", names) == "openai");
    CHECK(nearest("antropic", names) == "anthropic");
    CHECK(nearest("zzzzzz", names).empty());
}
