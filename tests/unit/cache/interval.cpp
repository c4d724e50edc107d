#include "cache/manage.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("cache: the interval of a share is that of Clopper and Pearson") {
    // Known values: 0 of 10, 1 of 10 and 5 of 10 at 95 %.
    CHECK(share_interval(0, 10).low == 0);
    CHECK(share_interval(0, 10).high == Approx(0.3085).margin(5e-5));
    CHECK(share_interval(1, 10).low == Approx(0.0025).margin(5e-5));
    CHECK(share_interval(1, 10).high == Approx(0.4450).margin(5e-5));
    CHECK(share_interval(5, 10).low == Approx(0.1871).margin(5e-5));
    CHECK(share_interval(5, 10).high == Approx(0.8129).margin(5e-5));
    CHECK(share_interval(10, 10).high == 1);
    CHECK(share_interval(0, 0).high == 1);
}

TEST_CASE("cache: the interval of nothing in many is the rule of three") {
    CHECK(share_interval(0, 100'000, 0.9).high == Approx(2.9957e-5).epsilon(1e-3));
}
