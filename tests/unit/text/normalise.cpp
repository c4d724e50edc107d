#include "text/normalise.hpp"

#include "base/utf8.hpp"
#include "support/catch.hpp"

#include <random>

using namespace llm;

TEST_CASE("normalise: composed and decomposed spellings are one text") {
    CHECK(canonical("Cafe\u0301") == canonical("Café"));
    CHECK(canonical("\u1112\u1161\u11AB") == canonical("한"));
    CHECK(canonical("q\u0323\u0307") == canonical("q\u0307\u0323"));
    CHECK(nfc("\u212B") == "\u00C5");
    CHECK(canonical("ﬁ") == "ﬁ");
}

TEST_CASE("normalise: line ends and trailing white space do not matter, leading white space does") {
    CHECK(canonical("a\r\nb\r\n") == "a\nb");
    CHECK(canonical("a  \nb\t\n\n \n") == "a\nb");
    CHECK(canonical("a\u00A0\u3000\nb\u2003") == "a\nb");
    CHECK(canonical("\xEF\xBB\xBFhello") == "hello");
    CHECK(canonical("  a") == "  a");
    CHECK(canonical("\n\na") == "\n\na");
    CHECK(canonical("a\n\n\nb") == "a\n\n\nb");
    CHECK(canonical("A") != canonical("a"));
    CHECK(canonical("") == "");
    CHECK(canonical(" \n \r\n") == "");
}

TEST_CASE("normalise: ill-formed texts stay distinct") {
    CHECK(canonical("a\xFF") != canonical("a\xFE"));
    CHECK(canonical("e\u0301\xFF") == "e\u0301\xFF");
}

TEST_CASE("normalise: canonical is idempotent whatever it is given") {
    std::mt19937 random(7);
    const char32_t some[] = {'a', 'e', ' ', '\n', '\r', '\t', 0x301, 0x323, 0x307, 0xA0, 0x3000, 0x1100,
                             0x1161, 0x11A8, 0xFEFF, 0x212B, 0x1E9B, 0x3B9, 0x345, 0x2028, 0x1F600};
    for (int n = 0; n < 3000; ++n) {
        std::string text;
        for (int i = 0; i < 12; ++i) {
            append_utf8(text, some[random() % std::size(some)]);
            if (random() % 40 == 0) text.push_back(static_cast<char>(random()));
        }
        const std::string once = canonical(text);
        INFO(text);
        CHECK(canonical(once) == once);
        const std::string folded = fold(text);
        CHECK(fold(folded) == folded);
    }
}

TEST_CASE("normalise: folding forgets case and compatibility forms") {
    CHECK(fold("Straße") == fold("STRASSE"));
    CHECK(fold("ΣΊΣΥΦΟΣ") == fold("σίσυφος"));
    CHECK(fold("ＡＢＣ") == "abc");
    CHECK(fold("Hello") == "hello");
    CHECK(fold("a\xFF") == "a\uFFFD");
}
