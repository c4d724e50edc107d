#include "route/arithmetic.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("arithmetic: a stated sum is worked out and compared with what the text says") {
    const auto sums = stated_sums("So 3 * 24 = 72 and 80 + 220 = 300, but 7 - 2 = 4.");
    REQUIRE(sums.size() == 3);
    CHECK(sums[0].holds);
    CHECK(sums[0].operands == std::vector<double>{3, 24});
    CHECK(sums[1].holds);
    CHECK_FALSE(sums[2].holds);
    CHECK(sums[2].value == 5);
    CHECK(sums[2].stated == 4);
}

TEST_CASE("arithmetic: a calculator note counts once, not again as plain text") {
    const auto sums = stated_sums("9 * $2 = $<<9*2=18>>18.");
    REQUIRE(sums.size() == 1);
    CHECK(sums[0].stated == 18);
}

TEST_CASE("arithmetic: units, brackets, precedence, percent and rounding are read") {
    for (const char* text : {"16 eggs - 3 eggs = 13", "10 * (1 - 20/100) = 8", "2 + 3 x 4 = 14",
                             "25% * 40 = 10", "10 / 3 = 3.33", "$1,250 + $50 = $1,300"}) {
        INFO(text);
        const auto sums = stated_sums(text);
        REQUIRE_FALSE(sums.empty());
        CHECK(sums.back().holds);
    }
}

TEST_CASE("arithmetic: text without a statement gives none, whatever its brackets") {
    CHECK(stated_sums("").empty());
    CHECK(stated_sums("In 1999 = fine, x = 3").empty());
    CHECK(stated_sums(std::string(100000, '(')).empty());
    CHECK(stated_sums("4 / 0 = 3").empty());
}

TEST_CASE("arithmetic: numbers are found in digits and, on demand, in words") {
    CHECK(numbers_in("paid $1,250.5 for -3 of twelve") == std::vector<double>{1250.5, -3});
    CHECK(numbers_in("Half of twelve", Words::too) == std::vector<double>{0.5, 12});
}
