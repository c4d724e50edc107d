/// A run's sums for people, and the gate's word.
#pragma once

#include "eval/gate.hpp"
#include "eval/tally.hpp"
#include "cli/terminal.hpp"

#include <span>
#include <string>

namespace llm {

/// The table with a line a prompt and model, then what failed, what is flaky and what went wrong; `columns` 0: nothing is cut.
std::string summary_text(const Tally&, std::size_t columns, Colour);
/// One line: "93 of 100 passed (93.0 %, 95 % interval 86.3 to 96.6 %), mean score 0.941".
std::string summary_line(const Cell&);

struct GateToken {
    bool holds = true;
    std::string lines;  ///< one a gate, each ended by a newline
};
GateToken ask_gates(std::span<const Gate>, const Tally&);

}  // namespace llm
