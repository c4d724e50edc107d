#include "text/chunk.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "support/catch.hpp"
#include "text/tokens.hpp"

#include <random>

using namespace llm;

namespace {
using List = std::vector<std::string>;

List pieces(std::string_view text, std::string_view policy) {
    List out;
    for (const TextChunk& c : chunk(text, parse_chunk_policy(policy))) out.emplace_back(c.span.of(text));
    return out;
}
List parents(std::string_view text, std::string_view policy) {
    List out;
    for (TextChunk& c : chunk(text, parse_chunk_policy(policy))) out.push_back(std::move(c.parent));
    return out;
}
std::string refusal(std::string_view policy) {
    try {
        parse_chunk_policy(policy);
    } catch (const Error& e) {
        CHECK(e.fault == Fault::usage);
        return e.what();
    }
    return {};
}
}  // namespace

TEST_CASE("chunk: every policy's spelling leads back to it") {
    for (const char* p : {"turn", "sentence", "paragraph", "heading", "whole", "code", "paragraph(120)",
                          "paragraph( 120 , 2 )", " heading(8)", "code(100000)"}) {
        const ChunkPolicy policy = parse_chunk_policy(p);
        CHECK(parse_chunk_policy(spelling(policy)) == policy);
    }
    CHECK(spelling(parse_chunk_policy("paragraph(120, 2)")) == "paragraph(120, 2)");
    CHECK(parse_chunk_policy("paragraph").tokens == 200);
}

TEST_CASE("chunk: a wrong policy is refused with the value and the remedy") {
    CHECK(refusal("pargraph").find("did you mean 'paragraph'?") != std::string::npos);
    CHECK(refusal("").find("turn, sentence") != std::string::npos);
    CHECK(refusal("paragraph(x)").find("'x'") != std::string::npos);
    CHECK(refusal("paragraph(0)").find("from 8 to") != std::string::npos);
    CHECK(refusal("paragraph(99999999999999999999)").find("from 8 to") != std::string::npos);
    CHECK(refusal("paragraph(100, -1)").find("overlap") != std::string::npos);
    CHECK(refusal("paragraph(100").find("not closed") != std::string::npos);
    CHECK(refusal("whole(3)").find("takes no number") != std::string::npos);
    CHECK(refusal("heading(30, 2)").find("one number") != std::string::npos);
}

TEST_CASE("chunk: turns begin where a name and a colon begin a line") {
    CHECK(pieces("Ann: hi\nhow are you?\n\nBob Lee: fine\n", "turn") ==
          List{"Ann: hi\nhow are you?", "Bob Lee: fine"});
    CHECK(parents("Ann: hi\nBob Lee: fine", "turn") == List{"Ann", "Bob Lee"});
    CHECK(pieces("no speakers\nhere at 10:30", "turn").size() == 1);
}

TEST_CASE("chunk: paragraphs hold whole sentences, up to their size, with the overlap asked for") {
    std::string text;
    for (int i = 0; i < 40; ++i) text += "Sentence number " + std::to_string(i) + " says something. ";
    const auto plain = chunk(text, {Chunking::paragraph, 50, 0});
    REQUIRE(plain.size() > 3);
    std::size_t end = 0;
    for (const TextChunk& c : plain) {
        CHECK(c.span.begin >= end);
        end = c.span.end;
        CHECK(c.span.of(text).starts_with("Sentence"));
        CHECK(c.span.of(text).ends_with("."));
        CHECK(estimate_tokens(c.span.of(text)) <= 52);
    }
    const auto overlapping = chunk(text, {Chunking::paragraph, 50, 2});
    for (std::size_t i = 1; i < overlapping.size(); ++i) {
        const Span before = overlapping[i - 1].span, here = overlapping[i].span;
        REQUIRE(here.begin < before.end);
        const Span shared{here.begin, before.end};
        CHECK(std::ranges::count(shared.of(text), '.') == 2);
        CHECK(here.end > before.end);
    }
}

TEST_CASE("chunk: a paragraph border is preferred to a full passage") {
    const std::string first = "One two three four five six seven. Eight nine ten eleven twelve thirteen.";
    const std::string second = "Aa bb cc dd ee ff gg. Hh ii jj kk ll mm nn. Oo pp qq rr ss tt uu vv ww.";
    CHECK(pieces(first + "\n\n" + second, "paragraph(30)") == List{first, second});
}

TEST_CASE("chunk: a sentence above the size is cut between words") {
    std::string text;
    for (int i = 0; i < 200; ++i) text += "word" + std::to_string(i) + " ";
    for (const std::string& p : pieces(text, "paragraph(20)")) {
        CHECK(estimate_tokens(p) <= 21);
        CHECK(!p.starts_with(" "));
    }
}

