/// What of a conversation fits into a budget of tokens: the arithmetic of MemGPT's queue (arXiv 2310.08560, 2.2), without any text.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace llm {

/// Shares of the budget.
struct PackShares {
    double warn = .75;     ///< above it the model is told
    double full = .90;     ///< above it the oldest turns make room
    double target = .60;   ///< and so much is in use afterwards, so that it does not happen at every turn
    double summary = .12;  ///< the longest summary
    double passages = .25; ///< what was recalled may take
};

/// Turns that must stay together: a turn, or one that calls tools with what they answered.
struct PackUnit {
    std::size_t first = 0, count = 0;  ///< turns
    std::size_t tokens = 0;
    bool begins_exchange = false;      ///< a user turn: the context may begin here
};

/// `roles` as in records, `calls`: whether the turn calls tools.
struct PackTurn {
    std::string role;
    bool calls = false;
    std::size_t tokens = 0;
};
std::vector<PackUnit> units_of(std::span<const PackTurn>);

struct PackPlan {
    enum class Pressure { none, warn, over } pressure = Pressure::none;  ///< over: not even what must stay fits
    std::size_t evicted = 0;  ///< units from the beginning that make room
    std::size_t tokens = 0;   ///< in use with what stays, `room_for_summary` counted where something was evicted
};

/// `fixed`: tokens of what always stays (system, core blocks, tools, passages); `summary`: of the summary there is, 0 where there is none;
/// `room_for_summary`: of the one that takes its place when turns are evicted.
/// The units from the last user turn on always stay. Evicts nothing at or below `full`.
PackPlan plan_pack(std::size_t budget, const PackShares&, std::size_t fixed, std::size_t summary, std::size_t room_for_summary, std::span<const PackUnit>);

/// Tokens the longest summary may have.
std::size_t summary_room(std::size_t budget, const PackShares&);

}  // namespace llm
