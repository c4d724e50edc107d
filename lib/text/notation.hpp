/// What is told by how it is written: versions, prefixes of units, the arguments of a call.
#pragma once

#include "text/gate.hpp"

#include <optional>
#include <string_view>

namespace llm {

/// A difference of kind number ("numpy 1.10", "numpy 1.1"), unit ("5 mW", "5 MW"; "5 Mb", "5 MB") or order ("f(x, y)", "f(y, x)"), see gate.hpp.
std::optional<Refusal> notation_differs(std::string_view a, std::string_view b);

}  // namespace llm
