#include "cache/apart.hpp"

#include "embedders/builtin.hpp"
#include "text/gate.hpp"
#include "text/normalise.hpp"
#include "text/words.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t a_choice = 3;  // words

std::string values_apart(std::string_view asked, std::string_view stored, Gating gate, bool alone) {
    const auto difference = gate == Gating::questions ? questions_differ(asked, stored, word_likeness) : differs(asked, stored);
    if (difference) return spelling(*difference);
    const bool choice = !alone && std::min(split_words(asked).size(), split_words(stored).size()) <= a_choice;
    if (choice && fold(asked) != fold(stored)) return spelling({Difference::word, std::string{asked}, std::string{stored}});
    return {};
}

}  // namespace

std::string without_marks(std::string text) {
    std::ranges::replace(text, field_mark, '\n');
    return text;
}

std::string with_marks_of(std::string_view stored, std::string text) {
    const auto marks = std::ranges::count(stored, field_mark);
    if (marks > 0 && std::ranges::count(text, '\n') == marks) std::ranges::replace(text, '\n', field_mark);
    return text;
}

std::string held_apart(std::string_view asked, std::string_view stored, Gating gate) {
    if (gate == Gating::off) return {};
    const bool alone = asked.find(field_mark) == asked.npos && stored.find(field_mark) == stored.npos;
    for (;;) {
        const std::size_t end = asked.find(field_mark), other_end = stored.find(field_mark);
        if ((end == asked.npos) != (other_end == stored.npos)) return "the values of another template";
        if (auto why = values_apart(asked.substr(0, end), stored.substr(0, other_end), gate, alone); !why.empty()) return why;
        if (end == asked.npos) return {};
        asked.remove_prefix(end + 1);
        stored.remove_prefix(other_end + 1);
    }
}

}  // namespace llm
