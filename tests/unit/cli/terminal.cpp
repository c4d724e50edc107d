#include "cli/terminal.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("terminal: width counts columns, not bytes") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("Größe") == 5);
    CHECK(display_width("日本") == 4);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("🦉") == 2);
}

TEST_CASE("terminal: what does not fit ends with an ellipsis and in whole characters") {
    CHECK(fit("abcdef", 6) == "abcdef");
    CHECK(fit("abcdef", 4) == "abc…");
    CHECK(fit("日本語", 4) == "日…");
    CHECK(fit("äöü", 2) == "ä…");
    CHECK(fit("abc", 0).empty());
}

TEST_CASE("terminal: text is broken at blanks within the width") {
    CHECK(wrap("one two three", 9, 2) == "one two\n  three");
    CHECK(wrap("a\nb", 80, 1) == "a\n b");
    CHECK(wrap("averyverylongword x", 5, 0) == "averyverylongword\nx");
}

TEST_CASE("terminal: paint leaves text alone without colour") {
    CHECK(paint("x", Style::bad, Colour::no) == "x");
    CHECK(paint("x", Style::bad, Colour::yes) == "\x1b[31mx\x1b[0m");
}
