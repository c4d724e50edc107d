#include "text/content.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
/// Knows half a dozen words.
std::optional<double> likeness(std::string_view a, std::string_view b) {
    const auto known = [](std::string_view w) { return w == "laptop" || w == "computer" || w == "lunch" || w == "dinner" || w == "password" || w == "card"; };
    if (!known(a) || !known(b)) return std::nullopt;
    if (a == b) return 1;
    return (a == "laptop" && b == "computer") || (a == "computer" && b == "laptop") ? .6 : .2;
}
std::string content(std::string_view a, std::string_view b) {
    const auto there = content_differs(gate_words(a), gate_words(b), likeness), back = content_differs(gate_words(b), gate_words(a), likeness);
    CHECK(there.has_value() == back.has_value());
    return there ? spelling(*there) : "same";
}
}  // namespace

TEST_CASE("content: each thing has its counterpart") {
    CHECK(content("book lunch", "book dinner") == "word: 'lunch' / 'dinner'");
    CHECK(content("a virtual card", "a disposable virtual card") == "word: '' / 'disposable'");
    CHECK(content("my laptop is new", "my computer is new") == "same");
    CHECK(content("I purchased a ticket", "I bought a ticket") == "same");
    CHECK(content("turn on dark mode", "enable dark mode") == "same");
    CHECK(content("turn off dark mode", "enable dark mode") == "word: 'turn' / 'enable'");
    CHECK(content("summarise this", "summarize this") == "same");
    CHECK(content("the National Aeronautics and Space Administration budget", "the NASA budget") == "same");
    CHECK(content("the younger brother", "the youngest brother") == "word: 'younger' / 'youngest'");
    CHECK(content("the interviewer asks", "the interviewee asks") == "word: 'interviewer' / 'interviewee'");
}

TEST_CASE("content: slips of the pen and compounds are no other words") {
    CHECK(content("reset my passwrd", "reset my password") == "same");
    CHECK(content("my topup failed", "my top up failed") == "same");
    CHECK(content("the cat", "the car") == "word: 'cat' / 'car'");
}

TEST_CASE("content: what says nothing about the matter needs none") {
    CHECK(content("I think my card is lost", "My card is lost") == "same");
    CHECK(content("Is it possible to change my card?", "Can I change my card?") == "same");
    CHECK(content("My card. My card is lost.", "My card is lost.") == "same");
    CHECK(content("Where can I use my card?", "Where can I find my card?") == "word: 'use' / 'find'");
}

TEST_CASE("content: without knowledge of words only the same ones correspond") {
    CHECK(content_differs(gate_words("my laptop"), gate_words("my computer"), nullptr));
    CHECK_FALSE(content_differs(gate_words("my laptop"), gate_words("my laptops"), nullptr));
}

TEST_CASE("content: units without a number") {
    CHECK(content_differs(gate_words("How tall is it in feet?"), gate_words("How tall is it in metres?"), nullptr));
    CHECK_FALSE(content_differs(gate_words("How tall is it in meters?"), gate_words("How tall is it in metres?"), nullptr));
}
