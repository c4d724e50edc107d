#include "text/extract.hpp"

#include "text/answer_type.hpp"
#include "text/sentences.hpp"
#include "text/similarity.hpp"
#include "text/tokens.hpp"
#include "text/words.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

namespace llm {
namespace {

using Stems = std::vector<std::string>;

struct Candidate {
    Extracted found;
    Stems stems;
};

constexpr double near_duplicate = 0.8;     // Jaccard of stems
constexpr double far_behind = 0.4;         // of the best score
constexpr double passage_weight = 0.5;     // what stands around a sentence, against what is in it
constexpr double kin_weight = 0.5;         // "painter" for "paint"
constexpr std::size_t shortest_kin = 4;    // letters two stems must share from the start

bool kin(std::string_view a, std::string_view b) {
    const std::size_t shorter = std::min(a.size(), b.size());
    return shorter >= shortest_kin && std::max(a.size(), b.size()) <= shorter + 4 &&
           a.substr(0, shorter) == b.substr(0, shorter);
}

Stems without_repeats(Stems stems) {
    std::set<std::string> seen;
    std::erase_if(stems, [&seen](const std::string& s) { return !seen.insert(s).second; });
    return stems;
}

std::vector<Candidate> candidates_of(std::span<const std::string_view> passages) {
    std::vector<Candidate> candidates;
    for (std::size_t p = 0; p < passages.size(); ++p)
        for (const Span& s : split_sentences(passages[p]))
            candidates.push_back({{p, s, 0}, content_stems(s.of(passages[p]))});
    return candidates;
}

/// The share of the question's weight that a sentence covers; kin of a word counts half.
double coverage(const Stems& question, const Stems& sentence, const Bm25& bm25) {
    double covered = 0, all = 0;
    for (const std::string& q : question) {
        const double weight = bm25.idf(q);
        all += weight;
        if (std::ranges::find(sentence, q) != sentence.end())
            covered += weight;
        else if (std::ranges::any_of(sentence, [&q](const std::string& s) { return kin(q, s); }))
            covered += kin_weight * weight;
    }
    return all == 0 ? 0 : covered / all;
}

bool asks(std::string_view sentence) { return sentence.ends_with('?') || sentence.ends_with("？"); }

void score(std::vector<Candidate>& candidates, std::string_view question, const Stems& asked,
           std::span<const std::string_view> passages) {
    std::vector<Stems> all;
    all.reserve(candidates.size());
    for (const Candidate& c : candidates) all.push_back(c.stems);
    const Bm25 bm25(all);
    const std::vector<double> overlap = bm25.scores(asked);
    const AnswerType type = answer_type(question);
    std::vector<Stems> whole(passages.size());
    for (const Candidate& c : candidates)
        whole[c.found.passage].insert(whole[c.found.passage].end(), c.stems.begin(), c.stems.end());
    const std::vector<double> around = Bm25(whole).scores(asked);

    double before = 0;
    bool after_question = false;
    std::size_t position = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        Extracted& e = candidates[i].found;
        const std::string_view sentence = e.span.of(passages[e.passage]);
        const bool first = i == 0 || candidates[i - 1].found.passage != e.passage;
        if (first) {
            before = 0;
            after_question = false;
            position = 0;
        }
        const double covered = coverage(asked, candidates[i].stems, bm25);
        const double matched = overlap[i] + passage_weight * around[e.passage] + 0.5 * covered;
        const double own = covered == 0 ? 0 : matched * (0.3 + covered);
        const double answer = after_question ? 0.5 * before : 0;
        double total = own + answer;
        if (asks(sentence)) total *= 0.4;
        if (total > 0 && names(type, sentence, question)) total *= 1.4;
        total /= 1 + 0.03 * static_cast<double>(e.passage) + 0.01 * static_cast<double>(position++);
        e.score = total;
        before = own;
        after_question = asks(sentence);
    }
}

}  // namespace

