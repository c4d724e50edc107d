#include "route/share.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

using namespace llm;

TEST_CASE("share: a key keeps its point, for ever and everywhere") {
    CHECK(sticky_point("canary", "user-17") == sticky_point("canary", "user-17"));
    CHECK(sticky_point("canary", "user-17") != sticky_point("other", "user-17"));
    CHECK(sticky_point("canary", "user-17") == Approx(0.3).margin(0.7));  // in [0,1)
}

TEST_CASE("share: keys spread evenly") {
    int below = 0;
    const int keys = 20'000;
    for (int i = 0; i < keys; ++i) below += sticky_point("canary", fmt::format("user-{}", i)) < 0.05;
    CHECK(below > keys * 0.045);
    CHECK(below < keys * 0.055);
}

TEST_CASE("share: who was in a small share is in a larger one") {
    const std::vector<std::pair<std::string, double>> small{{"new", 5}, {"old", 95}}, large{{"new", 20}, {"old", 80}};
    int moved = 0, taken = 0;
    for (int i = 0; i < 5000; ++i) {
        const double point = sticky_point("canary", fmt::format("user-{}", i));
        const bool before = place_of(point, small) == 0, after = place_of(point, large) == 0;
        taken += after;
        moved += before && !after;
    }
    CHECK(moved == 0);
    CHECK(taken > 900);
}

TEST_CASE("share: a route of weight 0 gets nothing") {
    const std::vector<std::pair<std::string, double>> split{{"a", 0}, {"b", 1}, {"c", 0}};
    for (const double point : {0.0, 0.5, 0.9999999}) CHECK(place_of(point, split) == 1);
}
