#include "mem/words.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("mem: a question becomes any of its words, without the small ones") {
    CHECK(words_query("When did Caroline's sister go to the zoo?") == R"("Caroline" OR "sister" OR "go" OR "zoo")");
    CHECK(words_query(R"("red car" in Rome)") == R"("red car" OR "Rome")");
    CHECK(words_query("who are you") != "");
    CHECK(words_query("?! …").empty());
    CHECK(words_query("tea OR NOT * ^ near( col:x").find_first_of("(*^") == std::string::npos);
}

TEST_CASE("mem: marks stand where the words do, in other forms too") {
    const std::string text = "She watered the plants, and watering them was fun.";
    std::vector<std::string> marked;
    for (const Span& s : matches("water plant", text)) marked.emplace_back(s.of(text));
    CHECK(marked == std::vector<std::string>{"watered", "plants", "watering"});
}

TEST_CASE("mem: of a long text the part with most marks is shown, in whole words") {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "nothing to see here ";
    text += "the fern needs water and the moss needs water ";
    for (int i = 0; i < 100; ++i) text += "nothing to see here ";
    const Span part = best_part(text, matches("fern moss water", text), 100);
    CHECK(part.size() <= 100);
    CHECK_THAT(std::string{part.of(text)}, contains("fern needs water and the moss"));
    CHECK(part.of(text).front() != ' ');
}
