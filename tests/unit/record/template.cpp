#include "record/template.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
std::string rendered(std::string text, std::string_view line) { return Template{std::move(text), "test"}.render(Record::parse(line, 1)); }
}  // namespace

TEST_CASE("template: variables print text, numbers as they stand, objects and lists as JSON, and escape nothing") {
    CHECK(rendered("{{a}} & {{{b}}} {{&c}}", R"({"a":"<x> \"q\"","b":1.10,"c":[1,{"k":"v"}]})") == R"(<x> "q" & 1.10 [1,{"k":"v"}])");
    CHECK(rendered("{{a.b.c}}|{{ a.b }}", R"({"a":{"b":{"c":true}}})") == R"(true|{"c":true})");
    CHECK(rendered("[{{n}}]", R"({"n":null})") == "[]");
    CHECK(rendered("{{n}}", R"({"n":12345678901234567890123})") == "12345678901234567890123");
}

TEST_CASE("template: a missing variable is an error that names the nearest member, a missing section is not") {
    CHECK_THROWS_WITH(rendered("{{promt}}", R"({"prompt":"x"})"), contains("'promt'") && contains("did you mean 'prompt'?"));
    CHECK(rendered("a{{#nothing}}{{nothing}}{{/nothing}}b", R"({})") == "ab");
    CHECK(rendered("{{^nothing}}none{{/nothing}}", R"({})") == "none");
    CHECK_THROWS_WITH(rendered("{{a.c}}", R"({"a":{"b":1}})"), contains("'a.c'"));
}

TEST_CASE("template: sections walk lists and objects, and see the members around them") {
    CHECK(rendered("{{#list}}{{name}}={{x}};{{/list}}", R"({"x":7,"list":[{"name":"a"},{"name":"b"}]})") == "a=7;b=7;");
    CHECK(rendered("{{#list}}<{{.}}>{{/list}}", R"({"list":["a",2]})") == "<a><2>");
    CHECK(rendered("{{#list}}{{.}}{{/list}}", R"({"list":[{"a":1}]})") == R"({"a":1})");
    CHECK(rendered("{{#o}}{{p}}{{/o}}", R"({"o":{"p":[1]}})") == "[1]");
    CHECK(rendered("{{#flag}}yes{{/flag}}{{^flag}}no{{/flag}}", R"({"flag":false})") == "no");
}

TEST_CASE("template: delimiters can be changed, comments vanish, partials and open tags are refused") {
    CHECK(rendered("{{=<% %>=}}<% a %> {{a}}", R"({"a":1})") == "1 {{a}}");
    CHECK(rendered("a{{! no }}b", "{}") == "ab");
    CHECK_THROWS_AS((Template{"{{> p}}", "t"}), Error);
    CHECK_THROWS_AS((Template{"{{a", "t"}), Error);
    CHECK_THROWS_AS((Template{"{{#a}}", "t"}), Error);
}

TEST_CASE("template: names() tells what it mentions") {
    const Template t{"{{#context}}{{text}}{{/context}} {{a.b}}", "t"};
    CHECK(t.names() == std::set<std::string>{"context", "text", "a"});
}
