/// Whether a statement only repeats another text.
#pragma once

#include <string_view>

namespace llm {

/// True where `statement` and `text` share nearly all content words, or nearly all of those of `statement` (three or more) are in `text`.
bool repeats(std::string_view statement, std::string_view text);

}  // namespace llm
