/// How alike two texts are, by their words or letters.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace llm {

/// Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with the
/// idf kept positive: ln(1 + (N - n + .5) / (n + .5)). For a set that fits in memory and is asked a
/// few times; terms are whatever strings the caller compares, stems as a rule.
class Bm25 {
public:
    struct Knobs {
        double k1 = 1.2;
        double b = 0.75;
    };
    using Terms = std::vector<std::string>;

    explicit Bm25(std::span<const Terms> passages) : Bm25(passages, Knobs{}) {}
    Bm25(std::span<const Terms> passages, Knobs);

    /// One score a passage, in their order; 0 where no term is shared. A term asked twice counts twice.
    std::vector<double> scores(std::span<const std::string> query) const;
    /// How rare a term is in this set; the highest value for one that does not occur.
    double idf(std::string_view term) const;

private:
    struct Posting {
        std::size_t passage;
        double count;
    };
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    const std::vector<Posting>* postings(std::string_view term) const;

    Knobs knobs_;
    std::unordered_map<std::string, std::vector<Posting>, Hash, std::equal_to<>> terms_;
    std::vector<double> lengths_;  ///< relative to the mean
};

/// Shared over all, of two sets of terms (order and repetition do not matter); 1 for two empty sets.
double jaccard(std::span<const std::string> a, std::span<const std::string> b);

/// Levenshtein's distance in code points, or nothing where it is above `limit`. Costs
/// O(limit × length), so a small limit makes long texts cheap.
std::optional<std::size_t> levenshtein(std::string_view a, std::string_view b, std::size_t limit);

/// Index pairs of a longest common subsequence, in order; O(a × b) time and memory.
std::vector<std::pair<std::size_t, std::size_t>> common_subsequence(std::span<const std::string> a,
                                                                    std::span<const std::string> b);

}  // namespace llm
