#include "cache/calibrate.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("cache: calibration takes the lowest threshold whose wrong hits stay under the bound") {
    std::vector<JudgedPair> pairs;
    for (int i = 0; i < 3000; ++i) pairs.push_back({0.9, true, false});
    for (int i = 0; i < 300; ++i) pairs.push_back({0.75, i % 2 == 0, false});
    const Calibration c = calibrate(pairs, 0.01);
    REQUIRE(c.chosen);
    CHECK(c.chosen->threshold == Approx(0.76));
    CHECK(c.chosen->hits == 3000);
    CHECK(c.chosen->wrong == 0);
    CHECK(c.chosen->error_high <= 0.01);
}

TEST_CASE("cache: calibration promises nothing from few pairs") {
    CHECK_FALSE(calibrate(std::vector<JudgedPair>(20, {0.99, true, false}), 0.01).chosen);
}

TEST_CASE("cache: what the gate refuses is no hit") {
    const Calibration c = calibrate({{0.9, false, true}, {0.9, true, false}}, 0.5);
    CHECK(c.curve.front().hits == 1);
    CHECK(c.curve.front().refused == 1);
    CHECK(c.curve.front().wrong == 0);
}
