/// What is asked of ASCII everywhere; bytes beyond it are left alone.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace llm {

/// A to Z made small.
inline std::string lower_ascii(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// Without the blanks, tabs and line ends on either side.
inline std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blank);
    return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// For short lists that are in no order.
template <typename List>
bool among(const List& list, std::string_view word) {
    return std::ranges::find(list, word) != std::ranges::end(list);
}

}  // namespace llm
