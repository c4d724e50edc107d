/// Where to set a router's threshold.
#pragma once

#include "route/metrics.hpp"

#include <span>

namespace llm {

/// What a threshold comes to on requests with known outcomes.
struct ThresholdPoint {
    double threshold = 0;  ///< at or above it the strong model is asked
    double share = 0;      ///< of requests it is asked
    double quality = 0;    ///< mean a request
    double cost = 0;       ///< mean a request
};

/// Every distinct threshold, from none strong (above the highest score) to all strong.
std::vector<ThresholdPoint> threshold_points(std::span<const Scored>, Plan);

/// The point nearest to the share from below, ties asked together.
ThresholdPoint point_for_share(std::span<const ThresholdPoint>, double share);
/// The cheapest point of at least that quality; the best there is where none reaches it.
ThresholdPoint point_for_quality(std::span<const ThresholdPoint>, double quality);
/// The best point of at most that cost; the cheapest there is where all are dearer.
ThresholdPoint point_for_cost(std::span<const ThresholdPoint>, double cost);

}  // namespace llm
