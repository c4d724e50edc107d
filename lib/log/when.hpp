/// Points in time as people write them, in microseconds since 1970.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llm {

/// "2026-11-23", "2026-11-23T10:30", "2026-11-23 10:30:15.5", each with "Z" or "+01:00" behind the time or in local time without;
/// "today", "yesterday" (their beginning, local time), "now"; a length of time before `now` ("2h", "30m", "7d", base/units.hpp).
/// Throws Error{usage} with examples.
std::int64_t parse_when(std::string_view, std::int64_t now);

/// RFC 3339 in UTC with milliseconds: "2026-11-23T10:30:15.500Z".
std::string show_time(std::int64_t time);
/// "2026-11-23", local time.
std::string local_day(std::int64_t time);

std::int64_t unix_microseconds();

}  // namespace llm
