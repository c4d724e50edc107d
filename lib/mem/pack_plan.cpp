#include "mem/pack_plan.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t least_summary = 24, longest_summary = 2'000;

std::size_t share(std::size_t budget, double part) { return static_cast<std::size_t>(static_cast<double>(budget) * part); }

/// The first unit that may not go: the present exchange.
std::size_t present(std::span<const PackUnit> units) {
    for (std::size_t i = units.size(); i > 0; --i)
        if (units[i - 1].begins_exchange) return i - 1;
    return units.empty() ? 0 : units.size() - 1;
}

}  // namespace

std::vector<PackUnit> units_of(std::span<const PackTurn> turns) {
    std::vector<PackUnit> out;
    bool answers_calls = false;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const PackTurn& t = turns[i];
        if (t.role == "tool" && answers_calls) {
            ++out.back().count;
            out.back().tokens += t.tokens;
            continue;
        }
        out.push_back({i, 1, t.tokens, t.role == "user"});
        answers_calls = t.calls;
    }
    return out;
}

std::size_t summary_room(std::size_t budget, const PackShares& shares) {
    return std::clamp(share(budget, shares.summary), least_summary, longest_summary);
}

PackPlan plan_pack(std::size_t budget, const PackShares& shares, std::size_t fixed, std::size_t summary, std::size_t room_for_summary, std::span<const PackUnit> units) {
    PackPlan plan;
    std::size_t turns = 0;
    for (const PackUnit& u : units) turns += u.tokens;
    plan.tokens = fixed + summary + turns;
    if (plan.tokens > share(budget, shares.full)) {
        const std::size_t stays = present(units);
        const std::size_t target = share(budget, shares.target);
        std::size_t in_use = fixed + room_for_summary + turns;
        while (plan.evicted < stays && in_use > target) in_use -= units[plan.evicted++].tokens;
        // Providers want a context that begins with the user.
        while (plan.evicted > 0 && plan.evicted < stays && !units[plan.evicted].begins_exchange) in_use -= units[plan.evicted++].tokens;
        if (plan.evicted > 0) plan.tokens = in_use;
    }
    if (plan.tokens > budget) plan.pressure = PackPlan::Pressure::over;
    else if (plan.tokens > share(budget, shares.warn)) plan.pressure = PackPlan::Pressure::warn;
    return plan;
}

}  // namespace llm
