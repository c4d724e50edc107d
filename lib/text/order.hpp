/// Who does it to whom: "A over B" and "B over A", "from X to Y" and "from Y to X".
#pragma once

#include "text/gate.hpp"
#include "text/gate_words.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace llm {

/// A difference of kind order, see gate.hpp.
std::optional<Refusal> order_differs(std::string_view text_a, const std::vector<GateWord>& a,
                                     std::string_view text_b, const std::vector<GateWord>& b);

}  // namespace llm
