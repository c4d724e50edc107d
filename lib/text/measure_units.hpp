/// Units of measure and currencies, as people write them.
#pragma once

#include <string_view>

namespace llm {

/// The normal form of a folded word or sign ("km" for "kilometres", "usd" for "$"), or empty.
std::string_view unit_of(std::string_view word);

/// Whether the unit means something without a number beside it: "in dollars", "to celsius".
bool speaks_alone(std::string_view unit, std::string_view word);

}  // namespace llm
