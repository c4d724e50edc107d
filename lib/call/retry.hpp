/// When the same call is tried again, and after how long.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>

namespace llm {

/// rate_limit, timeout, unreachable and provider may pass by themselves; the others do not, nor does what is `for_good`.
/// A status below 500 other than 408, 409, 425 and 429 is for good whatever the fault.
bool passes_by_itself(const Error&) noexcept;

/// Seconds: a server that asks for a longer pause is not waited for, however long the call may take.
inline constexpr double longest_pause = 86'400;

/// Seconds before attempt number `next` (2 is the first repetition): what the provider asks for in `retry_after`, else any part, as `chance` (0 to 1) has
/// it, of half a second doubled with each attempt up to 30 s. Of the ways to spread callers this "full jitter" makes the fewest calls
/// (Brooker 2015, https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
double delay_before(int next, const Error&, double chance) noexcept;

}  // namespace llm
