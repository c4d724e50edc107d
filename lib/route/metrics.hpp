/// How good an order of escalation is: quality against calls of the strong model, and against cost.
///
/// The definitions are RouteLLM's (arXiv 2406.18665, section 2.3), on a curve of deciles: the share of
/// requests sent to the strong model goes 0, 10, … 100 %, straight lines between. Requests with equal scores
/// are taken in equal parts, so an order that knows nothing scores as chance does. AIQ is RouterBench's
/// (arXiv 2403.12031).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace llm {

/// A request with both outcomes known. Higher scores are sent to the strong model first.
struct Scored {
    double score = 0;
    double weak = 0;  ///< quality of the weak answer, 0 to 1
    double strong = 0;
    double weak_cost = 0;  ///< any unit; paid where the weak model answers
    double strong_cost = 1;
};

/// A router asks one of the two; a cascade has always asked the weak model before.
enum class Plan { route, cascade };

struct CurvePoint {
    double share;    ///< of requests sent to the strong model
    double cost;     ///< mean a request
    double quality;  ///< mean a request
};

/// 1 + `parts` points from share 0 to 1.
std::vector<CurvePoint> cost_curve(std::span<const Scored>, Plan = Plan::route, std::size_t parts = 10);

struct RouteFigures {
    double strong_for_95 = 1;  ///< share of strong calls for 95 % of the strong model's quality
    double apgr = 0;           ///< mean share of the gap between weak and strong recovered, over all shares
    double cpt50 = 1;          ///< share of strong calls to recover half the gap
    double cpt80 = 1;
    double aiq =
        0;  ///< mean height of the rising convex hull of (cost, quality), from least to greatest cost
    double cost_for_95 = 0;  ///< mean cost a request at strong_for_95
};
RouteFigures route_figures(std::span<const Scored>, Plan = Plan::route);

struct RouteInterval {
    RouteFigures middle, low, high;
};
/// 2.5 and 97.5 % of `draws` samples of the requests with replacement, each figure by itself. Deterministic.
RouteInterval bootstrap(std::span<const Scored>, Plan = Plan::route, int draws = 400, std::uint64_t seed = 1);

/// `a` minus `b`, two strategies over the same requests in the same order, drawn together.
RouteInterval bootstrap_difference(std::span<const Scored> a, std::span<const Scored> b, Plan = Plan::route,
                                   int draws = 400, std::uint64_t seed = 1);

/// The score to order by for strategies that know nothing or everything.
double random_score(std::string_view prompt, std::uint64_t seed) noexcept;
double length_score(std::string_view prompt) noexcept;
double oracle_score(double weak, double strong) noexcept;

}  // namespace llm
