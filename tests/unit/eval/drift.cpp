#include "eval/drift.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("drift: with few runs before nothing is said") {
    const std::vector<double> few{0.9, 0.91, 0.9, 0.9};
    const Chart c = control_chart(few, 0.1);
    CHECK(c.state == Chart::State::warming_up);
    CHECK_FALSE(c.alarm());
    CHECK(control_chart({}, 0.5).state == Chart::State::warming_up);
}

TEST_CASE("drift: the limits are those of a chart of single values") {
    // moving ranges 2, 1, 2, 3: mean 2, over 1.128
    const std::vector<double> before{10, 12, 11, 13, 10};
    const Chart c = control_chart(before, 11);
    CHECK(c.middle == Approx(11.2));
    CHECK(c.deviation == Approx(2 / 1.128));
    CHECK(c.low == Approx(11.2 - 3 * 2 / 1.128));
    CHECK(c.state == Chart::State::steady);
    CHECK(control_chart(before, 16.6).state == Chart::State::beyond);
    CHECK(control_chart(before, 16.6).up);
    CHECK_FALSE(control_chart(before, 5.0).up);
}

TEST_CASE("drift: where all runs were alike half a case is the least deviation") {
    const std::vector<double> before(10, 0.9);
    ChartOptions o;
    o.least = 0.5 / 100;
    CHECK(control_chart(before, 0.89, o).state == Chart::State::steady);
    CHECK(control_chart(before, 0.88, o).state == Chart::State::beyond);
}

TEST_CASE("drift: a slow fall shows in the moving average before a single value is beyond") {
    std::vector<double> before;
    for (int i = 0; i < 20; ++i) before.push_back(i % 2 == 0 ? 0.90 : 0.92);
    for (int i = 0; i < 9; ++i) before.push_back(i % 2 == 0 ? 0.88 : 0.89);
    const Chart c = control_chart(before, 0.875);
    CHECK(c.now > c.low);
    CHECK((c.state == Chart::State::drifting || c.state == Chart::State::one_sided));
    CHECK_FALSE(c.up);
}
