#include "text/normalise.hpp"

#include "base/utf8.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <new>

namespace llm {
namespace {

std::string mapped(std::string_view text, int options) {
    utf8proc_uint8_t* out = nullptr;
    const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &out,
                                   static_cast<utf8proc_option_t>(options));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
    if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
    if (size < 0) return std::string(text);
    return std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
}

/// Nothing below U+0300 composes with what stands before it, and none of it is a composition
/// excluded from NFC; its lead bytes are below 0xCC.
bool is_nfc_at_sight(std::string_view s) noexcept {
    unsigned char highest = 0;
    for (const char c : s) {
        const auto b = static_cast<unsigned char>(c);
        highest = b > highest ? b : highest;
    }
    return highest < 0xCC;
}

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Bytes of white space (Unicode White_Space, and U+FEFF) that end the line.
std::string_view without_trailing_space(std::string_view line) noexcept {
    while (!line.empty()) {
        const auto last = static_cast<unsigned char>(line.back());
        if (last == ' ' || (last >= '\t' && last <= '\r')) {
            line.remove_suffix(1);
            continue;
        }
        if (last < 0x80) break;
        const std::size_t at = utf8_border(line, line.size() - 1);
        const CodePoint c = decode_utf8(line, at);
        const char32_t v = c.valid ? c.value : U'x';
        const bool space = v == 0x85 || v == 0xA0 || v == 0x1680 || (v >= 0x2000 && v <= 0x200A) ||
                           v == 0x2028 || v == 0x2029 || v == 0x202F || v == 0x205F || v == 0x3000 ||
                           v == 0xFEFF;
        if (!space) break;
        line.remove_suffix(line.size() - at);
    }
    return line;
}

}  // namespace

std::string nfc(std::string_view text) {
    if (is_nfc_at_sight(text) || !is_utf8(text)) return std::string(text);
    return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string fold(std::string_view text) {
    if (is_ascii(text)) {
        std::string out(text);
        for (char& c : out)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
        return out;
    }
    if (!is_utf8(text)) return fold(sanitise_utf8(text));
    constexpr int options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD;
    // Folding can undo the composition of what it folds; the second pass makes it stable.
    return mapped(mapped(text, options), options);
}

std::string canonical(std::string_view text) {
    while (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::string out;
    out.reserve(text.size());
    std::size_t kept = 0;
    // A line feed never composes, so each line can be normalised alone: memory stays small.
    while (true) {
        const std::size_t end = text.find('\n');
        const std::string_view line = without_trailing_space(text.substr(0, end));
        if (is_nfc_at_sight(line))
            out.append(line);
        else
            out.append(without_trailing_space(nfc(line)));
        if (!line.empty()) kept = out.size();
        if (end == std::string_view::npos) break;
        out.push_back('\n');
        text.remove_prefix(end + 1);
    }
    out.resize(kept);
    return out;
}

}  // namespace llm
