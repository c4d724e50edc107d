#include "base/utf8.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace llm;
using namespace std::string_literals;

TEST_CASE("utf8: every scalar value survives encoding and decoding, alone and inside a text") {
    std::string all;
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        std::string one;
        append_utf8(one, c);
        const CodePoint back = decode_utf8(one, 0);
        if (!back.valid || back.value != c || back.size != one.size())
            FAIL("code point " << std::uint32_t{c});
        all += one;
    }
    CHECK(is_utf8(all));
    CHECK(count_code_points(all) == 0x110000 - 0x800);
    CHECK(sanitise_utf8(all) == all);
}

TEST_CASE("utf8: surrogates, overlong forms, stray and missing continuations are refused") {
    const std::vector<std::string> bad{"\x80"s,         "\xBF"s,         "\xC0\x80"s,     "\xC1\xBF"s,
                                       "\xC3"s,         "\xE0\x9F\xBF"s, "\xED\xA0\x80"s, "\xED\xBF\xBF"s,
                                       "\xE2\x82"s,     "\xF0\x8F\xBF\xBF"s, "\xF4\x90\x80\x80"s,
                                       "\xF5\x80\x80\x80"s, "\xFF"s,     "\xC3\x28"s};
    for (const std::string& b : bad)
        for (const std::size_t before : {0u, 1u, 7u, 15u, 16u, 31u, 32u, 33u}) {
            const std::string text = std::string(before, 'x') + b + std::string(40, 'y');
            CHECK_FALSE(is_utf8(text));
            CHECK(utf8_prefix(text) == before);
            const std::string clean = sanitise_utf8(text);
            CHECK(is_utf8(clean));
            CHECK(clean.starts_with(std::string(before, 'x') + "\uFFFD"));
            CHECK(clean.ends_with(std::string(40, 'y')));
        }
}

TEST_CASE("utf8: a maximal ill-formed part becomes one replacement character") {
    // The example of Unicode 15, table 3-11.
    CHECK(sanitise_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41") == "\uFFFD\uFFFD\uFFFD\uFFFD\x41");
    CHECK(sanitise_utf8("\xF0\x9F\x98") == "\uFFFD");
    CHECK(sanitise_utf8("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");
    CHECK(sanitise_utf8("") == "");
}

TEST_CASE("utf8: truncation never cuts a code point and takes as much as fits") {
    const std::string text = "aé€😀z";
    for (std::size_t n = 0; n <= text.size() + 3; ++n) {
        const std::string_view cut = truncate_utf8(text, n);
        CHECK(is_utf8(cut));
        CHECK(cut.size() <= n);
        CHECK(text.starts_with(cut));
        if (n <= text.size()) CHECK(cut.size() + 3 >= n);
    }
    CHECK(truncate_utf8("ab\x80\x80\x80\x80", 5).size() == 5);
}

TEST_CASE("utf8: what cannot be encoded becomes the replacement character") {
    std::string out;
    append_utf8(out, 0xD800);
    append_utf8(out, 0x110000);
    CHECK(out == "\uFFFD\uFFFD");
    CHECK(decode_utf8("", 0).size == 0);
}
