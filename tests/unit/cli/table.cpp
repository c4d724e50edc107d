#include "cli/table.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
Table models() {
    Table t{{{"model", "MODEL", Align::left, true}, {"price", "PRICE", Align::right}, {"about", "ABOUT", Align::left, true}}};
    t.add({{"model", "openai/gpt-5-mini"}, {"price", 0.25}, {"about", "cheap"}});
    t.add({{"model", "größe/日本"}, {"price", 12}, {"about", nullptr}});
    return t;
}
}  // namespace

TEST_CASE("table: columns line up, numbers stand right, lines end without blanks") {
    CHECK(models().text(0, Colour::no) == "MODEL              PRICE  ABOUT\n"
                                          "openai/gpt-5-mini   0.25  cheap\n"
                                          "größe/日本            12\n");
}

TEST_CASE("table: it fits the width it is given") {
    const std::string text = models().text(24, Colour::no);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        CHECK(display_width(std::string_view{text}.substr(at, end - at)) <= 24);
        at = end + 1;
    }
    CHECK(text.find("…") != std::string::npos);
    CHECK(text.find("0.25") != std::string::npos);
}

TEST_CASE("table: a cell cannot drive the terminal") {
    Table t{{{"a", "A"}}};
    t.add({{"a", "x\x1b[31m\ny"}});
    CHECK(t.text(0, Colour::no) == "A\nx [31m y\n");
}

TEST_CASE("table: the same rows are JSON Lines") {
    CHECK(models().json_lines() == "{\"model\":\"openai/gpt-5-mini\",\"price\":0.25,\"about\":\"cheap\"}\n"
                                   "{\"model\":\"größe/日本\",\"price\":12,\"about\":null}\n");
}
