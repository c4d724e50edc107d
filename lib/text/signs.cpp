#include "text/signs.hpp"

#include "base/ascii.hpp"

#include <array>
#include <cctype>
#include <string>
#include <vector>

namespace llm {
namespace {

constexpr std::string_view always = "+*<>=^~|&!\\@#%$";  ///< alone or in a run; "!" only beside others
constexpr std::string_view at_times = "-/";             ///< signs where no word or number precedes them
constexpr auto spelt_out = std::to_array<std::string_view>({"!", "&", "%", "$", "#", "@", "/"});

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80) != 0 || c == '_';
}

/// Of what is written beyond ASCII: ¬ ± × ÷, raised digits, arrows and what mathematics has (Unicode 15, blocks 2190 to 22FF and 2A00 to 2AFF).
bool is_mathematical(std::string_view c) {
    if (c.size() == 2) return among(std::to_array<std::string_view>({"¬", "±", "×", "÷", "²", "³", "¹"}), c);
    if (c.size() != 3) return false;
    const auto byte = [c](std::size_t i) { return static_cast<unsigned char>(c[i]); };
    const unsigned point = ((byte(0) & 0x0FU) << 12) | ((byte(1) & 0x3FU) << 6) | (byte(2) & 0x3FU);
    return (point >= 0x2190 && point <= 0x22FF) || (point >= 0x2A00 && point <= 0x2AFF) || (point >= 0x2070 && point <= 0x209F);
}

std::string_view character_at(std::string_view text, std::size_t i) {
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    return text.substr(i, end - i);
}

/// In the order in which they stand; what people write in sentences ("!", "50 %", "&", "$5") is left out.
std::vector<std::string> signs_of(std::string_view text) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && (always.find(text[end]) != always.npos || at_times.find(text[end]) != at_times.npos)) ++end;
        if (end == i) {
            const std::string_view c = character_at(text, i);
            if (is_mathematical(c)) out.emplace_back(c);
            i += c.size();
            continue;
        }
        const std::string_view run = text.substr(i, end - i);
        const bool after_word = i > 0 && is_alphanumeric(text[i - 1]);
        const bool before_word = end < text.size() && is_alphanumeric(text[end]);
        // "x - 1", not "wait - no"
        const std::size_t after = text.find_first_not_of(' ', end);
        const bool operand = after != text.npos && (std::isdigit(static_cast<unsigned char>(text[after])) != 0 || (is_alphanumeric(text[after]) && (after + 1 == text.size() || !is_alphanumeric(text[after + 1]))));
        const bool minus = run == "-" && !after_word && !before_word && operand;
        const bool hyphen = run.find_first_not_of(at_times) == run.npos && (after_word || !before_word) && !minus;
        const bool arrow_or_rule = run.size() > 2 && run.find_first_not_of("-=*#~_") == run.npos;
        // "!done" and "5!", not "wait!"
        const bool computes = (!after_word && before_word) || (i > 0 && std::isdigit(static_cast<unsigned char>(text[i - 1])) != 0);
        const bool shout = run.find_first_not_of('!') == run.npos && !computes;
        if (!hyphen && !arrow_or_rule && !shout && (!among(spelt_out, run) || (run == "!" && computes))) out.emplace_back(run);
        i = end;
    }
    return out;
}

}  // namespace

std::optional<Refusal> signs_differ(std::string_view a, std::string_view b) {
    const std::vector<std::string> left = signs_of(a), right = signs_of(b);
    if (left == right) return std::nullopt;
    std::size_t i = 0;
    while (i < left.size() && i < right.size() && left[i] == right[i]) ++i;
    return Refusal{Difference::sign, i < left.size() ? left[i] : "", i < right.size() ? right[i] : ""};
}

}  // namespace llm
