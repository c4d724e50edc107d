/// Whether one entry's answer may be given at this similarity, learned from how it fared before.
///
/// After vCache (https://arxiv.org/abs/2502.03771), from the paper alone. An outcome is a pair: how similar a question was to the entry's,
/// and whether the entry's answer would have been right for it. Of each entry we suppose that its answer is right with a probability that
/// rises with similarity s as a logistic curve, p(s) = 1 / (1 + exp(-γ (s - t))), γ ≥ 0. The curve is not known, so instead of p(s) a
/// bound q <= p(s) is taken: for each ε, with p' the lower end of the one-sided (1 - ε) confidence interval of p(s), q = (1 - ε) p', and
/// of all ε the one with the highest q. With probability
///
///     τ = 1 - δ / (1 - q), at least 0
///
/// the question is explored: answered anew, and the outcome learned. A wrong answer is then given with probability (1 - τ)(1 - p) <= δ.
///
/// Two things the paper leaves open. The intervals are those of the profile likelihood, which stays meaningful where all outcomes are
/// right, as Wald's does not. And an entry with fewer than `first_outcomes` is always explored, which can only lower the error.
#pragma once

#include <cstddef>
#include <span>

namespace llm {

struct LearnedOutcome {
    double score = 0;    ///< similarity
    bool right = false;  ///< the entry's answer was, or would have been, right
};

/// Fewer tell nothing.
inline constexpr std::size_t first_outcomes = 6;
/// So many of the newest are looked at.
inline constexpr std::size_t outcomes_kept = 400;

/// q: what p(score) is at least; 0 where there are fewer than `first_outcomes`.
double surely_right(std::span<const LearnedOutcome>, double score);
/// τ for the bound `max_error`, 0 to 1.
double exploration_chance(std::span<const LearnedOutcome>, double score, double max_error);

}  // namespace llm
