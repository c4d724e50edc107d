#include "mem/repeats.hpp"

#include "text/sentences.hpp"
#include "text/similarity.hpp"
#include "text/words.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr double alike = 0.8, contained = 0.95;
constexpr std::size_t enough_in_sentence = 2, enough_in_text = 5;  // words that do not stand together by chance

using Stems = std::vector<std::string>;

bool holds(const Stems& other, const Stems& mine, std::size_t enough) {
    if (other.empty()) return false;
    if (jaccard(mine, other) >= alike) return true;
    const auto shared = std::ranges::count_if(mine, [&other](const std::string& w) { return std::ranges::find(other, w) != other.end(); });
    return mine.size() >= enough && static_cast<double>(shared) >= static_cast<double>(mine.size()) * contained;
}

}  // namespace

bool repeats(std::string_view statement, std::string_view text) {
    const Stems mine = content_stems(statement);
    if (mine.empty()) return false;
    if (holds(content_stems(text), mine, enough_in_text)) return true;
    return std::ranges::any_of(split_sentences(text), [&](const Span& s) { return holds(content_stems(s.of(text)), mine, enough_in_sentence); });
}

}  // namespace llm
