/// Ours beside the floors: random, prompt length, the best single model, the oracle. Whoever routes without looking at those may
/// be paying for nothing (RouterArena, arXiv 2510.00202).
#pragma once

#include "base/json.hpp"
#include "route/metrics.hpp"
#include "route/train.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm {

struct Strategy {
    std::string name;
    std::vector<Scored> requests;
    Plan plan = Plan::route;
    RouteInterval figures;
    std::optional<RouteInterval> above_length;  ///< figures minus the length's on the same draws
    std::vector<CurvePoint> curve;              ///< in twentieths; one or two points for a single model
};

struct RouteReport {
    std::size_t requests = 0;
    double weak_quality = 0, strong_quality = 0;
    std::vector<Strategy> strategies;
};

struct Ours {
    std::string name;
    std::vector<double> scores;
    Plan plan = Plan::route;
};

struct ReportOptions {
    CostModel costs;
    int draws = 400;
    std::uint64_t seed = 1;
};

/// Throws Error{data} where there are no rows.
RouteReport make_report(std::span<const OutcomeRow>, std::vector<Ours>, const ReportOptions&);

/// One object a strategy: name, n, quality, and strong_for_95, apgr, cpt50, cpt80, aiq, cost_for_95, each {value, low, high}; ours with
/// above_length {strong_for_95, apgr} too. A single model has no order: its strong_for_95, cpt50 and cpt80 are 0 where the weak model is
/// (nearly) as good, else 1; its apgr is 0, its aiq its quality.
Json to_json(const Strategy&);

}  // namespace llm
