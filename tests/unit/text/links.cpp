#include "text/links.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
std::string linked(std::string_view a, std::string_view b) {
    const auto there = links_differ(gate_words(a), gate_words(b)), back = links_differ(gate_words(b), gate_words(a));
    CHECK(there.has_value() == back.has_value());
    return there ? std::string(name(there->kind)) : "same";
}
}  // namespace

TEST_CASE("links: small words that turn a meaning round") {
    CHECK(linked("Pay with card and cash", "Pay with card or cash") == "link");
    CHECK(linked("Stop the job if it fails", "Stop the job unless it fails") == "link");
    CHECK(linked("Stop the job until the backup is done", "Stop the job when the backup is done") == "link");
    CHECK(linked("A present for my mother", "A present from my mother") == "link");
    CHECK(linked("Put the box on the table", "Put the box under the table") == "link");
    CHECK(linked("How do I sign up?", "How do I sign off?") == "link");
    CHECK(linked("Money for my account", "Money on my account") == "same");
    CHECK(linked("A dog is running in the grass", "A dog is running through the grass") == "same");
}

TEST_CASE("links: mine is not yours, and who does it is not whom it is done to") {
    CHECK(linked("What is my name?", "What is your name?") == "person");
    CHECK(linked("Who created you?", "Who created me?") == "person");
    CHECK(linked("Do we have to pay?", "Do they have to pay?") == "person");
    CHECK(linked("Where can I pay?", "Where can you pay?") == "same");
    CHECK(linked("My order", "Our order") == "same");
}

TEST_CASE("links: a bound is not the number") {
    CHECK(linked("Exactly two guests", "Up to two guests") == "number");
    CHECK(linked("At least 5 people", "At most 5 people") == "number");
    CHECK(linked("More than 5 people", "5 people") == "number");
    CHECK(linked("Exactly 5 people", "5 people") == "same");
}
