/// A text as the gate reads it.
#pragma once

#include "text/words.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

enum class WordRole : std::uint8_t {
    content,
    function,  ///< carries grammar or politeness
    negator,   ///< not, never, no, without …; "can't" is read as "can" and "not"
    number,
    mark,
};

struct GateWord {
    std::string text;  ///< folded
    std::string stem;  ///< of the base form, "go" for "went"
    Span span;
    WordRole role;
};

/// Contractions are spelled out ("won't", "wont" → will not; "I'm" → i, am), possessives dropped.
std::vector<GateWord> gate_words(std::string_view text);

/// Indices of the words (marks and negators left out) that the other text has fewer of, by stem.
std::vector<std::size_t> only_in(const std::vector<GateWord>& these, const std::vector<GateWord>& those);

}  // namespace llm
