#include "route/agreement.hpp"

#include "ask/schema.hpp"
#include "base/ascii.hpp"
#include "route/arithmetic.hpp"
#include "route/counting.hpp"
#include "text/gate.hpp"
#include "text/similarity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace llm {
namespace {

constexpr double shared_words = 0.5;

/// Lower case words of what is left of the line; digits as they stand.
std::string plain(std::string_view line) {
    std::string out;
    for (const char c : line) {
        const bool kept = word_byte(c) || c == '.' || c == '-' || c == '/';
        if (kept) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        else if (!out.empty() && out.back() != ' ') out += ' ';
    }
    while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
    return out;
}

bool looks_like_json(std::string_view text) {
    const std::string_view t = trimmed(text);
    return !t.empty() && (t.front() == '{' || t.front() == '[' || t.starts_with("```"));
}

std::vector<std::string> distinct_words(std::string_view text) {
    std::vector<std::string> words = words_of(text);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

}  // namespace

std::string conclusion_of(std::string_view answer) {
    std::size_t begin = std::string_view::npos, length = 0;
    for (const std::string_view mark : {"####", "answer is", "answer:", "Answer is", "Answer:", "\\boxed{"}) {
        const std::size_t at = answer.rfind(mark);
        if (at == std::string_view::npos || (begin != std::string_view::npos && at < begin)) continue;
        begin = at;
        length = mark.size();
    }
    if (begin == std::string_view::npos) return {};
    std::string_view rest = trimmed(answer.substr(begin + length));
    rest = rest.substr(0, rest.find('\n'));
    if (answer.substr(begin, length) == "\\boxed{") rest = rest.substr(0, rest.find('}'));
    const std::vector<double> numbers = numbers_in(rest);
    return numbers.size() == 1 ? fmt::format("{:.10g}", numbers.front()) : plain(rest);
}

bool same_answer(std::string_view a, std::string_view b) {
    if (trimmed(a) == trimmed(b)) return true;
    if (looks_like_json(a) && looks_like_json(b)) {
        const Json left = json_in(a), right = json_in(b);
        // without the order of members
        if (!left.is_discarded() && !right.is_discarded())
            return nlohmann::json::parse(dump(left)) == nlohmann::json::parse(dump(right));
    }
    const std::string left = conclusion_of(a), right = conclusion_of(b);
    if (!left.empty() && !right.empty()) return left == right;
    const std::vector<std::string> words_a = distinct_words(a), words_b = distinct_words(b);
    if (words_a.empty() || words_b.empty()) return words_a == words_b;
    std::vector<std::string> both;
    std::set_intersection(words_a.begin(), words_a.end(), words_b.begin(), words_b.end(), std::back_inserter(both));
    const bool contained = both.size() == std::min(words_a.size(), words_b.size());
    if (!contained && jaccard(words_a, words_b) < shared_words) return false;
    return !differs(a, b);
}

Consensus consensus_of(std::span<const std::string> answers) {
    std::vector<std::pair<std::size_t, std::size_t>> groups;  // first answer, how many
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto group = std::find_if(groups.begin(), groups.end(),
                                        [&](const auto& g) { return same_answer(answers[g.first], answers[i]); });
        if (group == groups.end()) groups.emplace_back(i, 1);
        else ++group->second;
    }
    Consensus out;
    std::size_t most = 0;
    for (const auto& [first, count] : groups) {
        if (count <= most) continue;
        most = count;
        out = {static_cast<double>(count) / static_cast<double>(answers.size()), first};
    }
    return out;
}

}  // namespace llm
