#include "eval/compare.hpp"

#include "base/error.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {

Result result(const std::string& id, bool pass, const std::string& model = "m", double score = -1) {
    Result r;
    r.case_id = id;
    r.model = model;
    r.outcome = pass ? Result::Outcome::passed : Result::Outcome::failed;
    r.score = score >= 0 ? score : pass ? 1 : 0;
    return r;
}

/// n cases, of which those from `from` up to `to` fail.
Outcomes run(int n, int from, int to, const std::string& model = "m") {
    Outcomes o{"pass"};
    for (int i = 0; i < n; ++i) o.add(result(std::to_string(i), i < from || i >= to, model));
    return o;
}

}  // namespace

TEST_CASE("compare: eight cases lost and none won is a regression") {
    const Comparison c = compare_runs(run(100, 0, 0), run(100, 0, 8), {});
    CHECK(c.verdict == Comparison::Verdict::regressed);
    CHECK(c.p == Approx(2 * std::pow(0.5, 8)));
    CHECK(c.worse == 8);
    CHECK(c.regressed.size() == 8);
    CHECK(c.difference.mean == Approx(-0.08));
    CHECK(c.difference.high < 0);
    CHECK(c.effect < 0);
}

TEST_CASE("compare: five cases lost are too few to tell, and it says how many would do") {
    const Comparison c = compare_runs(run(100, 0, 0), run(100, 0, 5), {});
    CHECK(c.verdict == Comparison::Verdict::undecided);
    CHECK(c.p == Approx(0.0625));
    REQUIRE(c.needed);
    CHECK(*c.needed == *cases_needed(0.05, 0));
    CHECK(*c.needed > 100);
    CHECK_THAT(comparison_text(c), contains("too few cases to tell"));
}

TEST_CASE("compare: what is won is an improvement, and what nothing changed is nothing") {
    CHECK(compare_runs(run(100, 0, 8), run(100, 0, 0), {}).verdict == Comparison::Verdict::improved);
    const Comparison same = compare_runs(run(50, 0, 3), run(50, 0, 3), {});
    CHECK(same.verdict == Comparison::Verdict::undecided);
    CHECK(same.p == 1);
    CHECK_FALSE(same.needed);
    CHECK(same.detectable > 0.1);
}

TEST_CASE("compare: two models of one case each are paired by case") {
    const Comparison c = compare_runs(run(10, 0, 1, "old"), run(10, 0, 2, "new"), {});
    CHECK(c.pairs == 10);
    CHECK(c.worse == 1);
}

TEST_CASE("compare: several models that differ must be chosen from") {
    Outcomes a = run(5, 0, 0, "x");
    a.add(result("0", true, "y"));
    CHECK_THROWS_AS(compare_runs(a, run(5, 0, 0, "z"), {}), Error);
    CHECK_THROWS_AS(compare_runs(run(3, 0, 0), Outcomes{"pass"}, {}), Error);
}

TEST_CASE("compare: cases of one run only are counted, not compared") {
    const Comparison c = compare_runs(run(10, 0, 0), run(7, 0, 0), {});
    CHECK(c.pairs == 7);
    CHECK(c.only_a == 3);
}

TEST_CASE("compare: repetitions are one case each, and flaky ones are named") {
    Outcomes a{"pass"}, b{"pass"};
    for (int i = 0; i < 12; ++i)
        for (int k = 0; k < 5; ++k) {
            a.add(result(std::to_string(i), true));
            b.add(result(std::to_string(i), k < 2));  // two of five
        }
    const Comparison c = compare_runs(a, b, {});
    CHECK(c.pairs == 12);
    CHECK(c.worse == 12);
    CHECK(c.verdict == Comparison::Verdict::regressed);
    CHECK(c.flaky.size() == 12);
    CHECK(c.regressed.size() == 12);
    CHECK(c.test == "sign test over cases");
}

TEST_CASE("compare: a metric is compared by its mean, cost and time the other way round") {
    Outcomes a{"score"}, b{"score"};
    for (int i = 0; i < 30; ++i) {
        a.add(result(std::to_string(i), true, "m", 0.8 + 0.001 * i));
        b.add(result(std::to_string(i), true, "m", 0.7 + 0.001 * (i % 7)));
    }
    const Comparison c = compare_runs(a, b, {"score", 0.05});
    CHECK(c.verdict == Comparison::Verdict::regressed);
    CHECK_FALSE(c.regressed.empty());
    Outcomes cheap{"cost"}, dear{"cost"};
    for (int i = 0; i < 30; ++i) {
        Result r = result(std::to_string(i), true);
        r.cost = 0.001;
        cheap.add(r);
        r.cost = 0.002 + 0.0001 * i;
        dear.add(r);
    }
    CHECK(compare_runs(cheap, dear, {"cost", 0.05}).verdict == Comparison::Verdict::regressed);
    CHECK(compare_runs(dear, cheap, {"cost", 0.05}).verdict == Comparison::Verdict::improved);
}
