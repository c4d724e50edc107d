/// Options of tools that call: how fast, and for how much money.
#pragma once

#include "cli/tool.hpp"

#include <optional>
#include <string>

namespace llm {

struct PaceFlags {
    std::optional<double> rpm, tpm;
    std::optional<double> budget;  ///< dollars
    std::string assume_price;      ///< "IN/OUT", dollars per million tokens, or empty
    bool share_identical = false;
};
void pace_options(Verb&, PaceFlags&);

/// "3/15" as its two numbers. Throws Error{usage}.
std::pair<double, double> read_price(const std::string&);

}  // namespace llm
