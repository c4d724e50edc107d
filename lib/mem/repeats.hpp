/// Whether a statement only repeats another text.
#pragma once

#include <string_view>

namespace llm {

/// True where `statement` shares nearly all content words with `text` or with a sentence of it, or where nearly all of its own (two or more) are in
/// one sentence, or (five or more) anywhere in the text.
bool repeats(std::string_view statement, std::string_view text);

}  // namespace llm
