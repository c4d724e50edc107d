#include "route/metrics.hpp"

#include "base/json.hpp"
#include "support/catch.hpp"

#include <fstream>
#include <string>

using namespace llm;

namespace {

/// Ten requests: three gains, one loss, six alike (right with both).
std::vector<Scored> ten() {
    std::vector<Scored> out(10);
    for (std::size_t i = 0; i < 10; ++i) {
        out[i].weak = i < 3 ? 0 : 1;
        out[i].strong = i == 9 ? 0 : 1;
        out[i].score = 10 - static_cast<double>(i);
    }
    return out;
}

enum class Known { nothing, length, everything };
std::vector<Scored> recorded(const std::string& task, Known known) {
    std::vector<Scored> out;
    std::ifstream file(LLM_SHARED_DIR "/data/routellm/" + task + ".jsonl");
    for (std::string line; std::getline(file, line);) {
        const Json record = Json::parse(line);
        Scored s;
        s.weak = record["weak"]["correct"].get<bool>() ? 1 : 0;
        s.strong = record["strong"]["correct"].get<bool>() ? 1 : 0;
        if (known == Known::length) s.score = length_score(record["prompt"].get_ref<const std::string&>());
        if (known == Known::everything) s.score = oracle_score(s.weak, s.strong);
        out.push_back(s);
    }
    return out;
}

}  // namespace

TEST_CASE("metrics: the curve goes from the weak model's quality to the strong model's") {
    const auto curve = cost_curve(ten());
    REQUIRE(curve.size() == 11);
    CHECK(curve.front().quality == Approx(0.7));
    CHECK(curve[3].quality == Approx(1.0));
    CHECK(curve[9].quality == Approx(1.0));
    CHECK(curve.back().quality == Approx(0.9));
    CHECK(curve.back().share == Approx(1));
    CHECK(curve.back().cost == Approx(1));
}

TEST_CASE("metrics: figures of a perfect order, worked out by hand") {
    const RouteFigures f = route_figures(ten());
    CHECK(f.strong_for_95 == Approx(0.155));  // .855 from .7, at .1 a decile
    CHECK(f.cpt50 == Approx(0.1));
    CHECK(f.cpt80 == Approx(0.16));
    CHECK(f.apgr == Approx((0.1 * (0.75 + 0.85 + 0.95 + 6 + 0.95) - 0.7) / 0.2));
    CHECK(f.aiq == Approx(0.3 * 0.85 + 0.7));
}

TEST_CASE("metrics: equal scores know nothing, whatever the order of the requests") {
    auto requests = ten();
    for (auto& r : requests) r.score = 5;
    CHECK(route_figures(requests).apgr == Approx(0.5));
    CHECK(route_figures(requests).cpt80 == Approx(0.8));
}

TEST_CASE("metrics: a cascade pays for the weak answer too") {
    auto requests = ten();
    for (auto& r : requests) r.weak_cost = 0.2;
    CHECK(cost_curve(requests, Plan::route).back().cost == Approx(1));
    CHECK(cost_curve(requests, Plan::cascade).back().cost == Approx(1.2));
    CHECK(cost_curve(requests, Plan::cascade).front().cost == Approx(0.2));
}

TEST_CASE("metrics: no request and one request have figures too") {
    CHECK(route_figures({}).strong_for_95 == 1);
    const Scored one{1, 0, 1, 0, 1};
    CHECK(route_figures({&one, 1}).strong_for_95 == Approx(0.95));
}

TEST_CASE(
    "metrics: the interval holds the figure, is the same each time, and is empty for a strategy against "
    "itself") {
    const auto requests = ten();
    const RouteInterval a = bootstrap(requests, Plan::route, 100), b = bootstrap(requests, Plan::route, 100);
    CHECK(a.low.apgr <= a.middle.apgr);
    CHECK(a.high.apgr >= a.middle.apgr);
    CHECK(a.low.apgr < a.high.apgr);
    CHECK(a.low.apgr == b.low.apgr);
    const RouteInterval none = bootstrap_difference(requests, requests);
    CHECK(none.low.apgr == 0);
    CHECK(none.high.apgr == 0);
}

TEST_CASE("metrics: the sanity floor on recorded outcomes comes out as published") {
    if (!std::ifstream(LLM_SHARED_DIR "/data/routellm/gsm8k.jsonl")) {
        WARN("skipped: no ../shared/data/routellm");
        return;
    }
    CHECK(route_figures(recorded("gsm8k", Known::nothing)).apgr == Approx(0.498).margin(0.003));
    const RouteFigures length = route_figures(recorded("gsm8k", Known::length));
    CHECK(length.apgr == Approx(0.597).margin(0.003));
    CHECK(length.cpt50 == Approx(0.370).margin(0.02));
    CHECK(length.cpt80 == Approx(0.663).margin(0.02));
    CHECK(length.strong_for_95 == Approx(0.673).margin(0.02));
    const RouteFigures oracle = route_figures(recorded("gsm8k", Known::everything));
    CHECK(oracle.apgr == Approx(1.115).margin(0.005));
    CHECK(oracle.strong_for_95 == Approx(0.177).margin(0.01));
    // The MMLU file here is a part of the published set, 29 of its 57 subjects.
    CHECK(route_figures(recorded("mmlu", Known::nothing)).strong_for_95 == Approx(0.678).margin(0.005));
    CHECK(route_figures(recorded("mmlu", Known::everything)).strong_for_95 == Approx(0.085).margin(0.005));
}
