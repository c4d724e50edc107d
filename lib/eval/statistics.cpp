#include "eval/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace llm {
namespace {

/// A number below `n` (less than 2^32), the same on every machine (std::uniform_int_distribution is not).
std::size_t below(std::mt19937_64& chance, std::size_t n) {
    return static_cast<std::size_t>(((chance() >> 32) * n) >> 32);
}

/// ln C(n, k).
double ln_choose(double n, double k) { return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1); }

}  // namespace

double normal_below(double z) noexcept { return std::erfc(-z / std::sqrt(2.0)) / 2; }

double normal_quantile(double share) noexcept {
    double low = -40, high = 40;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        (normal_below(middle) < share ? low : high) = middle;
    }
    return (low + high) / 2;
}

RateInterval wilson(std::int64_t hits, std::int64_t trials, double confidence) {
    return trials <= 0 ? RateInterval{} : wilson_share(static_cast<double>(hits) / static_cast<double>(trials), trials, confidence);
}

RateInterval wilson_share(double p, std::int64_t trials, double confidence) {
    if (trials <= 0) return {};
    const auto n = static_cast<double>(trials);
    const double z = normal_quantile(1 - (1 - confidence) / 2);
    const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return {p <= 0 ? 0 : std::max(0.0, middle - half), p >= 1 ? 1 : std::min(1.0, middle + half)};
}

double sign_test(std::int64_t more, std::int64_t fewer) noexcept {
    const std::int64_t n = more + fewer, k = std::min(more, fewer);
    if (n == 0) return 1;
    double tail = 0;
    for (std::int64_t i = 0; i <= k; ++i)
        tail += std::exp(ln_choose(static_cast<double>(n), static_cast<double>(i)) - static_cast<double>(n) * std::log(2.0));
    return std::min(1.0, 2 * tail);
}

double mcnemar_chi2(std::int64_t more, std::int64_t fewer) noexcept {
    if (more + fewer == 0) return 0;
    const double apart = std::max(0.0, std::abs(static_cast<double>(more - fewer)) - 1);
    return apart * apart / static_cast<double>(more + fewer);
}

double pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k) noexcept {
    if (n - c < k) return 1;
    double none = 1;
    for (std::int64_t i = n - c + 1; i <= n; ++i) none *= 1 - static_cast<double>(k) / static_cast<double>(i);
    return 1 - none;
}

double pass_all_k(std::int64_t n, std::int64_t c, std::int64_t k) noexcept {
    if (c < k) return 0;
    double all = 1;
    for (std::int64_t i = 0; i < k; ++i) all *= static_cast<double>(c - i) / static_cast<double>(n - i);
    return all;
}

double mean(std::span<const double> values) noexcept {
    if (values.empty()) return 0;
    double sum = 0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
}

double deviation(std::span<const double> values) noexcept {
    if (values.size() < 2) return 0;
    const double middle = mean(values);
    double sum = 0;
    for (const double v : values) sum += (v - middle) * (v - middle);
    return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double quantile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    const double place = share * static_cast<double>(values.size() - 1);
    const auto under = static_cast<std::size_t>(place);
    const double rest = place - static_cast<double>(under);
    return under + 1 < values.size() ? values[under] + rest * (values[under + 1] - values[under]) : values[under];
}

MeanInterval paired_bootstrap(std::span<const double> differences, double confidence, int draws, std::uint64_t seed) {
    MeanInterval out;
    out.mean = mean(differences);
    out.low = out.high = out.mean;
    if (differences.empty()) return out;
    std::mt19937_64 chance{seed};
    const auto n = static_cast<double>(differences.size());
    std::vector<double> means;
    means.reserve(static_cast<std::size_t>(draws));
    int as_far = 0;
    for (int d = 0; d < draws; ++d) {
        double sum = 0, flipped = 0;
        std::uint64_t signs = 0;
        for (std::size_t i = 0; i < differences.size(); ++i) {
            if (i % 64 == 0) signs = chance();
            sum += differences[below(chance, differences.size())];
            flipped += (signs >> (i % 64) & 1) != 0 ? differences[i] : -differences[i];
        }
        means.push_back(sum / n);
        if (std::abs(flipped / n) >= std::abs(out.mean) - 1e-12) ++as_far;
    }
    out.low = quantile(means, (1 - confidence) / 2);
    out.high = quantile(std::move(means), 1 - (1 - confidence) / 2);
    out.p = static_cast<double>(as_far + 1) / static_cast<double>(draws + 1);
    return out;
}

double cohen_h(double a, double b) noexcept { return 2 * std::asin(std::sqrt(a)) - 2 * std::asin(std::sqrt(b)); }

double cohen_dz(std::span<const double> differences) noexcept {
    const double spread = deviation(differences);
    return spread > 0 ? mean(differences) / spread : 0;
}

std::optional<std::int64_t> cases_needed(double worse, double better, double alpha, double power) {
    const double changed = worse + better, apart = std::abs(worse - better);
    if (apart <= 0) return {};
    const double za = normal_quantile(1 - alpha / 2), zb = normal_quantile(power);
    const double root = za * std::sqrt(changed) + zb * std::sqrt(std::max(0.0, changed - apart * apart));
    return static_cast<std::int64_t>(std::ceil(root * root / (apart * apart) - 1e-9));
}

std::optional<std::int64_t> pairs_needed(double mean, double deviation, double alpha, double power) {
    if (mean == 0 || deviation == 0) return {};
    const double z = normal_quantile(1 - alpha / 2) + normal_quantile(power);
    return static_cast<std::int64_t>(std::ceil(z * z * deviation * deviation / (mean * mean) - 1e-9));
}

std::int64_t fewest_changes(double alpha) noexcept {
    std::int64_t n = 1;
    while (n < 1000 && sign_test(n, 0) > alpha) ++n;
    return n;
}

}  // namespace llm
