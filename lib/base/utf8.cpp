#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace llm {
namespace {

constexpr unsigned char octet_at(std::string_view s, std::size_t i) {
    return static_cast<unsigned char>(s[i]);
}

std::size_t ascii_prefix(std::string_view s, std::size_t from) noexcept {
    constexpr std::uint64_t high = 0x8080808080808080u;
    std::size_t i = from;
    for (; i + 32 <= s.size(); i += 32) {
        std::uint64_t w[4];
        std::memcpy(w, s.data() + i, sizeof w);
        if ((w[0] | w[1] | w[2] | w[3]) & high) break;
    }
    for (; i + 8 <= s.size(); i += 8) {
        std::uint64_t w;
        std::memcpy(&w, s.data() + i, sizeof w);
        if (w & high) break;
    }
    while (i < s.size() && octet_at(s, i) < 0x80) ++i;
    return i;
}

struct Lead {
    std::size_t size;           // of the whole sequence, 0 for a byte that starts none
    unsigned char low, high;    // bounds of the second byte
};

constexpr Lead lead(unsigned char b) noexcept {
    if (b < 0xC2) return {0, 0, 0};
    if (b < 0xE0) return {2, 0x80, 0xBF};
    if (b == 0xE0) return {3, 0xA0, 0xBF};
    if (b == 0xED) return {3, 0x80, 0x9F};
    if (b < 0xF0) return {3, 0x80, 0xBF};
    if (b == 0xF0) return {4, 0x90, 0xBF};
    if (b < 0xF4) return {4, 0x80, 0xBF};
    if (b == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

}  // namespace

CodePoint decode_utf8(std::string_view s, std::size_t at) noexcept {
    if (at >= s.size()) return {replacement_character, 0, false};
    const unsigned char first = octet_at(s, at);
    if (first < 0x80) return {first, 1, true};
    const Lead l = lead(first);
    if (l.size == 0) return {replacement_character, 1, false};
    char32_t value = first & (0xFFu >> (l.size + 1));
    for (std::size_t i = 1; i < l.size; ++i) {
        const unsigned char low = i == 1 ? l.low : 0x80;
        const unsigned char high = i == 1 ? l.high : 0xBF;
        if (at + i >= s.size() || octet_at(s, at + i) < low || octet_at(s, at + i) > high)
            return {replacement_character, i, false};
        value = (value << 6) | (octet_at(s, at + i) & 0x3Fu);
    }
    return {value, l.size, true};
}

std::size_t utf8_prefix(std::string_view s) noexcept {
    std::size_t i = ascii_prefix(s, 0);
    while (i < s.size()) {
        if (octet_at(s, i) < 0x80) {
            i = ascii_prefix(s, i);
            continue;
        }
        const CodePoint c = decode_utf8(s, i);
        if (!c.valid) return i;
        i += c.size;
    }
    return i;
}

bool is_utf8(std::string_view s) noexcept { return utf8_prefix(s) == s.size(); }

bool is_ascii(std::string_view s) noexcept { return ascii_prefix(s, 0) == s.size(); }

void append_utf8(std::string& to, char32_t c) {
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = replacement_character;
    const auto push = [&to](char32_t b) { to.push_back(static_cast<char>(static_cast<unsigned char>(b))); };
    if (c < 0x80) {
        push(c);
    } else if (c < 0x800) {
        push(0xC0 | (c >> 6));
        push(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        push(0xE0 | (c >> 12));
        push(0x80 | ((c >> 6) & 0x3F));
        push(0x80 | (c & 0x3F));
    } else {
        push(0xF0 | (c >> 18));
        push(0x80 | ((c >> 12) & 0x3F));
        push(0x80 | ((c >> 6) & 0x3F));
        push(0x80 | (c & 0x3F));
    }
}

std::string sanitise_utf8(std::string_view s) {
    std::string out;
    out.reserve(s.size());
    while (!s.empty()) {
        const std::size_t good = utf8_prefix(s);
        out.append(s.substr(0, good));
        s.remove_prefix(good);
        if (s.empty()) break;
        append_utf8(out, replacement_character);
        s.remove_prefix(decode_utf8(s, 0).size);
    }
    return out;
}

std::size_t utf8_border(std::string_view s, std::size_t at) noexcept {
    if (at >= s.size()) return s.size();
    for (std::size_t back = 0; back <= 3 && back <= at; ++back) {
        const unsigned char b = octet_at(s, at - back);
        if ((b & 0xC0) == 0x80) continue;
        return back < decode_utf8(s, at - back).size ? at - back : at;
    }
    return at;
}

std::string_view truncate_utf8(std::string_view s, std::size_t bytes) noexcept {
    return s.substr(0, utf8_border(s, bytes));
}

std::size_t count_code_points(std::string_view s) noexcept {
    std::size_t n = 0;
    for (const char c : s) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return n;
}

}  // namespace llm