std::vector<Extracted> best_sentences(std::string_view question, std::span<const std::string_view> passages,
                                      ExtractLimits limits) {
    const Stems asked = without_repeats(content_stems(question));
    std::vector<Candidate> candidates = candidates_of(passages);
    if (asked.empty() || candidates.empty() || limits.sentences == 0) return {};
    score(candidates, question, asked, passages);
    std::ranges::stable_sort(candidates, std::ranges::greater{},
                             [](const Candidate& c) { return c.found.score; });

    std::vector<const Candidate*> chosen;
    std::size_t spent = 0;
    for (const Candidate& c : candidates) {
        if (chosen.size() == limits.sentences || c.found.score <= far_behind * candidates.front().found.score)
            break;
        const auto same = [&c](const Candidate* other) {
            return jaccard(c.stems, other->stems) >= near_duplicate;
        };
        if (std::ranges::any_of(chosen, same)) continue;
        const std::size_t cost = estimate_tokens(c.found.span.of(passages[c.found.passage]));
        if (limits.tokens != 0 && !chosen.empty() && spent + cost > limits.tokens) continue;
        spent += cost;
        chosen.push_back(&c);
    }
    std::vector<Extracted> answer;
    for (const Candidate* c : chosen) answer.push_back(c->found);
    std::ranges::sort(answer, {}, [](const Extracted& e) { return std::pair(e.passage, e.span.begin); });
    return answer;
}

std::string summary(std::string_view text, std::size_t tokens) {
    const std::vector<Span> sentences = split_sentences(text);
    if (sentences.empty()) return {};
    const Span whole{sentences.front().begin, sentences.back().end};
    if (estimate_tokens(whole.of(text)) <= tokens) return std::string(whole.of(text));

    std::unordered_map<std::string, std::size_t> numbers;
    std::vector<double> weight;
    std::vector<std::vector<std::size_t>> words(sentences.size());
    for (std::size_t s = 0; s < sentences.size(); ++s)
        for (const std::string& stem : without_repeats(content_stems(sentences[s].of(text)))) {
            const auto [at, added] = numbers.emplace(stem, weight.size());
            if (added) weight.push_back(0);
            weight[at->second] += 1 / static_cast<double>(sentences.size());
            words[s].push_back(at->second);
        }

    const auto worth = [&](std::size_t s) {
        constexpr double few_words = 4;  // keeps a one-word sentence from winning on its one word
        double sum = 0;
        for (const std::size_t w : words[s]) sum += weight[w];
        const bool opens =
            s == 0 ||
            text.substr(sentences[s - 1].end, sentences[s].begin - sentences[s - 1].end).find('\n') !=
                std::string_view::npos;
        return sum / (static_cast<double>(words[s].size()) + few_words) * (opens ? 1.15 : 1) *
               (asks(sentences[s].of(text)) ? 0.7 : 1);
    };

    // A sentence's worth only falls as words are said, so a stale value is an upper bound.
    std::vector<std::pair<double, std::size_t>> heap;
    const auto lower = [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second > b.second;
    };
    for (std::size_t s = 0; s < sentences.size(); ++s) heap.emplace_back(worth(s), s);
    std::ranges::make_heap(heap, lower);
    std::set<std::size_t> chosen;
    std::size_t spent = 0;
    std::optional<std::size_t> best;
    while (!heap.empty() && spent < tokens) {
        std::ranges::pop_heap(heap, lower);
        const auto [value, s] = heap.back();
        heap.pop_back();
        if (const double now = worth(s); now < value) {
            heap.emplace_back(now, s);
            std::ranges::push_heap(heap, lower);
            continue;
        }
        if (!best) best = s;
        const std::size_t cost = estimate_tokens(sentences[s].of(text)) + 1;
        if (spent + cost > tokens) continue;
        spent += cost;
        chosen.insert(s);
        for (const std::size_t w : words[s]) weight[w] *= weight[w];
    }
    if (chosen.empty()) return std::string(within_tokens(sentences[best.value_or(0)].of(text), tokens));

    std::string out;
    for (const std::size_t s : chosen) {
        if (!out.empty()) {
            const std::size_t gap = sentences[s - 1].end;
            const bool new_line =
                text.substr(gap, sentences[s].begin - gap).find('\n') != std::string_view::npos;
            out.push_back(new_line ? '\n' : ' ');
        }
        out.append(sentences[s].of(text));
    }
    return out;
}

}  // namespace llm
