/// Whether each thing that one text speaks of has its counterpart in the other.
#pragma once

#include "text/gate.hpp"
#include "text/gate_words.hpp"

#include <optional>
#include <vector>

namespace llm {

/// A difference of kind word, see questions_differ in gate.hpp.
std::optional<Refusal> content_differs(const std::vector<GateWord>& a, const std::vector<GateWord>& b, WordLikeness);

}  // namespace llm
