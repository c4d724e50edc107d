#include "eval/gate.hpp"

#include "base/error.hpp"

#include "support/catch.hpp"

#include <map>

using namespace llm;

namespace {

bool holds(const std::string& text) {
    static const std::map<std::string, double, std::less<>> figures{{"pass_rate", 0.95}, {"score", 0.8}, {"failed", 5}, {"rouge-n", 0.41}, {"pass^3", 0.7}, {"my metric", 2}, {"pass_rate.low", 0.9}};
    return Gate{text}
        .ask([](std::string_view name) -> std::optional<double> {
            const auto it = figures.find(name);
            return it == figures.end() ? std::nullopt : std::optional{it->second};
        })
        .holds;
}

}  // namespace

TEST_CASE("gate: compares figures with numbers") {
    CHECK(holds("pass_rate >= 0.95"));
    CHECK(holds("pass_rate >= 95%"));
    CHECK_FALSE(holds("pass_rate > 0.95"));
    CHECK(holds("0.9 < pass_rate"));
    CHECK(holds("failed <= 5 and score == .8"));
    CHECK(holds("failed != 4"));
    CHECK_FALSE(holds("failed = 4"));
}

TEST_CASE("gate: names may hold dashes, carets, dots, and anything in quotes") {
    CHECK(holds("rouge-n > 0.4"));
    CHECK(holds("pass^3 >= 0.7"));
    CHECK(holds("pass_rate.low >= .9"));
    CHECK(holds("\"my metric\" == 2"));
}

TEST_CASE("gate: 'and' binds closer than 'or', parentheses and 'not' turn it round") {
    CHECK(holds("score > 1 and failed > 9 or failed == 5"));
    CHECK_FALSE(holds("score > 1 and (failed > 9 or failed == 5)"));
    CHECK(holds("not score > 1"));
    CHECK(holds("!(score > 1) && pass_rate > 0.5 || score > 7"));
    CHECK(holds("score > 0.5, failed < 6"));
}

TEST_CASE("gate: a figure that is not there fails it and is named") {
    const auto answer = Gate{"pas_rate > 0 or 1 == 1"}.ask([](std::string_view) { return std::nullopt; });
    CHECK_FALSE(answer.holds);
    REQUIRE(answer.unknown.size() == 1);
    CHECK(answer.unknown[0] == "pas_rate");
}

TEST_CASE("gate: what cannot be read is an error of usage that shows where") {
    for (const char* text : {"", "pass_rate", "pass_rate >=", "pass_rate >= x y", "(score > 1", "score > 1)", "score >> 1", "score > 1.2.3", "\"open > 1", "and score > 1"}) {
        INFO(text);
        try {
            Gate gate{text};
            FAIL("it was read");
        } catch (const Error& e) {
            CHECK(e.fault == Fault::usage);
            CHECK_THAT(e.what(), contains("gate '"));
        }
    }
}
