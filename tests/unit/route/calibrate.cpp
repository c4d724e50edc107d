#include "route/calibrate.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <random>
#include <vector>

using namespace llm;

namespace {

std::vector<Scored> some(std::uint64_t seed, std::size_t n) {
    std::mt19937_64 random{seed};
    std::vector<Scored> out;
    for (std::size_t i = 0; i < n; ++i) {
        Scored s;
        s.score = static_cast<double>(random() % 12) / 12;  // many ties
        s.weak = static_cast<double>(random() % 2);
        s.strong = static_cast<double>(random() % 3 != 0 ? 1 : 0);
        s.weak_cost = static_cast<double>(random() % 5) / 10;
        s.strong_cost = 1 + static_cast<double>(random() % 5);
        out.push_back(s);
    }
    return out;
}

/// What a threshold comes to, asked one request at a time.
ThresholdPoint played(const std::vector<Scored>& requests, double threshold, Plan plan) {
    ThresholdPoint out{threshold, 0, 0, 0};
    const double n = static_cast<double>(requests.size());
    for (const Scored& s : requests) {
        const bool strong = s.score >= threshold;
        out.share += strong ? 1 / n : 0;
        out.quality += (strong ? s.strong : s.weak) / n;
        out.cost += (strong ? s.strong_cost + (plan == Plan::cascade ? s.weak_cost : 0) : s.weak_cost) / n;
    }
    return out;
}

}  // namespace

TEST_CASE("calibrate: every point is what its threshold does when it is played") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
        for (const Plan plan : {Plan::route, Plan::cascade}) {
            const std::vector<Scored> requests = some(seed, 30 + seed);
            for (const ThresholdPoint& p : threshold_points(requests, plan)) {
                const ThresholdPoint real = played(requests, p.threshold, plan);
                CHECK(p.share == Approx(real.share).margin(1e-9));
                CHECK(p.quality == Approx(real.quality).margin(1e-9));
                CHECK(p.cost == Approx(real.cost).margin(1e-9));
            }
        }
}

TEST_CASE("calibrate: no threshold does better than the one chosen") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const std::vector<Scored> requests = some(seed, 40);
        const auto points = threshold_points(requests, Plan::route);
        const double wanted = 0.6 + 0.01 * static_cast<double>(seed), money = 0.5 + 0.1 * static_cast<double>(seed);
        const ThresholdPoint by_quality = point_for_quality(points, wanted), by_cost = point_for_cost(points, money), by_share = point_for_share(points, 0.35);
        CHECK(by_share.share <= 0.35 + 1e-9);
        for (const ThresholdPoint& p : points) {
            if (by_quality.quality >= wanted && p.quality >= wanted) CHECK(by_quality.cost <= p.cost + 1e-12);
            if (by_quality.quality < wanted) CHECK(p.quality <= by_quality.quality);
            if (by_cost.cost <= money && p.cost <= money) CHECK(by_cost.quality >= p.quality - 1e-12);
            if (p.share <= 0.35 + 1e-9) CHECK(p.share <= by_share.share + 1e-12);
        }
    }
    CHECK_THROWS_AS(threshold_points({}, Plan::route), Error);
}
