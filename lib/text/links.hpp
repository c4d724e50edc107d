/// The small words that bind a text together, and whom it speaks of.
#pragma once

#include "text/gate.hpp"
#include "text/gate_words.hpp"

#include <optional>
#include <vector>

namespace llm {

/// A difference of kind link ("and" / "or", "if" / "unless", "sign up" / "sign off") or person ("my" / "your"), see gate.hpp.
std::optional<Refusal> links_differ(const std::vector<GateWord>& a, const std::vector<GateWord>& b);

}  // namespace llm
