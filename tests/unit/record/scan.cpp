#include "record/scan.hpp"

#include "base/json.hpp"
#include "support/catch.hpp"

#include <random>

using namespace llm;

namespace {
Scan scanned(std::string_view text) {
    Scan s;
    scan(text, s);
    return s;
}
}  // namespace

TEST_CASE("scan: members are found with the bytes of their values") {
    const std::string_view text = R"({ "a" : [1,{"b":2}] , "c":"x,}" ,"d":-1.5e+3})";
    const Scan s = scanned(text);
    REQUIRE(s.kind == Scan::Kind::object);
    REQUIRE(s.members.size() == 3);
    const auto value = [&](std::size_t i) { return text.substr(s.members[i].value_begin, s.members[i].value_end - s.members[i].value_begin); };
    CHECK(value(0) == R"([1,{"b":2}])");
    CHECK(value(1) == R"("x,}")");
    CHECK(value(2) == "-1.5e+3");
    CHECK(text[s.close] == '}');
}

TEST_CASE("scan: what JSON allows passes, what it forbids does not") {
    for (const char* good : {"{}", "[]", "0", "-0", "1e999", "\"\\ud800\"", "[[],{}]", "{\"a\":{}}", " true ", "123456789012345678901234567890"})
        CHECK(scanned(good).kind != Scan::Kind::invalid);
    for (const char* bad : {"{", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1", "nul", "\"\\x\"", "\"\t\"", "\"\\u12g4\"", "{}x", "[1 2]",
                            "{\"a\"}", "{\"a\":}", "'a'", "NaN", "\"", "-", "1e", "tru", "]", "{\"a\":1]"})
        CHECK(scanned(bad).kind == Scan::Kind::invalid);
    CHECK(scanned("  ").kind == Scan::Kind::blank);
    CHECK(scanned(std::string_view{"{\"a\":\"\0\"}", 9}).kind == Scan::Kind::invalid);
}

TEST_CASE("scan: 1000 levels pass, 1001 do not, 100000 do not crash") {
    const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    CHECK(scanned(nested(1000)).kind == Scan::Kind::other);
    CHECK(scanned(nested(1001)).kind == Scan::Kind::invalid);
    CHECK(scanned(nested(100000)).kind == Scan::Kind::invalid);
}

TEST_CASE("scan: agrees with nlohmann on mutated JSON") {
    const std::string seed = R"({"a":[1,2.5e-3,"x\n\u00e9",null,true],"b":{"c":"é","d":[]},"e":-0.1,"f":"0123456789abcdef0123456789"})";
    std::mt19937 random{7};
    const std::string bytes = "{}[]\",:\\0123456789eE+-. \tabu\x80\xC3";
    for (int i = 0; i < 20000; ++i) {
        std::string text = seed;
        for (int n = 0; n < 1 + i % 3; ++n) text[random() % text.size()] = bytes[random() % bytes.size()];
        if (text.find("\\u") != std::string::npos && text.find("\\u00e9") == std::string::npos) continue;  // lone surrogates: we let them pass
        INFO(text);
        CHECK((scanned(text).kind != Scan::Kind::invalid) == Json::accept(text));
    }
}

TEST_CASE("scan: strings go there and back") {
    for (const std::string text : {"", "a\"b\\c\n\t\x01", "é😀", "plain text of some length that passes sixteen bytes"})
        CHECK(unescape(quote(text)) == text);
    CHECK(unescape(R"("\ud83d\ude00\u00e9\/")") == "😀é/");
    CHECK(unescape(R"("\ud83d")") == "\xEF\xBF\xBD");
    CHECK(quote("\xff") == "\"\xEF\xBF\xBD\"");
}
