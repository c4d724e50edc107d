/// UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF.
/// Nothing here allocates but what returns a string, and nothing throws but for want of memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llm {

inline constexpr char32_t replacement_character = 0xFFFD;

/// One step of decoding. `size` is at least 1 unless the text was at its end (then 0). Where
/// `valid` is false, `value` is U+FFFD and `size` the length of the maximal ill-formed part
/// (Unicode 15, table 3-8), so a truncated sequence becomes one replacement, not several.
struct CodePoint {
    char32_t value;
    std::size_t size;
    bool valid;
};

bool is_utf8(std::string_view) noexcept;
/// True where every byte is below 0x80.
bool is_ascii(std::string_view) noexcept;
/// Length of the longest prefix that is valid UTF-8.
std::size_t utf8_prefix(std::string_view) noexcept;

/// The code point that starts at byte `at`.
CodePoint decode_utf8(std::string_view, std::size_t at) noexcept;
/// Appends the code point; a surrogate or a value above U+10FFFF is appended as U+FFFD.
void append_utf8(std::string& to, char32_t);
/// The same text, each maximal ill-formed part replaced by U+FFFD.
std::string sanitise_utf8(std::string_view);

/// The nearest border between code points at or before `at` (at most three bytes back).
std::size_t utf8_border(std::string_view, std::size_t at) noexcept;
/// The longest prefix of at most `bytes` bytes that cuts no code point in two.
std::string_view truncate_utf8(std::string_view, std::size_t bytes) noexcept;
/// How many code points a valid text has; in an invalid one, the bytes that are no continuation.
std::size_t count_code_points(std::string_view) noexcept;

}  // namespace llm
