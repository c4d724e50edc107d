/// Numbers that say whether a difference means anything. Plain arithmetic; every function names its source.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace llm {

/// A share with what it may be in truth.
struct RateInterval {
    double low = 0, high = 1;
};
/// Wilson's interval of a share (J. Am. Stat. Assoc. 22 (1927) 209), without continuity correction. Of 0 trials: 0 to 1.
RateInterval wilson(std::int64_t hits, std::int64_t trials, double confidence = 0.95);
/// The same of a share over so many trials, which may be a mean over repetitions.
RateInterval wilson_share(double share, std::int64_t trials, double confidence = 0.95);

/// Standard normal distribution: the share below z, and the z below which a share lies (0 < share < 1).
double normal_below(double z) noexcept;
double normal_quantile(double share) noexcept;

/// Two-sided exact binomial test of one half: how likely `more` against `fewer` (or a split more uneven) is by chance. The sign test;
/// over the cases that changed it is McNemar's exact test. 1 where both are 0.
double sign_test(std::int64_t more, std::int64_t fewer) noexcept;
/// McNemar's chi-square with continuity correction, for reference beside the exact one; 0 where nothing changed.
double mcnemar_chi2(std::int64_t more, std::int64_t fewer) noexcept;

/// How likely at least one of k samples passes, from n of which c did (Chen et al., arXiv 2107.03374, equation 1). k ≤ n.
double pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k) noexcept;
/// How likely all of k samples pass (Yao et al., arXiv 2406.12045: pass^k = C(c, k) / C(n, k)). k ≤ n.
double pass_all_k(std::int64_t n, std::int64_t c, std::int64_t k) noexcept;

double mean(std::span<const double>) noexcept;
/// Sample standard deviation (n − 1); 0 below two values.
double deviation(std::span<const double>) noexcept;
/// Linear between order statistics (type 7 of Hyndman and Fan); `values` need not be sorted. 0 where empty.
double quantile(std::vector<double> values, double share);

struct MeanInterval {
    double mean = 0, low = 0, high = 0;
    double p = 1;  ///< two-sided, from a sign-flip test of the same draws
};
/// Of paired differences: percentile bootstrap of the mean, and a permutation test that flips signs. Deterministic for a seed.
MeanInterval paired_bootstrap(std::span<const double> differences, double confidence = 0.95, int draws = 4000, std::uint64_t seed = 1);

/// Cohen's h of two shares (Cohen 1988, chapter 6): .2 is small, .5 medium, .8 large.
double cohen_h(double a, double b) noexcept;
/// Cohen's d of paired differences: mean over deviation; 0 where they do not vary.
double cohen_dz(std::span<const double> differences) noexcept;

/// How many cases McNemar's test needs to see this change (Connor, Biometrics 43 (1987) 207): `worse` and `better` are the shares of cases
/// that changed each way. Nothing where they are equal.
std::optional<std::int64_t> cases_needed(double worse, double better, double alpha = 0.05, double power = 0.8);
/// How many pairs the mean of differences needs (normal approximation). Nothing where the mean is 0.
std::optional<std::int64_t> pairs_needed(double mean, double deviation, double alpha = 0.05, double power = 0.8);
/// The fewest changed cases, all in one direction, that can be significant: 6 at .05.
std::int64_t fewest_changes(double alpha) noexcept;

}  // namespace llm
