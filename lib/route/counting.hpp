/// What features are counted with. Plain bytes: letters and digits of ASCII, and any byte above it, make a
/// word.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// ln(1 + n)
float log_of(std::size_t n);
bool word_byte(char) noexcept;
/// The text's words in lower case, whole numbers as "0".
std::vector<std::string> words_of(std::string_view text);
std::size_t count_any(const std::vector<std::string>& words, std::initializer_list<std::string_view> wanted);
std::size_t count_text(std::string_view text, std::string_view what);
/// Bytes of `text` that stand in `marks`.
std::size_t count_marks(std::string_view text, std::string_view marks);

}  // namespace llm
