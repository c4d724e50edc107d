#include "cache/learned.hpp"

#include "cache/manage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace llm {
namespace {

constexpr double standard_errors = 3;
constexpr double beyond_them = 0.001;  // the chance that the interval of three is missed
constexpr double ridge = 0.1;
constexpr int newton_steps = 25;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// Gauss and Jordan; the matrix is symmetric and, thanks to the ridge, positive.
template <typename Matrix>
Matrix inverse(Matrix m) {
    const std::size_t n = m.size();
    Matrix out{};
    for (std::size_t i = 0; i < n; ++i) out[i][i] = 1;
    for (std::size_t c = 0; c < n; ++c) {
        const double pivot = m[c][c];
        for (std::size_t j = 0; j < n; ++j) m[c][j] /= pivot, out[c][j] /= pivot;
        for (std::size_t r = 0; r < n; ++r) {
            if (r == c) continue;
            const double factor = m[r][c];
            for (std::size_t j = 0; j < n; ++j) m[r][j] -= factor * m[c][j], out[r][j] -= factor * out[c][j];
        }
    }
    return out;
}

}  // namespace

RiskCurve::Row RiskCurve::row(const HitEvidence& e) noexcept {
    return {1,
            e.score,
            e.score * e.score,
            std::log1p(e.right),
            std::log1p(e.wrong),
            e.right + e.wrong > 0 ? 1.0 : 0.0,
            static_cast<double>(e.agreeing),
            static_cast<double>(e.differing)};
}

RiskCurve::RiskCurve(std::span<const LearnedOutcome> outcomes) {
    if (outcomes.size() < first_outcomes) return;
    const auto wrong = std::ranges::count(outcomes, false, &LearnedOutcome::right);
    share_ = share_interval(wrong, static_cast<std::int64_t>(outcomes.size())).high;
    std::vector<Row> rows;
    rows.reserve(outcomes.size());
    for (const LearnedOutcome& o : outcomes) rows.push_back(row(o.evidence));
    for (int step = 0; step < newton_steps; ++step) {
        std::array<Row, features> curvature{};
        Row slope{};
        for (std::size_t i = 0; i < features; ++i) {
            curvature[i][i] = ridge;
            slope[i] = -ridge * weights_[i];
        }
        for (std::size_t n = 0; n < rows.size(); ++n) {
            const Row& x = rows[n];
            double logit = 0;
            for (std::size_t i = 0; i < features; ++i) logit += weights_[i] * x[i];
            const double p = sigmoid(logit), spread = p * (1 - p), miss = (outcomes[n].right ? 1 : 0) - p;
            for (std::size_t i = 0; i < features; ++i) {
                slope[i] += miss * x[i];
                for (std::size_t j = 0; j <= i; ++j) curvature[i][j] += spread * x[i] * x[j];
            }
        }
        for (std::size_t i = 0; i < features; ++i)
            for (std::size_t j = i + 1; j < features; ++j) curvature[i][j] = curvature[j][i];
        covariance_ = inverse(curvature);
        double moved = 0;
        for (std::size_t i = 0; i < features; ++i) {
            double by = 0;
            for (std::size_t j = 0; j < features; ++j) by += covariance_[i][j] * slope[j];
            weights_[i] += by;
            moved = std::max(moved, std::abs(by));
        }
        if (moved < 1e-6) break;
    }
    knows_ = std::ranges::all_of(weights_, [](double w) { return std::isfinite(w); });
}

double RiskCurve::risk(const HitEvidence& e) const noexcept {
    if (!knows_) return 1;
    const Row x = row(e);
    double logit = 0, variance = 0;
    for (std::size_t i = 0; i < features; ++i) {
        logit += weights_[i] * x[i];
        for (std::size_t j = 0; j < features; ++j) variance += x[i] * covariance_[i][j] * x[j];
    }
    return 1 - (1 - beyond_them) * sigmoid(logit - standard_errors * std::sqrt(std::max(0.0, variance)));
}

double risk_limit(std::span<const double> risks, double max_error) {
    std::vector<double> ascending(risks.begin(), risks.end());
    std::ranges::sort(ascending);
    // Whatever is no riskier than the bound itself cannot break it.
    double limit = max_error, sum = 0;
    for (const double risk : ascending) {
        sum += risk;
        if (sum > max_error * static_cast<double>(ascending.size())) break;
        limit = std::max(limit, risk);
    }
    return limit;
}

}  // namespace llm
