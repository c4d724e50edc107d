#include "mem/pack_plan.hpp"
#include "support/catch.hpp"

#include <random>

using namespace llm;

namespace {

std::vector<PackUnit> turns(std::initializer_list<std::size_t> tokens) {
    std::vector<PackTurn> all;
    for (const std::size_t n : tokens) all.push_back({all.size() % 2 == 0 ? "user" : "assistant", false, n});
    return units_of(all);
}

}  // namespace

TEST_CASE("pack plan: a turn that calls tools and what they answered are one unit") {
    const std::vector<PackTurn> all{{"user", false, 1}, {"assistant", true, 2}, {"tool", false, 3}, {"tool", false, 4}, {"assistant", false, 5}};
    const auto units = units_of(all);
    REQUIRE(units.size() == 3);
    CHECK(units[1].first == 1);
    CHECK(units[1].count == 3);
    CHECK(units[1].tokens == 9);
    CHECK(units[0].begins_exchange);
    CHECK_FALSE(units[2].begins_exchange);
}

TEST_CASE("pack plan: nothing goes at nine tenths, something above") {
    const PackShares shares;
    CHECK(plan_pack(100, shares, 0, 0, 12, turns({30, 30, 30})).evicted == 0);
    CHECK(plan_pack(100, shares, 1, 0, 12, turns({30, 30, 30})).evicted > 0);
}

TEST_CASE("pack plan: three quarters are the model's warning") {
    const PackShares shares;
    CHECK(plan_pack(100, shares, 0, 0, 12, turns({25, 25, 25})).pressure == PackPlan::Pressure::none);
    CHECK(plan_pack(100, shares, 0, 0, 12, turns({25, 25, 26})).pressure == PackPlan::Pressure::warn);
}

TEST_CASE("pack plan: what stays begins with the user and fits the target") {
    const PackPlan plan = plan_pack(100, PackShares{}, 0, 0, 10, turns({20, 20, 20, 20, 10, 10, 5}));
    CHECK(plan.evicted % 2 == 0);
    CHECK(plan.tokens <= 60);
}

TEST_CASE("pack plan: the present exchange never goes, and where it is too much that is told") {
    const PackPlan plan = plan_pack(100, PackShares{}, 0, 0, 10, turns({50, 5, 120}));
    CHECK(plan.evicted == 2);
    CHECK(plan.pressure == PackPlan::Pressure::over);
}

TEST_CASE("pack plan: for any conversation what is evicted and what stays are whole, and the sum is right") {
    std::minstd_rand chance{11};
    for (int i = 0; i < 2'000; ++i) {
        std::vector<PackTurn> all;
        bool called = false;
        for (std::size_t n = chance() % 30; n > 0; --n) {
            const char* role = called ? "tool" : chance() % 2 == 0 ? "user" : "assistant";
            const bool calls = std::string_view{role} == "assistant" && chance() % 3 == 0;
            all.push_back({role, calls, chance() % 60});
            called = calls;
        }
        const auto units = units_of(all);
        std::size_t count = 0;
        for (const PackUnit& u : units) {
            CHECK(u.first == count);
            count += u.count;
        }
        CHECK(count == all.size());
        const std::size_t fixed = chance() % 50, room = 10;
        const PackPlan plan = plan_pack(200, PackShares{}, fixed, 0, room, units);
        CHECK(plan.evicted <= units.size());
        std::size_t left = fixed + (plan.evicted > 0 ? room : 0);
        for (std::size_t u = plan.evicted; u < units.size(); ++u) left += units[u].tokens;
        CHECK(left == plan.tokens);
        if (!units.empty()) CHECK(plan.evicted < units.size());
    }
}