TEST_CASE("chunk: sections carry their path, fenced code hides hashes and stays whole") {
    const std::string text =
        "Before.\n# Guide\n\n## Install\nRun this:\n```sh\n# not a heading\n\nmake\n```\n\n"
        "Title two\n=========\nText.\n"
        "## Sub ##\nMore.\n";
    CHECK(parents(text, "heading") == List{"", "Guide > Install", "Title two", "Title two > Sub"});
    CHECK(pieces(text, "heading")[1].starts_with("## Install"));
    std::string fence = "# T\nIntro sentence here. Another one.\n\n```\n";
    for (int i = 0; i < 100; ++i) fence += "line of code number " + std::to_string(i) + ";\n\n";
    fence += "```\nAfter. It. All.";
    const List cut = pieces(fence, "heading(50)");
    CHECK(std::ranges::count_if(cut, [](const std::string& p) {
              return p.find("number 0;") != std::string::npos && p.find("number 99;") != std::string::npos;
          }) == 1);
}

TEST_CASE("chunk: front matter is no heading, a list above a rule is no title") {
    CHECK(parents("---\ntitle: x\n---\n# A\nb", "heading") == List{"", "A"});
    CHECK(parents("- item\n---\ntext", "heading") == List{""});
}

TEST_CASE("chunk: code is cut at definitions, comments stay with what they explain") {
    const std::string python =
        "import os\n\nLIMIT = 3\n\n# Adds.\n"
        "def add(a, b):\n    x = a\n\n    return x + b\n\n\n@cached\ndef f():\n"
        "    s = \"\"\"text\n\nnot a definition\n\"\"\"\n    return s\n\n"
        "class A:\n    def g(self):\n        pass\n";
    CHECK(parents(python, "code") == List{"import os", "def add(a, b)", "def f()", "class A"});
    CHECK(pieces(python, "code")[1].starts_with("# Adds."));
    const std::string cpp =
        "#include <a>\n\nnamespace x {\n\n/* one\n\ntwo */\nint f() {\n    return 1;\n}\n\n"
        "int g() {\n\n    return 2;\n}\n\n}\n";
    CHECK(parents(cpp, "code") == List{"#include <a>", "int f()", "int g()"});
    CHECK(pieces(cpp, "code").back().ends_with("}\n\n}"));
}

TEST_CASE("chunk: long definitions are cut at lines and keep their name") {
    std::string text = "def long():\n";
    for (int i = 0; i < 60; ++i) text += "    call(" + std::to_string(i) + ")\n" + (i % 10 == 9 ? "\n" : "");
    const auto chunks = chunk(text, {Chunking::code, 60, 0});
    CHECK(chunks.size() > 3);
    for (const TextChunk& c : chunks) {
        CHECK(c.parent == "def long()");
        CHECK(c.span.of(text).ends_with(")") != c.span.of(text).ends_with(":"));
    }
}

TEST_CASE("chunk: whatever the text and the policy, chunks are sound and nothing is lost") {
    std::mt19937 random(17);
    const char* some[] = {"a",   "Bob: ",  ". ",    "! ", " ",      "\n",    "\n\n",       "```\n",
                          "# ",  "=\n",    "---\n", "é",  "日本。", "    x", "def f():\n", "}\n",
                          "1. ", "\"\"\"", "word ", "\t", "\r\n",   "😀"};
    const ChunkPolicy policies[] = {{Chunking::turn},
                                    {Chunking::sentence},
                                    {Chunking::paragraph, 8, 0},
                                    {Chunking::paragraph, 8, 3},
                                    {Chunking::paragraph, 30, 1},
                                    {Chunking::heading, 8},
                                    {Chunking::whole},
                                    {Chunking::code, 8}};
    for (int n = 0; n < 2500; ++n) {
        std::string text;
        for (int i = 0; i < 30; ++i) text += some[random() % std::size(some)];
        for (const ChunkPolicy& policy : policies) {
            INFO(text << "\n-- " << spelling(policy));
            std::vector<bool> covered(text.size());
            Span before{0, 0};
            for (const TextChunk& c : chunk(text, policy)) {
                REQUIRE(c.span.begin < c.span.end);
                REQUIRE(c.span.end <= text.size());
                REQUIRE(is_utf8(c.span.of(text)));
                REQUIRE(c.span.begin >= (policy.overlap == 0 ? before.end : before.begin));
                REQUIRE(c.span.end > before.end);
                before = c.span;
                for (std::size_t i = c.span.begin; i < c.span.end; ++i) covered[i] = true;
            }
            if (policy.how == Chunking::heading) continue;
            for (std::size_t i = 0; i < text.size(); ++i)
                if (std::string_view(" \t\r\n").find(text[i]) == std::string_view::npos) REQUIRE(covered[i]);
        }
    }
}
