#include "text/notation.hpp"

#include "base/ascii.hpp"
#include "text/measure_units.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

namespace llm {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool names(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

/// "1.10" and "1.1", "007" and "7" may be versions or codes.
struct Numeral {
    std::string_view written;
    std::string_view unit;  ///< the letters behind it, at most a blank away
    bool measured = false;  ///< of money, a share, a unit or a time: 1.50 is 1.5, and 09:30 is 9:30
};

std::string value_of(std::string_view numeral) {
    std::string out{numeral.substr(std::min(numeral.find_first_not_of('0'), numeral.size() - 1))};
    if (std::ranges::count(out, '.') != 1) return out;
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
    return out;
}

std::vector<Numeral> numerals(std::string_view text) {
    std::vector<Numeral> out;
    for (std::size_t i = 0; i < text.size();) {
        if (!is_digit(text[i]) || (i > 0 && names(text[i - 1]))) {
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < text.size() && (is_digit(text[end]) || (text[end] == '.' && end + 1 < text.size() && is_digit(text[end + 1])))) ++end;
        Numeral n{text.substr(i, end - i), {}};
        std::size_t letter = end < text.size() && text[end] == ' ' ? end + 1 : end;
        const std::size_t unit = letter;
        while (letter < text.size() && is_letter(text[letter])) ++letter;
        n.unit = text.substr(unit, letter - unit);
        // the last byte of a currency's sign is none of ASCII
        const bool money = i > 0 && (text[i - 1] == '$' || (static_cast<unsigned char>(text[i - 1]) & 0x80) != 0);
        const auto joins = [&text](std::size_t at) { return at < text.size() && std::string_view(":/-").find(text[at]) != std::string_view::npos; };
        n.measured = money || joins(end) || (i > 0 && joins(i - 1)) || (end < text.size() && text[end] == '%') || !unit_of(lower_ascii(n.unit)).empty();
        out.push_back(n);
        i = end;
    }
    return out;
}

/// Letters that differ in case alone, and mean another thing: milli and mega, bit and byte. Written small throughout, "mb" is what everybody means by it.
bool are_two_units(std::string_view x, std::string_view y) {
    constexpr auto always_large = std::to_array<std::string_view>({"mb", "mbps", "mhz", "mib"});
    constexpr std::size_t longest = 4;
    const std::string folded = lower_ascii(x);
    if (x == y || x.size() < 2 || x.size() > longest || folded != lower_ascii(y)) return false;
    if (folded.front() == 'm' && x.front() != y.front() && !among(always_large, folded)) return true;
    const auto prefixed = [](std::string_view unit) { return unit.front() == 'k' || (unit.front() >= 'A' && unit.front() <= 'Z'); };
    return folded[1] == 'b' && prefixed(x) && prefixed(y) && x[1] != y[1];
}

/// "f(x, y)" without its blanks; no "word(s)".
std::vector<std::string> calls_in(std::string_view text) {
    std::vector<std::string> out;
    for (std::size_t open = text.find('('); open != text.npos; open = text.find('(', open + 1)) {
        const std::size_t close = text.find_first_of("()", open + 1);
        if (open == 0 || !names(text[open - 1]) || close == text.npos || text[close] == '(') continue;
        const std::string_view arguments = text.substr(open + 1, close - open - 1);
        if (arguments == "s" || arguments == "es" || arguments.find(',') == arguments.npos) continue;
        std::size_t name = open;
        while (name > 0 && names(text[name - 1])) --name;
        std::string call{text.substr(name, close + 1 - name)};
        std::erase(call, ' ');
        out.push_back(lower_ascii(call));
    }
    std::ranges::sort(out);
    return out;
}

/// "-v" of "grep -v".
std::vector<std::string_view> options_in(std::string_view text) {
    std::vector<std::string_view> out;
    for (std::size_t at = text.find('-'); at != text.npos; at = text.find('-', at + 1)) {
        if ((at > 0 && text[at - 1] != ' ') || at + 1 >= text.size() || !is_letter(text[at + 1])) continue;
        std::size_t end = at + 1;
        while (end < text.size() && names(text[end])) ++end;
        out.push_back(text.substr(at, end - at));
    }
    return out;
}

/// Pictures that are written as characters: U+2600 to 27BF, and U+1F000 on.
std::vector<std::string_view> pictures_in(std::string_view text) {
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::string_view c = text.substr(i, byte == 0xF0 ? 4 : 3);
        const bool symbol = byte == 0xE2 && c.size() == 3 && c >= "\xE2\x98\x80" && c <= "\xE2\x9E\xBF";
        if ((byte == 0xF0 && c >= "\xF0\x9F\x80\x80") || symbol) out.push_back(c);
    }
    return out;
}

}  // namespace

std::optional<Refusal> notation_differs(std::string_view a, std::string_view b) {
    std::unordered_map<std::string, std::vector<Numeral>> theirs;  // by value, each spelling once
    for (const Numeral& y : numerals(b)) {
        std::vector<Numeral>& all = theirs[value_of(y.written)];
        if (std::ranges::none_of(all, [&y](const Numeral& o) { return o.written == y.written && o.unit == y.unit && o.measured == y.measured; })) all.push_back(y);
    }
    for (const Numeral& x : numerals(a)) {
        const auto same = theirs.find(value_of(x.written));
        if (same == theirs.end()) continue;
        for (const Numeral& y : same->second) {
            if (x.written != y.written && !x.measured && !y.measured) return Refusal{Difference::number, std::string(x.written), std::string(y.written)};
            if (are_two_units(x.unit, y.unit)) return Refusal{Difference::unit, std::string(x.unit), std::string(y.unit)};
        }
    }
    std::unordered_map<std::string, std::string_view> options;
    for (const std::string_view y : options_in(b)) options.emplace(lower_ascii(y), y);
    for (const std::string_view x : options_in(a))
        if (const auto y = options.find(lower_ascii(x)); y != options.end() && y->second != x) return Refusal{Difference::sign, std::string(x), std::string(y->second)};
    const std::vector<std::string_view> shown_a = pictures_in(a), shown_b = pictures_in(b);
    if (!shown_a.empty() && !shown_b.empty() && shown_a != shown_b) return Refusal{Difference::sign, std::string(shown_a.front()), std::string(shown_b.front())};
    const std::vector<std::string> left = calls_in(a), right = calls_in(b);
    if (!left.empty() && !right.empty() && left != right) return Refusal{Difference::order, left.front(), right.front()};
    return std::nullopt;
}

}  // namespace llm
