#include "text/signs.hpp"

#include "support/catch.hpp"

using llm::signs_differ;

TEST_CASE("signs: what an expression does and which flag is given") {
    for (const auto& [a, b] : {std::pair{"a > b", "a < b"}, {"x^2 + 5x", "x^2 - 5x"}, {"a == b", "a != b"}, {"chmod +x f", "chmod -x f"}, {"git push --force", "git push"}})
        CHECK(signs_differ(a, b).has_value());
}

TEST_CASE("signs: punctuation is none") {
    for (const auto& [a, b] : {std::pair{"top-up", "top up"}, {"Help!", "Help"}, {"50% off", "50 % off"}, {"and/or", "and or"}, {"this & that", "this and that"}, {"$5", "5$"}, {"wait -- no", "wait - no"}})
        CHECK_FALSE(signs_differ(a, b).has_value());
}

TEST_CASE("signs: what mathematics writes beyond ASCII, and a mark that computes") {
    CHECK(signs_differ("Solve x ≤ 3", "Solve x ≥ 3"));
    CHECK(signs_differ("Simplify ¬p", "Simplify p"));
    CHECK(signs_differ("Compute x²", "Compute x³"));
    CHECK(signs_differ("Compute 3 × 4", "Compute 3 ÷ 4"));
    CHECK(signs_differ("Evaluate !done", "Evaluate done"));
    CHECK(signs_differ("What is 5!?", "What is 5?"));
    CHECK_FALSE(signs_differ("Help me!", "Help me"));
    CHECK_FALSE(signs_differ("“Wait” – no…", "Wait, no"));
}
