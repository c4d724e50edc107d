/// What a "not" or an "only" is about, and who does something to whom.
#pragma once

#include "text/gate.hpp"
#include "text/gate_words.hpp"

#include <optional>
#include <vector>

namespace llm {

/// A difference of kind negation ("a mammal: a whale or not a shark", "not a mammal: a whale or a shark"), link ("only paid", "paid only") or order ("who beat
/// Nadal", "who did Nadal beat"), see gate.hpp.
std::optional<Refusal> scope_differs(const std::vector<GateWord>& a, const std::vector<GateWord>& b);

}  // namespace llm
