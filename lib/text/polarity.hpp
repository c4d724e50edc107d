/// Negation and opposites.
#pragma once

#include "text/gate.hpp"
#include "text/gate_words.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace llm {

/// Whether two words (folded, with their stems) are opposites: in the table, by a prefix or suffix of
/// negation, or as quantities of different size (all, some, few).
bool opposites(const GateWord&, const GateWord&);

/// "Fail", "declin", "unabl": what a "not" in another text may be told by. Of a stem.
bool tells_of_failure(std::string_view stem) noexcept;

/// A difference of kind negation or antonym, see gate.hpp.
std::optional<Refusal> polarity_differs(const std::vector<GateWord>& a, const std::vector<GateWord>& b);

}  // namespace llm
