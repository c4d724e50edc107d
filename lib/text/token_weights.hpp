/// Written by tests/model/tokens.mjs; tokens a piece, in the order of TokenPart.
#pragma once

#include "text/tokens.hpp"

namespace llm {

inline constexpr TokenParts token_weights{
    0.972,  // word1
    0.900,  // word2
    0.900,  // word3
    0.900,  // word4
    1.234,  // word5
    1.291,  // word6
    1.068,  // word7
    1.211,  // word8
    1.341,  // word9
    1.246,  // word10
    1.225,  // word11
    1.040,  // word12
    1.119,  // long_word
    0.656,  // long_letters
    1.001,  // capitals
    0.136,  // capital_letters
    0.329,  // joined_word
    0.225,  // accented_word
    0.323,  // accented_letters
    1.194,  // digits
    0.471,  // spaced_number
    0.881,  // mark
    0.626,  // joined_mark
    0.201,  // mark_tail
    1.298,  // line_end
    0.600,  // marked_line_end
    0.441,  // indent
    0.703,  // han
    0.678,  // kana
    0.742,  // hangul_word
    0.462,  // hangul
    0.316,  // cyrillic_word
    0.298,  // cyrillic
    0.307,  // greek_word
    0.314,  // greek
    0.290,  // arabic_word
    0.307,  // arabic
    0.401,  // hebrew
    0.389,  // indic
    0.437,  // thai
    1.002,  // wide_mark
    0.106,  // other_bytes
};

}  // namespace llm
