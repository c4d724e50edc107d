/// How far a judge agrees with people.
#pragma once

#include "base/json.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Two raters' labels of the same items. Cohen, A coefficient of agreement for nominal scales (1960). 1 where both always say one and the same label.
/// Absent where there is no item.
std::optional<double> cohen_kappa(std::span<const std::string> a, std::span<const std::string> b);

/// Labels as ranks 0, 1, …: disagreement weighted by the square of the distance (Cohen 1968), for scales of 1 to 5.
std::optional<double> weighted_kappa(std::span<const double> a, std::span<const double> b);

enum class Level { nominal, ordinal, interval };
/// ratings[item][rater], absent where one did not rate. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011). Absent where no item has two
/// ratings; 1 where all ratings are the same.
std::optional<double> krippendorff_alpha(std::span<const std::vector<std::optional<double>>> ratings, Level);

/// One labelled item of `judge-check`.
struct Rated {
    double human = 0;                    ///< people's score or 0/1 (their mean where there are several)
    double judge = 0;
    std::vector<std::optional<double>> humans;  ///< each person's, where there are several
    std::size_t length = 0;              ///< of the answer, code points
    std::optional<double> swapped;       ///< the judge's word with the order of two answers swapped, said of the same answer
};

struct Agreement {
    std::size_t items = 0;
    double exact = 0;                    ///< share of items with the same label
    std::optional<double> kappa;         ///< Cohen's; labels are the values themselves
    std::optional<double> weighted;      ///< quadratically weighted
    std::optional<double> alpha;         ///< Krippendorff's over judge and people, interval
    std::optional<double> people_alpha;  ///< among the people alone
    double bias = 0;                     ///< mean of judge − human: above 0 is lenient
    std::optional<double> pearson, spearman;
    std::optional<double> length_bias;   ///< Spearman of (judge − human) with length: above 0 likes long answers more than people do
    std::optional<double> position_flips;///< share of swapped items where the verdict changed with the order
    std::optional<double> position_bias; ///< mean of (first placed) − (swapped), above 0 favours what stands first
};
Agreement agreement_of(std::span<const Rated>);
Json to_json(const Agreement&);

}  // namespace llm
