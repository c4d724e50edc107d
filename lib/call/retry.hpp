/// When the same call is tried again, and after how long.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>

namespace llm {

/// rate_limit, timeout, unreachable and provider may pass by themselves; the others do not, nor does what is `for_good`.
/// A status below 500 other than 408, 409, 425 and 429 is for good whatever the fault.
bool passes_by_itself(const Error&) noexcept;

/// Seconds before attempt number `next` (2 is the first repetition): what the provider asks for in `retry_after`, else half a second
/// doubled with each attempt up to 8 s; a quarter of it is left to `chance` (0 to 1), so that callers do not come back together.
double delay_before(int next, const Error&, double chance) noexcept;

}  // namespace llm
