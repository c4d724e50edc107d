/// Names that sort by time: for conversations.
#pragma once

#include <cstdint>
#include <string>

namespace llm {

/// A ULID (https://github.com/ulid/spec): 26 characters, milliseconds since 1970 and then 80 random bits.
std::string new_ulid(std::int64_t microseconds);

}  // namespace llm
