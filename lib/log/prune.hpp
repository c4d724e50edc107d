/// Removing old calls from the journal.
#pragma once

#include "base/units.hpp"
#include "base/json.hpp"
#include "store/database.hpp"

#include <chrono>
#include <cstdint>

namespace llm {

/// What goes: the calls with an id below `before`, and the attachments no later call sent.
struct PrunePlan {
    std::int64_t before = 0;      ///< 0: nothing goes
    std::int64_t calls = 0;
    std::int64_t oldest = 0;      ///< microseconds since 1970 of the first to go, 0 where none goes
    std::uint64_t bytes = 0;      ///< freed, about: the mean over all calls
    std::int64_t calls_kept = 0;
    std::uint64_t bytes_kept = 0;
};
Json to_json(const PrunePlan&);

/// `now` is microseconds since 1970. Too old goes first; where the rest is still too large, the oldest of it.
PrunePlan plan_prune(Database&, const Keep&, std::int64_t now);

enum class Pruned { all, in_part };
/// In small transactions, so that writers are not held up, until `deadline`.
Pruned prune(Database&, const PrunePlan&, std::chrono::steady_clock::time_point deadline);
/// Gives free space back to the file system where it is a quarter of the file or more. Writers wait meanwhile.
void give_back_space(Database&);

}  // namespace llm
