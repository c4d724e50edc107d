/// Whether an entry's answer may be given, learned from how answers fared before.
///
/// After vCache (https://arxiv.org/abs/2502.03771), from the paper alone: entries learn online, from outcomes, when they may answer; a
/// logistic curve in the similarity says how likely an answer is to be right, its confidence bound is what counts, and questions are
/// explored (answered anew, the outcome learned) where the bound on wrong answers asks for it. Two things are done otherwise; what each
/// is worth on BANKING77 stands in DECISIONS.md.
///
/// - The paper fits a curve to each entry alone, which tells little before an entry has seen a hundred questions. Here the entries of a
///   namespace share one curve, and what distinguishes an entry is evidence in it: how often its answer was right and wrong so far, and
///   whether other entries near the question have the same answer. So a young entry profits from the others, and an old one decides for
///   itself.
/// - The paper gives every answer with the probability at which it errs no more often than the bound allows, be it likely wrong. Here an
///   answer is given where its risk is below a limit, and the limit is the highest at which the risks taken on the last decisions would
///   have averaged the bound (as a knapsack is filled). So the same errors buy more hits, and no answer is given that is likely wrong.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace llm {

/// What is known when it is decided.
struct HitEvidence {
    double score = 0;                ///< similarity of the question to the entry's
    int right = 0, wrong = 0;        ///< outcomes of the entry so far
    int agreeing = 0, differing = 0; ///< other entries near the question: with the same answer, with another
};

struct LearnedOutcome {
    HitEvidence evidence;
    bool right = false;  ///< the entry's answer was, or would have been, right
};

/// So many of the newest outcomes, and of the newest decisions, are looked at.
inline constexpr std::size_t outcomes_kept = 2'000, risks_kept = 2'000;
/// A curve of fewer outcomes is not trusted: everything is explored.
inline constexpr std::size_t first_outcomes = 100;
/// The limit is set for this part of the bound: the curve is a simplification, and the entries it is too sure of are those that are given.
inline constexpr double part_used = 0.8;
/// Of what might be given this share is explored all the same, so that the curve goes on learning where it matters.
inline constexpr double always_explored = 0.05;

/// The curve: logistic regression by Newton's method, slightly drawn towards nothing.
class RiskCurve {
public:
    RiskCurve() = default;  ///< knows nothing
    explicit RiskCurve(std::span<const LearnedOutcome>);

    bool knows() const noexcept { return knows_; }
    /// The share of wrong outcomes, whatever the evidence: the upper end of its 95 % interval. Where nearly nothing was ever wrong a curve
    /// cannot say more than this.
    double share() const noexcept { return share_; }
    /// How likely the answer is to be wrong, at most: the upper end of the interval of three standard errors. 1 where nothing is known.
    double risk(const HitEvidence&) const noexcept;

private:
    static constexpr std::size_t features = 8;
    using Row = std::array<double, features>;
    static Row row(const HitEvidence&) noexcept;

    Row weights_{};
    std::array<Row, features> covariance_{};
    double share_ = 1;
    bool knows_ = false;
};

/// The highest limit at which giving all answers of at most this risk would have cost `max_error` a decision.
double risk_limit(std::span<const double> risks, double max_error);

}  // namespace llm
