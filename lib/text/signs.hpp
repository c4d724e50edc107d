/// Signs that are no punctuation: what an expression does, which flag a command is given.
#pragma once

#include "text/gate.hpp"

#include <optional>
#include <string_view>

namespace llm {

/// A difference of kind sign, see gate.hpp: "a > b" and "a < b", "x - 1" and "x + 1", "chmod +x" and "chmod -x".
std::optional<Refusal> signs_differ(std::string_view a, std::string_view b);

}  // namespace llm
