/// What is asked for, and as what: "how" for "why", "must I" for "can I", "was" for "will be".
#pragma once

#include "text/gate.hpp"
#include "text/gate_words.hpp"

#include <optional>
#include <vector>

namespace llm {

/// A difference of kind question, modality or tense, see gate.hpp.
std::optional<Refusal> asking_differs(const std::vector<GateWord>& a, const std::vector<GateWord>& b);

}  // namespace llm
