#include "text/words.hpp"

#include "base/utf8.hpp"
#include "support/catch.hpp"
#include "text/stem.hpp"

#include <random>

using namespace llm;

namespace {
std::vector<std::string> pieces(std::string_view text) {
    std::vector<std::string> out;
    for (const Word& w : split_words(text)) out.emplace_back(w.span.of(text));
    return out;
}
using List = std::vector<std::string>;
}  // namespace

TEST_CASE("words: words, numbers and marks come apart") {
    CHECK(pieces("Don't pay $1,250.50, ok?") == List{"Don't", "pay", "$", "1,250.50", ",", "ok", "?"});
    CHECK(pieces("5km at 9:30") == List{"5", "km", "at", "9", ":", "30"});
    CHECK(pieces("max_tokens=o200k_base") == List{"max_tokens", "=", "o200k_base"});
    CHECK(pieces("l’été 'quoted'") == List{"l’été", "'", "quoted", "'"});
    CHECK(pieces("v1.2.3.") == List{"v1", ".", "2.3", "."});
    CHECK(pieces("").empty());
    CHECK(pieces(" \n\t").empty());
}

TEST_CASE("words: scripts without spaces give a word for each character") {
    CHECK(pieces("天气很好。") == List{"天", "气", "很", "好", "。"});
    CHECK(pieces("안녕 세계") == List{"안녕", "세계"});
    CHECK(pieces("Привет, мир") == List{"Привет", ",", "мир"});
    CHECK(pieces("e\u0301te\u0301 x") == List{"e\u0301te\u0301", "x"});
}

TEST_CASE("words: kinds tell numbers from words and marks from symbols") {
    const auto words = split_words("a 1 , €");
    REQUIRE(words.size() == 4);
    CHECK(words[0].kind == WordKind::word);
    CHECK(words[1].kind == WordKind::number);
    CHECK(words[2].kind == WordKind::punctuation);
    CHECK(words[3].kind == WordKind::symbol);
}

TEST_CASE("words: spans are in order, never empty, and cut no code point, whatever the bytes") {
    std::mt19937 random(11);
    for (int n = 0; n < 2000; ++n) {
        std::string text;
        for (int i = 0; i < 20; ++i) {
            if (random() % 3 == 0) append_utf8(text, static_cast<char32_t>(random() % 0x3100));
            else text.push_back(static_cast<char>(random()));
        }
        std::size_t end = 0;
        for (const Word& w : split_words(text)) {
            CHECK(w.span.begin >= end);
            CHECK(w.span.end > w.span.begin);
            end = w.span.end;
            CHECK((!is_utf8(text) || is_utf8(w.span.of(text))));
        }
        CHECK(end <= text.size());
    }
}

TEST_CASE("words: content stems are what two phrasings share") {
    CHECK(content_stems("How do I change my pin?") == List{"chang", "pin"});
    CHECK(content_stems("Changing John's PINs") == List{"chang", "john", "pin"});
    CHECK(content_stems("Die Häuser", "de") == List{"die", "haus"});
    CHECK(content_stems("It's what I’m about").empty());
}

TEST_CASE("words: an unknown language is not stemmed") {
    CHECK(stem("running") == "run");
    CHECK(stem("running", "xx") == "running");
    CHECK(stem("running", "") == "running");
    CHECK(stem("running", "en") == "run");
    CHECK(is_stop_word("the"));
    CHECK_FALSE(is_stop_word("card"));
}
