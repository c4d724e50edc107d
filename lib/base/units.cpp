#include "base/units.hpp"

#include "base/ascii.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <span>

namespace llm {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

struct Quantity {
    double number;
    std::string unit;  ///< lower case
};

/// Takes one number with its unit from the front of `text`.
std::optional<Quantity> take_quantity(std::string_view& text) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
    text = trim(text.substr(static_cast<std::size_t>(end - text.data())));
    std::size_t letters = 0;
    while (letters < text.size() && ((text[letters] | 0x20) >= 'a' && (text[letters] | 0x20) <= 'z'))
        ++letters;
    Quantity q{number, lower_ascii(text.substr(0, letters))};
    text = trim(text.substr(letters));
    return q;
}

std::optional<double> factor(std::span<const std::pair<std::string_view, double>> units,
                             std::string_view unit) {
    for (const auto& [name, value] : units)
        if (name == unit) return value;
    return std::nullopt;
}

using Unit = std::pair<std::string_view, double>;

constexpr auto time_units = std::to_array<Unit>({{"ms", 0.001},
                                                 {"s", 1},
                                                 {"sec", 1},
                                                 {"second", 1},
                                                 {"seconds", 1},
                                                 {"m", 60},
                                                 {"min", 60},
                                                 {"minute", 60},
                                                 {"minutes", 60},
                                                 {"h", 3600},
                                                 {"hour", 3600},
                                                 {"hours", 3600},
                                                 {"d", 86400},
                                                 {"day", 86400},
                                                 {"days", 86400},
                                                 {"w", 604800},
                                                 {"y", 31536000}});

constexpr auto size_units = std::to_array<Unit>({{"", 1},
                                                 {"b", 1},
                                                 {"bytes", 1},
                                                 {"k", 1e3},
                                                 {"kb", 1e3},
                                                 {"m", 1e6},
                                                 {"mb", 1e6},
                                                 {"g", 1e9},
                                                 {"gb", 1e9},
                                                 {"t", 1e12},
                                                 {"tb", 1e12},
                                                 {"ki", 0x1p10},
                                                 {"kib", 0x1p10},
                                                 {"mi", 0x1p20},
                                                 {"mib", 0x1p20},
                                                 {"gi", 0x1p30},
                                                 {"gib", 0x1p30},
                                                 {"ti", 0x1p40},
                                                 {"tib", 0x1p40}});

constexpr double century = 100 * 31536000.0;

}  // namespace

std::optional<double> parse_duration(std::string_view text) {
    text = trim(text);
    if (text.empty()) return std::nullopt;
    double seconds = 0;
    for (bool first = true; !text.empty(); first = false) {
        const auto q = take_quantity(text);
        if (!q) return std::nullopt;
        const bool bare = q->unit.empty() && first && text.empty();
        const auto unit = bare ? std::optional{1.0} : factor(time_units, q->unit);
        if (!unit) return std::nullopt;
        seconds += q->number * *unit;
    }
    return seconds <= century ? std::optional{seconds} : std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    text = trim(text);
    const auto q = take_quantity(text);
    if (!q || !text.empty()) return std::nullopt;
    const auto unit = factor(size_units, q->unit);
    if (!unit) return std::nullopt;
    const double bytes = std::floor(q->number * *unit);
    if (bytes >= 9223372036854775808.0) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
}

std::optional<Keep> parse_keep(std::string_view text) {
    Keep keep;
    if (lower_ascii(trim(text)) == "forever") return keep;
    while (true) {
        const std::size_t comma = text.find(',');
        const std::string_view part = trim(text.substr(0, comma));
        if (part.empty() || (part.back() >= '0' && part.back() <= '9')) return std::nullopt;
        if (const auto age = parse_duration(part); age && !keep.age) keep.age = age;
        else if (const auto size = parse_size(part); size && !keep.size) keep.size = size;
        else return std::nullopt;
        if (comma == std::string_view::npos) return keep;
        text = text.substr(comma + 1);
    }
}

std::optional<bool> parse_boolean(std::string_view text) {
    const std::string word = lower_ascii(trim(text));
    if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
    if (word == "false" || word == "no" || word == "off" || word == "0") return false;
    return std::nullopt;
}

std::optional<double> parse_number(std::string_view text) {
    text = trim(text);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return number;
}

std::optional<std::vector<std::string>> split_command(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool inside = false;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote == '\'') {
            if (c == quote) quote = 0;
            else word += c;
        } else if (c == '\\' && i + 1 < text.size() &&
                   (!quote || text[i + 1] == '"' || text[i + 1] == '\\')) {
            word += text[++i];
            inside = true;
        } else if (quote) {
            if (c == quote) quote = 0;
            else word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            inside = true;
        } else if (blanks.find(c) != std::string_view::npos) {
            if (inside) words.push_back(std::move(word));
            word.clear();
            inside = false;
        } else {
            word += c;
            inside = true;
        }
    }
    if (quote) return std::nullopt;
    if (inside) words.push_back(std::move(word));
    return words;
}

}  // namespace llm
