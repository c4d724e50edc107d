#include "route/metrics.hpp"

#include "base/hash.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace llm {
namespace {

/// One past the last request with the score of the one at `from`.
std::size_t end_of_tie(const std::vector<Scored>& sorted, std::size_t from) {
    std::size_t end = from + 1;
    while (end < sorted.size() && sorted[end].score == sorted[from].score) ++end;
    return end;
}

/// The share at which the curve first reaches `quality`; 1 where it never does.
double share_for(const std::vector<CurvePoint>& curve, double quality) {
    if (curve.front().quality >= quality) return 0;
    for (std::size_t i = 1; i < curve.size(); ++i) {
        const CurvePoint &a = curve[i - 1], &b = curve[i];
        if (b.quality >= quality)
            return a.share + (b.share - a.share) * (quality - a.quality) / (b.quality - a.quality);
    }
    return 1;
}

double cost_at(const std::vector<CurvePoint>& curve, double share) {
    for (std::size_t i = 1; i < curve.size(); ++i) {
        const CurvePoint &a = curve[i - 1], &b = curve[i];
        if (share <= b.share) return a.cost + (b.cost - a.cost) * (share - a.share) / (b.share - a.share);
    }
    return curve.back().cost;
}

/// Mean height of the upper hull, made never to fall.
double hull_height(std::vector<CurvePoint> points) {
    std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) {
        return a.cost != b.cost ? a.cost < b.cost : a.quality < b.quality;
    });
    std::vector<CurvePoint> hull;
    double best = points.front().quality;
    for (CurvePoint p : points) {
        best = p.quality = std::max(best, p.quality);
        if (!hull.empty() && hull.back().cost == p.cost) hull.pop_back();
        while (hull.size() > 1) {
            const CurvePoint &a = hull[hull.size() - 2], &b = hull.back();
            if ((b.quality - a.quality) * (p.cost - a.cost) > (p.quality - a.quality) * (b.cost - a.cost))
                break;
            hull.pop_back();
        }
        hull.push_back(p);
    }
    const double range = hull.back().cost - hull.front().cost;
    if (range <= 0) return best;
    double area = 0;
    for (std::size_t i = 1; i < hull.size(); ++i)
        area += (hull[i].cost - hull[i - 1].cost) * (hull[i].quality + hull[i - 1].quality) / 2;
    return area / range;
}

constexpr double RouteFigures::*members[] = {&RouteFigures::strong_for_95, &RouteFigures::apgr,
                                             &RouteFigures::cpt50,         &RouteFigures::cpt80,
                                             &RouteFigures::aiq,           &RouteFigures::cost_for_95};

RouteInterval interval_of(const RouteFigures& middle, std::vector<RouteFigures> draws) {
    RouteInterval out{middle, middle, middle};
    if (draws.empty()) return out;
    const auto at = [&](double share) {
        return static_cast<std::size_t>(std::lround(share * static_cast<double>(draws.size() - 1)));
    };
    for (const auto member : members) {
        std::sort(draws.begin(), draws.end(),
                  [&](const auto& a, const auto& b) { return a.*member < b.*member; });
        out.low.*member = draws[at(0.025)].*member;
        out.high.*member = draws[at(0.975)].*member;
    }
    return out;
}

/// Indices drawn with replacement. Not std::uniform_int_distribution, which differs between libraries.
void draw(std::vector<std::size_t>& picks, std::mt19937_64& random) {
    for (std::size_t& pick : picks) pick = random() % picks.size();
}

std::vector<Scored> picked(std::span<const Scored> all, const std::vector<std::size_t>& picks) {
    std::vector<Scored> out;
    out.reserve(picks.size());
    for (const std::size_t i : picks) out.push_back(all[i]);
    return out;
}

RouteFigures minus(RouteFigures a, const RouteFigures& b) {
    for (const auto member : members) a.*member -= b.*member;
    return a;
}

}  // namespace

std::vector<CurvePoint> cost_curve(std::span<const Scored> requests, Plan plan, std::size_t parts) {
    std::vector<Scored> sorted(requests.begin(), requests.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.score > b.score; });
    const double n = static_cast<double>(std::max<std::size_t>(1, sorted.size()));
    double cost = 0, quality = 0;
    for (const Scored& s : sorted) {
        cost += s.weak_cost;
        quality += s.weak;
    }
    std::vector<CurvePoint> curve{{0, cost / n, quality / n}};
    std::size_t part = 1;
    for (std::size_t i = 0; i < sorted.size();) {
        const std::size_t end = end_of_tie(sorted, i);
        const double many = static_cast<double>(end - i);
        double more_cost = 0, more_quality = 0;
        for (std::size_t j = i; j < end; ++j) {
            more_cost += sorted[j].strong_cost - (plan == Plan::route ? sorted[j].weak_cost : 0);
            more_quality += sorted[j].strong - sorted[j].weak;
        }
        for (; part <= parts; ++part) {
            const double wanted = n * static_cast<double>(part) / static_cast<double>(parts);
            if (wanted > static_cast<double>(end) + 1e-9) break;
            const double taken = std::min(1.0, (wanted - static_cast<double>(i)) / many);
            curve.push_back(
                {wanted / n, (cost + taken * more_cost) / n, (quality + taken * more_quality) / n});
        }
        cost += more_cost;
        quality += more_quality;
        i = end;
    }
    return curve;
}

RouteFigures route_figures(std::span<const Scored> requests, Plan plan) {
    RouteFigures out;
    if (requests.empty()) return out;
    const std::vector<CurvePoint> curve = cost_curve(requests, plan);
    const double weak = curve.front().quality, strong = curve.back().quality, gap = strong - weak;
    double area = 0;
    for (std::size_t i = 1; i < curve.size(); ++i)
        area += (curve[i].share - curve[i - 1].share) * (curve[i].quality + curve[i - 1].quality) / 2;
    out.apgr = gap == 0 ? 0 : (area - weak) / gap;
    out.strong_for_95 = share_for(curve, 0.95 * strong);
    out.cpt50 = share_for(curve, weak + 0.5 * gap);
    out.cpt80 = share_for(curve, weak + 0.8 * gap);
    out.aiq = hull_height(curve);
    out.cost_for_95 = cost_at(curve, out.strong_for_95);
    return out;
}

RouteInterval bootstrap(std::span<const Scored> requests, Plan plan, int draws, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::vector<std::size_t> picks(requests.size());
    std::vector<RouteFigures> figures;
    for (int i = 0; i < draws && !requests.empty(); ++i) {
        draw(picks, random);
        figures.push_back(route_figures(picked(requests, picks), plan));
    }
    return interval_of(route_figures(requests, plan), std::move(figures));
}

RouteInterval bootstrap_difference(std::span<const Scored> a, std::span<const Scored> b, Plan plan, int draws,
                                   std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::vector<std::size_t> picks(std::min(a.size(), b.size()));
    std::vector<RouteFigures> figures;
    for (int i = 0; i < draws && !picks.empty(); ++i) {
        draw(picks, random);
        figures.push_back(
            minus(route_figures(picked(a, picks), plan), route_figures(picked(b, picks), plan)));
    }
    return interval_of(minus(route_figures(a, plan), route_figures(b, plan)), std::move(figures));
}

double random_score(std::string_view prompt, std::uint64_t seed) noexcept {
    return static_cast<double>(fast_hash(prompt, seed) >> 11) / 9007199254740992.0;
}

double length_score(std::string_view prompt) noexcept { return static_cast<double>(prompt.size()); }

double oracle_score(double weak, double strong) noexcept { return strong - weak; }

}  // namespace llm
