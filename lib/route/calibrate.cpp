#include "route/calibrate.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>

namespace llm {

std::vector<ThresholdPoint> threshold_points(std::span<const Scored> requests, Plan plan) {
    if (requests.empty()) throw Error(Fault::data, "no requests to set a threshold by; give records with prompts");
    std::vector<Scored> sorted(requests.begin(), requests.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
    const double n = static_cast<double>(sorted.size());
    ThresholdPoint at{std::nextafter(sorted.front().score, 2.0), 0, 0, 0};
    for (const Scored& s : sorted) {
        at.quality += s.weak / n;
        at.cost += s.weak_cost / n;
    }
    std::vector<ThresholdPoint> out{at};
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const Scored& s = sorted[i];
        at.threshold = s.score;
        at.quality += (s.strong - s.weak) / n;
        at.cost += (s.strong_cost - (plan == Plan::route ? s.weak_cost : 0)) / n;
        at.share = static_cast<double>(i + 1) / n;
        if (i + 1 == sorted.size() || sorted[i + 1].score != s.score) out.push_back(at);
    }
    return out;
}

ThresholdPoint point_for_share(std::span<const ThresholdPoint> points, double share) {
    ThresholdPoint best = points.front();
    for (const ThresholdPoint& p : points)
        if (p.share <= share + 1e-12) best = p;
    return best;
}

ThresholdPoint point_for_quality(std::span<const ThresholdPoint> points, double quality) {
    const ThresholdPoint* found = nullptr;
    const ThresholdPoint* best = &points.front();
    for (const ThresholdPoint& p : points) {
        if (p.quality >= quality - 1e-12 && (found == nullptr || p.cost < found->cost)) found = &p;
        if (p.quality > best->quality) best = &p;
    }
    return found != nullptr ? *found : *best;
}

ThresholdPoint point_for_cost(std::span<const ThresholdPoint> points, double cost) {
    const ThresholdPoint* found = nullptr;
    const ThresholdPoint* cheapest = &points.front();
    for (const ThresholdPoint& p : points) {
        if (p.cost <= cost + 1e-12 && (found == nullptr || p.quality > found->quality)) found = &p;
        if (p.cost < cheapest->cost) cheapest = &p;
    }
    return found != nullptr ? *found : *cheapest;
}

}  // namespace llm
