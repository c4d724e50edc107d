#include "cache/manage.hpp"

#include <cmath>

namespace llm {
namespace {

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by Lentz's method.
double fraction(double a, double b, double x) {
    constexpr double tiny = 1e-300, near = 1e-14;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (std::abs(d) < tiny ? tiny : d);
    double result = d;
    for (int m = 1; m < 10'000; ++m) {
        const double k = m;
        const auto turn = [&](double term) {
            d = 1 + term * d;
            d = 1 / (std::abs(d) < tiny ? tiny : d);
            c = 1 + term / (std::abs(c) < tiny ? tiny : c);
            result *= d * c;
            return d * c;
        };
        turn(k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k)));
        if (std::abs(turn(-(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))) - 1) < near) break;
    }
    return result;
}

/// The share of the beta distribution (a, b) that lies below x.
double beta_below(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * fraction(a, b, x) / a : 1 - front * fraction(b, a, 1 - x) / b;
}

double beta_quantile(double a, double b, double share) {
    double low = 0, high = 1;
    for (int i = 0; i < 100; ++i) {
        const double middle = (low + high) / 2;
        (beta_below(a, b, middle) < share ? low : high) = middle;
    }
    return (low + high) / 2;
}

}  // namespace

Interval share_interval(std::int64_t hits, std::int64_t trials, double confidence) {
    if (trials <= 0) return {};
    const auto k = static_cast<double>(hits), n = static_cast<double>(trials);
    const double tail = (1 - confidence) / 2;
    return {hits == 0 ? 0 : beta_quantile(k, n - k + 1, tail), hits == trials ? 1 : beta_quantile(k + 1, n - k, 1 - tail)};
}

}  // namespace llm
