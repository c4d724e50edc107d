#include "eval/drift.hpp"

#include "base/error.hpp"
#include "eval/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace llm {
namespace {
constexpr double d2 = 1.128;  // the mean range of two normal values, in deviations
}

Chart control_chart(std::span<const double> before, double now, const ChartOptions& o) {
    Chart c;
    c.now = now;
    if (before.empty()) return c;
    c.middle = mean(before);
    double ranges = 0;
    for (std::size_t i = 1; i < before.size(); ++i) ranges += std::abs(before[i] - before[i - 1]);
    if (before.size() > 1) c.deviation = ranges / static_cast<double>(before.size() - 1) / d2;
    c.deviation = std::max(c.deviation, o.least);
    c.low = c.middle - o.limits * c.deviation;
    c.high = c.middle + o.limits * c.deviation;
    c.average = c.middle;
    for (const double v : before) c.average += o.lambda * (v - c.average);
    c.average += o.lambda * (now - c.average);
    const double steps = 2.0 * static_cast<double>(before.size() + 1);
    const double width = o.limits * c.deviation * std::sqrt(o.lambda / (2 - o.lambda) * (1 - std::pow(1 - o.lambda, steps)));
    c.average_low = c.middle - width;
    c.average_high = c.middle + width;
    if (before.size() < o.warm_up) return c;
    constexpr double near = 1e-12;
    c.state = Chart::State::steady;
    c.up = now > c.middle;
    if (now < c.low - near || now > c.high + near) {
        c.state = Chart::State::beyond;
    } else if (c.average < c.average_low - near || c.average > c.average_high + near) {
        c.state = Chart::State::drifting;
        c.up = c.average > c.middle;
    } else if (before.size() + 1 >= o.run) {
        std::vector<double> last(before.end() - static_cast<std::ptrdiff_t>(o.run - 1), before.end());
        last.push_back(now);
        const bool above = std::ranges::all_of(last, [&](double v) { return v > c.middle + o.least; });
        const bool below = std::ranges::all_of(last, [&](double v) { return v < c.middle - o.least; });
        if (above || below) c.state = Chart::State::one_sided;
    }
    return c;
}

std::string Chart::words() const {
    switch (state) {
        case State::warming_up: return "too few runs before";
        case State::steady: return "steady";
        case State::beyond: return up ? "above the limit" : "below the limit";
        case State::drifting: return up ? "drifting up" : "drifting down";
        case State::one_sided: return up ? "on the high side run after run" : "on the low side run after run";
    }
    return {};
}

}  // namespace llm
