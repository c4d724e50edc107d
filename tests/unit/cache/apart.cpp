#include "cache/apart.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("the gate is as strict as it was asked to be") {
    CHECK(held_apart("what is for lunch", "what is for dinner", Gating::off).empty());
    CHECK(held_apart("what is for lunch", "what is for dinner", Gating::answers).empty());
    CHECK_FALSE(held_apart("what is for lunch", "what is for dinner", Gating::questions).empty());
    CHECK_FALSE(held_apart("a room for 2", "a room for 3", Gating::answers).empty());
}

TEST_CASE("values of a template are held to their own counterparts") {
    CHECK_FALSE(held_apart("Paris\x1eLondon", "London\x1eParis", Gating::questions).empty());
    CHECK(held_apart("Paris\x1eLondon", "paris\x1eLondon", Gating::questions).empty());
    CHECK(held_apart("Paris\x1eHow can I reset my password?", "Paris\x1eHow do I reset my password", Gating::questions).empty());
    CHECK(held_apart("Paris\x1eLondon", "Paris London", Gating::questions) == "the values of another template");
    CHECK(held_apart("Paris", "Paris\x1eLondon", Gating::answers) == "the values of another template");
}

TEST_CASE("several short values are choices, and a choice must be the same") {
    // The words alone might pass, being near each other.
    CHECK_FALSE(held_apart("happy\x1eWrite about it", "glad\x1eWrite about it", Gating::questions).empty());
    CHECK(held_apart("Happy\x1eWrite about it", "happy\x1eWrite about it", Gating::questions).empty());
}

TEST_CASE("marks are lines to people") {
    CHECK(without_marks("Paris\x1eLondon") == "Paris\nLondon");
    CHECK(with_marks_of("a\x1e" "b", "Paris\nLondon") == "Paris\x1eLondon");
    CHECK(with_marks_of("a\x1e" "b", "one\ntwo\nthree") == "one\ntwo\nthree");
    CHECK(with_marks_of("a b", "Paris\nLondon") == "Paris\nLondon");
}
