/// A text's words, numbers and marks, by Unicode's general categories (utf8proc).
#pragma once

#include "text/span.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

enum class WordKind : std::uint8_t {
    word,         ///< letters, with digits and '_' after the first, apostrophes between letters
    number,       ///< digits, with '.' and ',' between digits ("1,250.5", "1.2.3")
    punctuation,  ///< one mark
    symbol,       ///< one symbol (currency, mathematics, emoji) or an ill-formed byte
};

struct Word {
    Span span;
    WordKind kind;
};

/// In order, not overlapping; only white space and control characters are left out. Scripts written
/// without spaces give a word for each character (with its combining marks). "5km" is a number and
/// a word. Linear in the text's length.
std::vector<Word> split_words(std::string_view);

/// The words and numbers of a text, folded (see fold()), stop words left out, stemmed as `language`
/// would be; a possessive 's is dropped. What two texts about the same thing share.
std::vector<std::string> content_stems(std::string_view text, std::string_view language = "en");

}  // namespace llm
