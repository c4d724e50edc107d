#include "text/denial.hpp"

#include "text/gate_words.hpp"
#include "text/sorted_lines.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::string_view denials[] = {
#include "text/denials.inc"
};

/// What may stand between the denial and the adjective without bearing it: "isn't it possible", "not a good idea".
constexpr auto before_adjective = std::to_array<std::string_view>(
    {"a", "an", "the", "it", "this", "that", "there", "i", "we", "you", "he", "she", "they", "be", "been", "being"});
constexpr std::size_t most_before_adjective = 2;

/// Index of the adjective that the negator at `at` denies, or the end.
std::size_t denied_adjective(const std::vector<GateWord>& words, std::size_t at) {
    for (std::size_t i = at + 1; i < words.size() && i <= at + 1 + most_before_adjective; ++i) {
        if (!line_value(denials, words[i].text).empty()) return i;
        if (std::ranges::find(before_adjective, words[i].text) == before_adjective.end()) break;
    }
    return words.size();
}

}  // namespace

std::string contract_denials(std::string_view text) {
    // A text without a "not" or an n't, which nearly all are, costs a look.
    if (text.find("n't") == text.npos && text.find("n’t") == text.npos && text.find("not") == text.npos &&
        text.find("NOT") == text.npos && text.find("Not") == text.npos && text.find("nt ") == text.npos)
        return std::string(text);
    const std::vector<GateWord> words = gate_words(text);
    std::string out;
    std::size_t copied = 0;
    const auto copy_to = [&](std::size_t end) {
        out += text.substr(copied, std::max(end, copied) - copied);
        copied = std::max(end, copied);
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i].role != WordRole::negator || words[i].text != "not") continue;
        const std::size_t denied = denied_adjective(words, i);
        if (denied == words.size()) continue;
        const bool contracted = i > 0 && words[i - 1].span == words[i].span;
        copy_to(words[i].span.begin);
        if (contracted) out += words[i - 1].text;
        copied = words[i].span.end;
        // Of the two spaces around a word that goes, one does.
        if (!contracted && copied < text.size() && text[copied] == ' ') ++copied;
        copy_to(words[denied].span.begin);
        out += line_value(denials, words[denied].text);
        copied = words[denied].span.end;
        i = denied;
    }
    copy_to(text.size());
    return out;
}

}  // namespace llm
