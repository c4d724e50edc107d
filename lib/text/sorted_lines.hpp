/// Looking a line up in a sorted table of lines that is a few long strings: nothing to build at start.
#pragma once

#include <span>
#include <string_view>

namespace llm {

/// `lines` sorted by bytes, each ended by '\n': the first line that is not below `wanted`, or empty.
inline std::string_view line_from(std::string_view lines, std::string_view wanted) {
    std::size_t low = 0, high = lines.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        const std::size_t before = lines.rfind('\n', middle == 0 ? 0 : middle - 1);
        const std::size_t begin = middle == 0 || before == std::string_view::npos ? 0 : before + 1;
        const std::size_t end = lines.find('\n', begin);
        if (lines.substr(begin, end - begin) < wanted) low = end + 1;
        else high = begin;
    }
    return lines.substr(low, lines.find('\n', low) - low);
}

inline bool has_line(std::span<const std::string_view> parts, std::string_view line) {
    for (const std::string_view part : parts)
        if (line_from(part, line) == line) return true;
    return false;
}

/// What stands after "key " in the line that begins so, or empty.
inline std::string_view line_value(std::span<const std::string_view> parts, std::string_view key) {
    for (const std::string_view part : parts) {
        const std::string_view line = line_from(part, key);
        const bool found = line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ';
        if (found) return line.substr(key.size() + 1);
    }
    return {};
}

}  // namespace llm
