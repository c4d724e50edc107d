/// Stop words and stems.
#pragma once

#include <string>
#include <string_view>

namespace llm {

/// Whether a folded English word carries grammar rather than content.
bool is_stop_word(std::string_view folded) noexcept;

/// The stem of a folded word by Snowball's algorithm for the language (ISO 639-1: en, de, fr, es, it,
/// pt, nl, sv, da, no, fi, ru, hu, ro, tr …); the word itself for any other language.
std::string stem(std::string_view folded, std::string_view language = "en");

}  // namespace llm
