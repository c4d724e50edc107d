#include "cache/learned.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace llm {
namespace {

constexpr double steepest = 1000;  // γ beyond this is a step, for scores between 0 and 1

/// log(1 + exp(x)) without overflow.
double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// The likelihood of outcomes, where the logit at the score in question is given and the slope is the one that suits them best.
class Profile {
public:
    Profile(std::span<const LearnedOutcome> outcomes, double score) : outcomes_(outcomes), score_(score) {}

    /// The log-likelihood. Concave in `logit`, as the full one is concave in both.
    double operator()(double logit) {
        // The derivative falls with the slope: its zero lies in [low, high].
        double low = 0, high = steepest;
        if (derivative(logit, low).first <= 0) return likelihood(logit, slope_ = 0);
        slope_ = std::clamp(slope_, low, high);
        for (int i = 0; i < 60; ++i) {
            const auto [first, second] = derivative(logit, slope_);
            (first > 0 ? low : high) = slope_;
            if (high - low < 1e-4 * (1 + low)) break;
            const double newton = second < 0 ? slope_ - first / second : -1;
            const double next = newton > low && newton < high ? newton : (low + high) / 2;
            if (std::abs(next - slope_) < 1e-5 * (1 + slope_)) break;
            slope_ = next;
        }
        return likelihood(logit, slope_);
    }

private:
    double likelihood(double logit, double slope) const {
        double sum = 0;
        for (const LearnedOutcome& o : outcomes_) {
            const double x = logit + slope * (o.score - score_);
            sum -= softplus(o.right ? -x : x);
        }
        return sum;
    }
    /// By the slope, first and second.
    std::pair<double, double> derivative(double logit, double slope) const {
        double first = 0, second = 0;
        for (const LearnedOutcome& o : outcomes_) {
            const double d = o.score - score_, p = sigmoid(logit + slope * d);
            first += d * ((o.right ? 1 : 0) - p);
            second -= d * d * p * (1 - p);
        }
        return {first, second};
    }

    std::span<const LearnedOutcome> outcomes_;
    double score_;
    double slope_ = 10;
};

}  // namespace

double surely_right(std::span<const LearnedOutcome> outcomes, double score) {
    if (outcomes.size() > outcomes_kept) outcomes = outcomes.first(outcomes_kept);
    if (outcomes.size() < first_outcomes || std::ranges::none_of(outcomes, &LearnedOutcome::right)) return 0;
    Profile profile{outcomes, score};
    // p' from .5 to about .9999. Below, no bound of interest is reached: 1 - δ / (1 - q) is near 1.
    constexpr std::size_t steps = 48;
    constexpr double lowest = 0, step = 0.2;
    std::array<double, steps> likelihoods{};
    double best = -HUGE_VAL;
    std::size_t peak = 0;
    for (std::size_t i = 0; i < steps; ++i) {
        likelihoods[i] = profile(lowest + step * static_cast<double>(i));
        if (likelihoods[i] > best) best = likelihoods[peak = i];
        else break;  // concave: it only falls from here
    }
    if (peak == 0) return 0;
    // The peak may lie between the steps, or beyond the last.
    double left = lowest + step * (static_cast<double>(peak) - 1), right = peak + 1 < steps ? left + 2 * step : left + 20;
    for (int i = 0; i < 16; ++i) {
        const double a = left + (right - left) * 0.382, b = left + (right - left) * 0.618;
        const double at_a = profile(a), at_b = profile(b);
        best = std::max({best, at_a, at_b});
        (at_a < at_b ? left : right) = at_a < at_b ? a : b;
    }
    double q = 0;
    for (std::size_t i = 0; i <= peak; ++i) {
        const double z = std::sqrt(std::max(0.0, 2 * (best - likelihoods[i])));
        const double confidence = 0.5 * std::erfc(-z / std::sqrt(2.0));  // 1 - ε
        q = std::max(q, confidence * sigmoid(lowest + step * static_cast<double>(i)));
    }
    return q;
}

double exploration_chance(std::span<const LearnedOutcome> outcomes, double score, double max_error) {
    if (outcomes.size() < first_outcomes) return 1;
    const double q = surely_right(outcomes, score);
    return q >= 1 ? 0 : std::clamp(1 - max_error / (1 - q), 0.0, 1.0);
}

}  // namespace llm
