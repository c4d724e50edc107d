#include "mem/repeats.hpp"

#include "text/similarity.hpp"
#include "text/words.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr double alike = 0.8, contained = 0.95;
constexpr std::size_t enough_words = 3;  // "Anna likes tea" may stand in any long text by chance, two words surely do

}  // namespace

bool repeats(std::string_view statement, std::string_view text) {
    const std::vector<std::string> mine = content_stems(statement), other = content_stems(text);
    if (mine.empty() || other.empty()) return false;
    if (jaccard(mine, other) >= alike) return true;
    const auto shared = std::ranges::count_if(mine, [&other](const std::string& w) { return std::ranges::find(other, w) != other.end(); });
    return mine.size() >= enough_words && static_cast<double>(shared) >= static_cast<double>(mine.size()) * contained;
}

}  // namespace llm
