/// Looking a line up in a sorted table of lines that is one string: nothing to relocate or build at start.
#pragma once

#include <string_view>

namespace llm {

/// `lines` sorted by bytes, each ended by '\n'.
inline bool has_line(std::string_view lines, std::string_view line) {
    std::size_t low = 0, high = lines.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        const std::size_t before = lines.rfind('\n', middle == 0 ? 0 : middle - 1);
        const std::size_t begin = middle == 0 || before == std::string_view::npos ? 0 : before + 1;
        const std::size_t end = lines.find('\n', begin);
        const std::string_view here = lines.substr(begin, end - begin);
        if (here == line) return true;
        if (here < line) low = end + 1;
        else high = begin;
    }
    return false;
}

}  // namespace llm
