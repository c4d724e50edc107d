/// Where sentences end.
#pragma once

#include "text/span.hpp"

#include <string_view>
#include <vector>

namespace llm {

/// The sentences of a text, in order, without the white space around them. Together they hold
/// everything that is not white space. A sentence ends at . ! ? … or their kin in other scripts,
/// with the quotes and brackets that close after it, unless it is an abbreviation, an initial, a
/// decimal point or a list number, or goes on in lower case; at a blank line; at a line end before
/// a list item, a heading or a table row; and at the end of a short line (under 60 characters) when
/// the next does not go on in lower case.
std::vector<Span> split_sentences(std::string_view);

}  // namespace llm
