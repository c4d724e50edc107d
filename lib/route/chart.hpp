/// Cost against quality, for a terminal and as SVG.
#pragma once

#include "route/report.hpp"

#include <cstddef>
#include <string>

namespace llm {

/// Rows of text, each ended by a newline, `columns` wide at most (40 at least); one letter a strategy, named below. ASCII but for the frame.
std::string terminal_chart(const RouteReport&, std::size_t columns, std::size_t rows = 16);

/// A whole SVG file of 760 by 460, readable on light and dark grounds, without scripts and fonts of its own. The same report gives the
/// same bytes.
std::string svg_chart(const RouteReport&);

}  // namespace llm
