#include "text/pattern.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <string>

using namespace llm;

TEST_CASE("pattern: Perl's language, with Unicode's letters and cases") {
    CHECK(Pattern{R"(\bcode\b)"}.found_in("some code here"));
    CHECK_FALSE(Pattern{R"(\bcode\b)"}.found_in("decoded"));
    CHECK(Pattern{R"((?i)ÄRGER)"}.found_in("viel ärger"));
    CHECK(Pattern{R"(^\w+$)"}.found_in("größer"));
    CHECK(Pattern{"(?m)^b"}.found_in("a\nb"));
    CHECK_FALSE(Pattern{"^b"}.found_in("a\nb"));
}

TEST_CASE("pattern: gives the piece that matched first") {
    CHECK(Pattern{R"(\d+)"}.first_in("order 17 of 23") == "17");
    CHECK_FALSE(Pattern{R"(\d+)"}.first_in("no number").has_value());
}

TEST_CASE("pattern: what is none says why and where") {
    try {
        Pattern{"a(b"};
        FAIL("compiled");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::config);
        CHECK_THAT(e.what(), contains("'a(b' is no regular expression"));
        CHECK_THAT(e.what(), contains("at character 4"));
    }
}

TEST_CASE("pattern: invalid UTF-8 is stepped over") {
    CHECK(Pattern{"b"}.found_in("a\xff b"));
    CHECK_FALSE(Pattern{"c"}.found_in("a\xff b"));
}

TEST_CASE("pattern: a text that would take for ever is an error of the data") {
    try {
        Pattern{"(a+)+$"}.found_in(std::string(4000, 'a') + "b");
        FAIL("matched");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::data);
        CHECK_THAT(e.what(), contains("gave up"));
    }
}
