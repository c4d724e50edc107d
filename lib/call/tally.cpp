#include "call/tally.hpp"

#include <algorithm>
#include <cmath>

namespace llm {
namespace {

// 1024 buckets, each 2 % wider than the one before, from a hundredth of a millisecond up to 6,000 s
constexpr double first = .01;
constexpr double step = .0198026272961797;  // ln 1.02

}  // namespace

void Histogram::add(double ms) noexcept {
    const double place = ms <= first ? 0 : std::log(ms / first) / step;
    ++counts_[std::min(counts_.size() - 1, static_cast<std::size_t>(place))];
    ++all_;
}

std::optional<double> Histogram::at(double part) const noexcept {
    if (all_ == 0) return std::nullopt;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(all_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i)
        if ((seen += counts_[i]) >= std::max<std::uint64_t>(1, wanted)) return first * std::exp((static_cast<double>(i) + .5) * step);
    return std::nullopt;
}

}  // namespace llm
