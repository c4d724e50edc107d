#include "text/extract.hpp"

#include "support/catch.hpp"
#include "text/answer_type.hpp"
#include "text/tokens.hpp"

using namespace llm;

namespace {
using Passages = std::vector<std::string_view>;

std::string answer(std::string_view question, const Passages& passages, ExtractLimits limits = {}) {
    std::string out;
    for (const Extracted& e : best_sentences(question, passages, limits)) {
        CHECK(e.score > 0);
        out.append(out.empty() ? "" : " | ").append(e.span.of(passages[e.passage]));
    }
    return out;
}

const Passages library{
    "The library opened in 1912. It was paid for by Margaret Hale, a mill owner. "
    "The building has three floors.",
    "Opening hours are nine to five. Borrowing is free. A late book costs ten pence a day.",
    "The garden behind the library is open in summer. Visitors like the roses because they flower twice.",
};
}  // namespace

TEST_CASE("extract: the sentence that answers is found, in the passage that holds it") {
    CHECK(answer("When did the library open?", library, {.sentences = 1}) == "The library opened in 1912.");
    CHECK(answer("How many floors does the building have?", library, {.sentences = 1}) ==
          "The building has three floors.");
    CHECK(answer("What does a late book cost?", library, {.sentences = 1}) ==
          "A late book costs ten pence a day.");
    CHECK(answer("Why do visitors like the roses?", library, {.sentences = 1}) ==
          "Visitors like the roses because they flower twice.");
    CHECK(answer("Who paid for the library?", library, {.sentences = 1}).find("Margaret Hale") !=
          std::string::npos);
}

TEST_CASE("extract: nothing that matches gives nothing") {
    CHECK(best_sentences("Which submarine sank?", library).empty());
    CHECK(best_sentences("", library).empty());
    CHECK(best_sentences("what is it?", library).empty());
    CHECK(best_sentences("When did the library open?", Passages{}).empty());
    CHECK(best_sentences("When did the library open?", Passages{"", " \n"}).empty());
}

TEST_CASE("extract: answers stand in the order of the text, without near duplicates, within limits") {
    const Passages twice{"Paris is the capital of France. Lyon is large.", "Paris is the capital of France!",
                         "The capital of France was once Vichy."};
    const auto found = best_sentences("What is the capital of France?", twice);
    REQUIRE(found.size() == 2);
    CHECK(found[0].passage == 0);
    CHECK(found[1].passage == 2);
    CHECK(best_sentences("What is the capital of France?", twice, {.sentences = 3, .tokens = 9}).size() == 1);
    CHECK(best_sentences("What is the capital of France?", twice, {.sentences = 0}).empty());
}

TEST_CASE("extract: what follows a matching question answers it") {
    const Passages chat{"Ann: Where did you buy the bicycle? From my cousin in Leeds. The weather is fine."};
    CHECK(answer("Where was the bicycle bought?", chat, {.sentences = 2}).find("Leeds") != std::string::npos);
}

TEST_CASE("extract: the type asked for is read from the question") {
    CHECK(answer_type("Who wrote it?") == AnswerType::person);
    CHECK(answer_type("In which year was it built?") == AnswerType::time);
    CHECK(answer_type("How much is it?") == AnswerType::number);
    CHECK(answer_type("How does it work?") == AnswerType::any);
    CHECK(answer_type("Where is it?") == AnswerType::place);
    CHECK(answer_type("What is the best city?") == AnswerType::place);
    CHECK_FALSE(names(AnswerType::person, "It was Ann.", "Did Ann do it, or who?"));
    CHECK(names(AnswerType::person, "It was Bob.", "Did Ann do it, or who?"));
}

TEST_CASE("extract: a summary keeps to its budget and takes whole sentences in their order") {
    std::string text;
    for (const std::string_view p : library) text.append(p).append("\n\n");
    CHECK(summary("", 10).empty());
    CHECK(summary("  One sentence. \n", 100) == "One sentence.");
    for (const std::size_t budget : {15u, 25u, 40u, 60u}) {
        const std::string s = summary(text, budget);
        CHECK(!s.empty());
        CHECK(estimate_tokens(s) <= budget);
        CHECK(s == summary(text, budget));
    }
    CHECK(summary(text, 30).find("library") != std::string::npos);
    CHECK(estimate_tokens(
              summary("An endless sentence that no budget of three can hold whatever is done", 3)) <= 3);
}
