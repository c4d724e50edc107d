#include "route/report.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <functional>

namespace llm {
namespace {

Json interval(const RouteInterval& i, double RouteFigures::*figure) {
    return Json{{"value", i.middle.*figure}, {"low", i.low.*figure}, {"high", i.high.*figure}};
}

/// Quality alone has an interval where there is no order.
RouteInterval of_single(const std::vector<Scored>& requests, bool strong, const ReportOptions& options, bool enough) {
    std::vector<Scored> flat = requests;
    for (Scored& s : flat) {
        s.weak = s.strong = strong ? s.strong : s.weak;
        s.score = 0;
        s.weak_cost = s.strong_cost = strong ? s.strong_cost : s.weak_cost;
    }
    RouteInterval out = bootstrap(flat, Plan::route, options.draws, options.seed);
    for (RouteFigures* f : {&out.middle, &out.low, &out.high}) {
        f->strong_for_95 = f->cpt50 = f->cpt80 = enough ? 0 : 1;
        f->apgr = 0;
    }
    return out;
}

}  // namespace

RouteReport make_report(std::span<const OutcomeRow> rows, std::vector<Ours> ours, const ReportOptions& options) {
    if (rows.empty()) throw Error(Fault::data, "no outcomes to report on; give records with 'weak' and 'strong'");
    RouteReport out;
    out.requests = rows.size();
    const double n = static_cast<double>(rows.size());
    for (const OutcomeRow& row : rows) {
        out.weak_quality += row.outcome.weak / n;
        out.strong_quality += row.outcome.strong / n;
    }
    const auto scores_by = [&](const std::function<double(const Outcome&)>& score) {
        std::vector<double> scores;
        for (const OutcomeRow& row : rows) scores.push_back(score(row.outcome));
        return scores;
    };
    const auto add = [&](std::string name, std::span<const double> scores, Plan plan) -> Strategy& {
        Strategy s;
        s.name = std::move(name);
        s.requests = scored_rows(rows, scores, options.costs);
        s.plan = plan;
        s.figures = bootstrap(s.requests, plan, options.draws, options.seed);
        s.curve = cost_curve(s.requests, plan, 20);
        return out.strategies.emplace_back(std::move(s));
    };
    add("random", scores_by([](const Outcome& o) { return random_score(o.prompt, 1); }), Plan::route);
    add("length", scores_by([](const Outcome& o) { return length_score(o.prompt); }), Plan::route);
    const std::vector<Scored> by_length = out.strategies.back().requests;
    for (const Ours& one : ours) {
        Strategy& s = add(one.name, one.scores, one.plan);
        if (one.plan == Plan::route) s.above_length = bootstrap_difference(s.requests, by_length, Plan::route, options.draws, options.seed);
    }
    const bool strong = out.strong_quality >= out.weak_quality;
    Strategy single;
    single.name = "best_single";
    single.requests = by_length;
    single.figures = of_single(by_length, strong, options, out.weak_quality >= 0.95 * out.strong_quality);
    const std::vector<CurvePoint> ends = cost_curve(by_length, Plan::route, 1);
    single.curve = {strong ? ends.back() : ends.front()};
    out.strategies.push_back(std::move(single));
    add("oracle", scores_by([](const Outcome& o) { return oracle_score(o.weak, o.strong); }), Plan::route);
    return out;
}

Json to_json(const Strategy& s) {
    Json out{{"name", s.name}, {"plan", s.plan == Plan::route ? "route" : "cascade"}, {"n", s.requests.size()}};
    const std::pair<const char*, double RouteFigures::*> figures[] = {
        {"strong_for_95", &RouteFigures::strong_for_95}, {"apgr", &RouteFigures::apgr}, {"cpt50", &RouteFigures::cpt50},
        {"cpt80", &RouteFigures::cpt80},                 {"aiq", &RouteFigures::aiq},   {"cost_for_95", &RouteFigures::cost_for_95}};
    for (const auto& [name, figure] : figures) out[name] = interval(s.figures, figure);
    if (s.above_length)
        out["above_length"] = {{"strong_for_95", interval(*s.above_length, &RouteFigures::strong_for_95)},
                               {"apgr", interval(*s.above_length, &RouteFigures::apgr)}};
    return out;
}

}  // namespace llm
