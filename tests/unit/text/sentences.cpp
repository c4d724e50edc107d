#include "text/sentences.hpp"

#include "base/utf8.hpp"
#include "support/catch.hpp"

#include <random>
#include <string>

using namespace llm;

namespace {
std::vector<std::string> sentences(std::string_view text) {
    std::vector<std::string> out;
    for (const Span& s : split_sentences(text)) out.emplace_back(s.of(text));
    return out;
}
using List = std::vector<std::string>;
}  // namespace

TEST_CASE("sentences: abbreviations, initials and decimals do not end one") {
    CHECK(sentences("Dr. Smith paid 3.50 dollars. He left.") ==
          List{"Dr. Smith paid 3.50 dollars.", "He left."});
    CHECK(sentences("J. R. Jones came, e.g. by train. Then he left.").size() == 2);
    CHECK(sentences("We met at 5 p.m. on Monday.").size() == 1);
    CHECK(sentences("We met at 5 p.m. On Monday we left.").size() == 2);
    CHECK(sentences("See No. 5. No. I will not.") == List{"See No. 5.", "No.", "I will not."});
    CHECK(sentences("Visit example.com for more. Thanks!").size() == 2);
}

TEST_CASE("sentences: closing quotes belong to the sentence they close") {
    CHECK(sentences("\"Stop!\" he said. \"Why?\" She ran.") ==
          List{"\"Stop!\" he said.", "\"Why?\"", "She ran."});
    CHECK(sentences("(It rained.) We stayed in.") == List{"(It rained.)", "We stayed in."});
    CHECK(sentences("Really?! Yes... maybe. Fine…") == List{"Really?!", "Yes... maybe.", "Fine…"});
}

TEST_CASE("sentences: lines that were ended on purpose end a sentence, wrapped lines do not") {
    CHECK(sentences("# Title\nSome text\n\nMore text") == List{"# Title", "Some text", "More text"});
    CHECK(sentences("- one\n- two\n  goes on\n1. three\n2. four") ==
          List{"- one", "- two\n  goes on", "1. three", "2. four"});
    CHECK(sentences("Ann: hello\nBob: hi there") == List{"Ann: hello", "Bob: hi there"});
    CHECK(sentences("This long line was wrapped by an editor that breaks lines before\nColumn eighty. Yes.")
              .size() == 2);
}

TEST_CASE("sentences: a writer without capitals still gets sentences") {
    CHECK(sentences("hi there. how are you? i'm fine.") == List{"hi there.", "how are you?", "i'm fine."});
}

TEST_CASE("sentences: Chinese, Japanese and Hindi stops need no space") {
    CHECK(sentences("今天很好。我们走吧！好吗？") == List{"今天很好。", "我们走吧！", "好吗？"});
    CHECK(sentences("वह आया। वह गया।").size() == 2);
}

TEST_CASE("sentences: all that is not white space stands in exactly one sentence") {
    std::mt19937 random(5);
    const char* some[] = {"a", "B",  ".", "!",  " ",  "\n", "\n\n", "\"",
                          "1", "。", "é", "- ", "# ", "Dr", "e.g",  "\xFF"};
    for (int n = 0; n < 3000; ++n) {
        std::string text;
        for (int i = 0; i < 25; ++i) text += some[random() % std::size(some)];
        std::string kept, wanted;
        std::size_t end = 0;
        for (const Span& s : split_sentences(text)) {
            REQUIRE(s.begin >= end);
            REQUIRE(s.end > s.begin);
            end = s.end;
            for (const char c : s.of(text))
                if (c != ' ' && c != '\n') kept += c;
        }
        for (const char c : text)
            if (c != ' ' && c != '\n') wanted += c;
        CHECK(kept == wanted);
    }
}
