#include "cache/learned.hpp"

#include "support/catch.hpp"

#include <cmath>
#include <random>

using namespace llm;

namespace {

/// A world in which an answer is right with a probability that rises with similarity, and where other entries agree.
struct World {
    std::mt19937 chance{7};
    std::uniform_real_distribution<double> any{0, 1};

    HitEvidence evidence() {
        HitEvidence e;
        e.score = 0.5 + any(chance) / 2;
        e.agreeing = static_cast<int>(chance() % 5);
        e.differing = 4 - e.agreeing;
        return e;
    }
    static double truly_right(const HitEvidence& e) { return 1 / (1 + std::exp(-(20 * (e.score - 0.75) + e.agreeing - 1))); }
    LearnedOutcome outcome() {
        const HitEvidence e = evidence();
        return {e, any(chance) < truly_right(e)};
    }
    std::vector<LearnedOutcome> outcomes(std::size_t n) {
        std::vector<LearnedOutcome> out;
        while (out.size() < n) out.push_back(outcome());
        return out;
    }
};

}  // namespace

TEST_CASE("cache: few outcomes teach nothing, and what is not known is a risk of 1") {
    World w;
    CHECK_FALSE(RiskCurve().knows());
    CHECK(RiskCurve().risk(w.evidence()) == 1);
    CHECK_FALSE(RiskCurve(w.outcomes(first_outcomes - 1)).knows());
    CHECK(RiskCurve(w.outcomes(first_outcomes)).knows());
}

TEST_CASE("cache: the risk lies above the truth, and comes near it as outcomes gather") {
    World w;
    const RiskCurve few(w.outcomes(150)), many(w.outcomes(20'000));
    double of_few = 0, of_many = 0;
    int below = 0;
    for (int i = 0; i < 1000; ++i) {
        const HitEvidence e = w.evidence();
        const double truth = 1 - World::truly_right(e);
        of_few += few.risk(e) - truth;
        of_many += many.risk(e) - truth;
        below += many.risk(e) < truth - 0.01;
    }
    CHECK(of_few > of_many);
    CHECK(of_many > 0);
    CHECK(of_many / 1000 < 0.1);
    CHECK(below < 30);
}

TEST_CASE("cache: likeness, a good record and neighbours that agree lower the risk; of outcomes that are all right the share counts") {
    World w;
    auto outcomes = w.outcomes(2000);
    for (LearnedOutcome& o : outcomes) {
        o.evidence.right = o.right ? 3 : 0;
        o.evidence.wrong = o.right ? 0 : 2;
    }
    const RiskCurve curve(outcomes);
    CHECK(curve.risk({0.9, 2, 0, 2, 2}) < curve.risk({0.6, 2, 0, 2, 2}));
    CHECK(curve.risk({0.8, 3, 0, 2, 2}) < curve.risk({0.8, 0, 3, 2, 2}));
    CHECK(curve.risk({0.8, 2, 0, 4, 0}) < curve.risk({0.8, 2, 0, 0, 4}));
    for (LearnedOutcome& o : outcomes) o.right = true;
    const RiskCurve all_right(outcomes);
    CHECK(all_right.risk({0.8, 2, 0, 2, 2}) <= 1);
    CHECK(all_right.share() > 0);
    CHECK(all_right.share() < 0.002);
    CHECK(RiskCurve(std::span(outcomes).first(100)).share() > 0.03);
}

TEST_CASE("cache: the limit is the highest at which the risks taken average the bound") {
    const std::vector<double> risks{0.01, 0.02, 0.03, 0.5, 0.9};
    CHECK(risk_limit(risks, 0.012) == Approx(0.03));  // .06 of five
    CHECK(risk_limit(risks, 0.0119) == Approx(0.02));
    CHECK(risk_limit(risks, 0.5) == Approx(0.9));
    CHECK(risk_limit(risks, 0.001) == Approx(0.001));
    CHECK(risk_limit({}, 0.02) == Approx(0.02));
}

TEST_CASE("cache: answers given below the limit are wrong no more often than the bound") {
    for (const double bound : {0.01, 0.02, 0.05}) {
        World w;
        std::vector<LearnedOutcome> outcomes;
        std::vector<double> risks;
        RiskCurve curve;
        int decided = 0, given = 0, wrong = 0;
        for (int i = 0; i < 20'000; ++i) {
            const LearnedOutcome o = w.outcome();
            if (i % 100 == 0) curve = RiskCurve(std::span(outcomes).last(std::min(outcomes.size(), outcomes_kept)));
            ++decided;
            const double risk = curve.risk(o.evidence);
            if (curve.knows()) risks.push_back(risk);
            const auto last = std::span(risks).last(std::min(risks.size(), risks_kept));
            const bool give = curve.knows() && risk <= risk_limit(last, bound) && w.any(w.chance) >= always_explored;
            if (!give) outcomes.push_back(o);
            given += give;
            wrong += give && !o.right;
        }
        const double allowed = bound * decided;
        CHECK(wrong <= allowed + 3 * std::sqrt(allowed));
        CHECK(wrong > allowed / 4);  // the bound is used
        CHECK(given > decided / 5);
    }
}
