#include "text/notation.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
std::string noted(std::string_view a, std::string_view b) {
    const auto there = notation_differs(a, b), back = notation_differs(b, a);
    CHECK(there.has_value() == back.has_value());
    return there ? std::string(name(there->kind)) : "same";
}
}  // namespace

TEST_CASE("notation: a version is no number") {
    CHECK(noted("Install numpy 1.10", "Install numpy 1.1") == "number");
    CHECK(noted("Install Python 3.0", "Install Python 3") == "number");
    CHECK(noted("chmod 0644 x", "chmod 644 x") == "number");
    CHECK(noted("Install numpy 1.10.1", "Install numpy 1.10.1 please") == "same");
    CHECK(noted("It costs $1.50", "It costs $1.5") == "same");
    CHECK(noted("It costs €5.00", "It costs €5") == "same");
    CHECK(noted("A 1.50 litre bottle", "A 1.5 litre bottle") == "same");
    CHECK(noted("5.0% of it", "5% of it") == "same");
    CHECK(noted("Meet at 09:30", "Meet at 9:30") == "same");
}

TEST_CASE("notation: prefixes of units") {
    CHECK(noted("Is 5 mW enough?", "Is 5 MW enough?") == "unit");
    CHECK(noted("Is 5 Mb enough?", "Is 5 MB enough?") == "unit");
    CHECK(noted("Is 5kb enough?", "Is 5kB enough?") == "unit");
    CHECK(noted("Is 100 mb enough?", "Is 100 MB enough?") == "same");
    CHECK(noted("2.4 ghz", "2.4 GHz") == "same");
    CHECK(noted("Is 5 mW enough?", "Is 6 MW enough?") == "same");  // the number tells them apart elsewhere
}

TEST_CASE("notation: arguments, options and pictures") {
    CHECK(noted("Explain foo(bar, baz)", "Explain foo(baz, bar)") == "order");
    CHECK(noted("Explain foo(bar, baz)", "Explain foo(bar,baz)") == "same");
    CHECK(noted("Which card(s) are there", "Which cards are there") == "same");
    CHECK(noted("grep -v x", "grep -V x") == "sign");
    CHECK(noted("grep -v x", "grep x -v") == "same");
    CHECK(noted("What does 👍 mean?", "What does 👎 mean?") == "sign");
    CHECK(noted("Thanks 👍 bye", "Thanks bye") == "same");
}
