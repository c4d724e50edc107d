/// A text's lines by their spans; the small questions chunkers ask of a line.
#pragma once

#include "text/span.hpp"

#include <string_view>
#include <vector>

namespace llm {

/// Without their line ends; the last is left out where it is empty. Empty spans occur here.
inline std::vector<Span> split_lines(std::string_view text) {
    std::vector<Span> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        if (end == std::string_view::npos) {
            lines.push_back({begin, text.size()});
            break;
        }
        lines.push_back({begin, end});
        begin = end + 1;
    }
    return lines;
}

inline constexpr std::string_view ascii_space = " \t\r\n\v\f";

inline bool is_blank(std::string_view line) {
    return line.find_first_not_of(ascii_space) == std::string_view::npos;
}

/// The span without ASCII white space at its ends; empty (at its begin) where there is nothing else.
inline Span trim(std::string_view text, Span s) {
    while (s.begin < s.end && ascii_space.find(text[s.begin]) != std::string_view::npos) ++s.begin;
    while (s.end > s.begin && ascii_space.find(text[s.end - 1]) != std::string_view::npos) --s.end;
    return s;
}

}  // namespace llm
