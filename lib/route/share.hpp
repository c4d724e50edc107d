/// Shares that hold fast to a key: whoever is in the canary's five in a hundred stays there.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <string>
#include <vector>

namespace llm {

/// In [0,1), evenly spread; the same for ever for one `name` (a rule's) and one key. Rules of different names draw apart.
double sticky_point(std::string_view name, std::string_view key) noexcept;

/// Which of the routes the point falls on, each as wide as its weight. A route whose weight grows keeps those it had as long as it stands
/// first. At least one weight is above 0.
std::size_t place_of(double point, const std::vector<std::pair<std::string, double>>& split) noexcept;

}  // namespace llm
