#include "eval/statistics.hpp"

#include "support/catch.hpp"

#include <cmath>

using namespace llm;

TEST_CASE("statistics: Wilson's interval has the values of the literature") {
    // Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3
    const auto close = [](RateInterval i, double low, double high) {
        CHECK(i.low == Approx(low).margin(5e-5));
        CHECK(i.high == Approx(high).margin(5e-5));
    };
    close(wilson(81, 263), 0.2553, 0.3662);
    close(wilson(15, 148), 0.0624, 0.1605);
    close(wilson(0, 20), 0.0, 0.1611);
    close(wilson(1, 29), 0.0061, 0.1718);
    close(wilson(0, 0), 0, 1);
}

TEST_CASE("statistics: the normal distribution and its inverse agree with tables") {
    CHECK(normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-12));
    CHECK(normal_quantile(0.8) == Approx(0.8416212335729143).epsilon(1e-12));
    CHECK(normal_below(1.0) == Approx(0.8413447460685429).epsilon(1e-12));
}

TEST_CASE("statistics: the sign test is the exact binomial test of one half") {
    // R: binom.test(c(2, 12))$p.value, binom.test(c(6, 0)), binom.test(c(5, 0))
    CHECK(sign_test(12, 2) == Approx(0.01293945).epsilon(1e-6));
    CHECK(sign_test(0, 6) == Approx(0.03125));
    CHECK(sign_test(5, 0) == Approx(0.0625));
    CHECK(sign_test(4, 4) == 1);
    CHECK(sign_test(0, 0) == 1);
    CHECK(sign_test(1000, 1100) == Approx(0.0307).margin(5e-4));  // large counts neither overflow nor vanish
    CHECK(fewest_changes(0.05) == 6);
    CHECK(fewest_changes(0.01) == 8);
}

TEST_CASE("statistics: McNemar's chi-square has the value of Agresti's table") {
    // Agresti, Categorical Data Analysis, approval ratings: 150 against 86; R: mcnemar.test gives 16.818 with correction
    CHECK(mcnemar_chi2(150, 86) == Approx(16.81780).epsilon(1e-5));
    CHECK(mcnemar_chi2(0, 0) == 0);
}

TEST_CASE("statistics: pass@k and pass^k are the unbiased estimators of their papers") {
    // 1 - C(n-c, k)/C(n, k): n = 5, c = 2, k = 2: 1 - 3/10
    CHECK(pass_at_k(5, 2, 2) == Approx(0.7));
    CHECK(pass_at_k(10, 1, 1) == Approx(0.1));
    CHECK(pass_at_k(10, 7, 5) == 1);
    CHECK(pass_at_k(200, 0, 100) == Approx(0).margin(1e-12));
    // C(c, k)/C(n, k): 1/10, and c = 4: 6/10
    CHECK(pass_all_k(5, 2, 2) == Approx(0.1));
    CHECK(pass_all_k(5, 4, 2) == Approx(0.6));
    CHECK(pass_all_k(5, 1, 2) == 0);
    CHECK(pass_all_k(5, 5, 5) == 1);
}

TEST_CASE("statistics: effect sizes are Cohen's") {
    CHECK(cohen_h(0.5, 0.3) == Approx(0.4115).margin(5e-5));  // 2 asin(√.5) − 2 asin(√.3)
    CHECK(cohen_h(0.3, 0.5) == Approx(-0.4115).margin(5e-5));
    const std::vector<double> d{1, 2, 3, 4};
    CHECK(cohen_dz(d) == Approx(2.5 / std::sqrt(5.0 / 3)));
    const std::vector<double> same{1, 1};
    CHECK(cohen_dz(same) == 0);
}

TEST_CASE("statistics: the cases needed are Connor's") {
    // (z_.975 √.3 + z_.8 √(.3 − .01))² / .01 = (1.073516 + .453222)² / .01
    CHECK(cases_needed(0.2, 0.1) == 234);
    CHECK(cases_needed(0.1, 0.2) == 234);
    CHECK_FALSE(cases_needed(0.1, 0.1));
    // one sample: (1.96 + .84)² · 4 = 31.4
    CHECK(pairs_needed(0.5, 1.0) == 32);
    CHECK_FALSE(pairs_needed(0, 1));
}

TEST_CASE("statistics: quantiles lie between order statistics as R's type 7") {
    const std::vector<double> v{4, 1, 3, 2};
    CHECK(quantile(v, 0.5) == Approx(2.5));
    CHECK(quantile(v, 0.25) == Approx(1.75));
    CHECK(quantile(v, 1) == 4);
    CHECK(quantile({}, 0.5) == 0);
}

TEST_CASE("statistics: the bootstrap's interval is near the t interval and the same each time") {
    std::vector<double> d;
    for (int i = 0; i < 100; ++i) d.push_back(i % 10 == 0 ? -1.0 : i % 3 == 0 ? 0.5 : 0.0);
    const MeanInterval a = paired_bootstrap(d), b = paired_bootstrap(d);
    CHECK(a.low == b.low);
    CHECK(a.p == b.p);
    const double half = 1.96 * deviation(d) / 10;
    CHECK(a.low == Approx(a.mean - half).margin(0.02));
    CHECK(a.high == Approx(a.mean + half).margin(0.02));
    const std::vector<double> worse(12, -1.0);
    CHECK(paired_bootstrap(worse).p < 0.01);
    const std::vector<double> nothing(12, 0.0);
    CHECK(paired_bootstrap(nothing).p == 1);
    CHECK(paired_bootstrap({}).mean == 0);
}
