#include "route/features.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

using namespace llm;

namespace {

std::map<std::string, float> named(std::span<const std::string_view> names,
                                   const std::vector<float>& values) {
    std::map<std::string, float> out;
    for (std::size_t i = 0; i < names.size(); ++i) out.emplace(names[i], values[i]);
    return out;
}

std::map<std::string, float> of_prompt(std::string_view prompt) {
    std::vector<float> values(prompt_feature_names().size());
    prompt_features(prompt, values.data());
    return named(prompt_feature_names(), values);
}

std::map<std::string, float> of_answer(std::string_view prompt, std::string_view answer) {
    std::vector<float> values(answer_feature_names().size());
    answer_features(prompt, answer, values.data());
    return named(answer_feature_names(), values);
}

}  // namespace

TEST_CASE("features: names are distinct and every value is finite for any bytes") {
    CHECK(of_prompt("").size() == prompt_feature_names().size());
    CHECK(of_answer("", "").size() == answer_feature_names().size());
    for (const std::string& text :
         {std::string{}, std::string(5000, '\xff'),
          std::string{"9e999 99999999999999999999999999999999999 = "}, std::string("\0\n#### -", 8)}) {
        for (const auto& [name, value] : of_prompt(text)) CHECK(std::isfinite(value));
        for (const auto& [name, value] : of_answer(text, text)) CHECK(std::isfinite(value));
    }
}

TEST_CASE("features: a question with choices is told from plain prose") {
    auto choice = of_prompt("Which is not a prime?\nA. 2\nB. 3\nC. 4\nD. 5\nAnswer:");
    CHECK(choice["options"] == Approx(std::log(5.0)));
    CHECK(choice["option_numbers"] == Approx(std::log(5.0)));
    CHECK(choice["negation"] > 0);
    CHECK(of_prompt("Tell me a story.")["options"] == 0);
}

TEST_CASE("features: an answer whose sums fail, or that breaks off, shows it") {
    const char* question = "Ann has 3 boxes of 24 pens. How many pens?";
    auto good = of_answer(question, "3 * 24 = 72 pens.\n#### 72");
    CHECK(good["a_any_wrong"] == 0);
    CHECK(good["a_cut_short"] == 0);
    CHECK(good["a_final_is_last_sum"] == 1);
    CHECK(good["a_unused_numbers"] == 0);
    auto bad = of_answer(question, "3 * 24 = 70 pens, so that ma");
    CHECK(bad["a_any_wrong"] == 1);
    CHECK(bad["a_cut_short"] == 1);
    CHECK(of_answer(question, "17 * 24 = 408\n#### 408")["a_strange_operands"] > 0);
    CHECK(of_answer(question, "I cannot tell.")["a_no_number"] == 1);
}

TEST_CASE("features: hashed words make a unit vector, the same whatever the case") {
    const SparseVector a = hashed_words("The cat, the cat sat", 13);
    CHECK(a == hashed_words("the CAT the cat SAT", 13));
    double squares = 0;
    for (const auto& [slot, value] : a) {
        CHECK(slot < (1U << 13));
        squares += double{value} * double{value};
    }
    CHECK(squares == Approx(1));
    CHECK(hashed_words("12 apples", 13) == hashed_words("7 apples", 13));
    CHECK(hashed_words("...", 13).empty());
}
