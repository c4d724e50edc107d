#include "base/base64.hpp"

#include <array>
#include <cstdint>

namespace llm {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Twelve bits to their two characters: half the look-ups of one character at a time.
constexpr auto pairs = [] {
    std::array<std::array<char, 2>, 4096> p{};
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = {alphabet[i >> 6], alphabet[i & 63]};
    return p;
}();

constexpr std::uint8_t no_value = 0xff;
constexpr auto values = [] {
    std::array<std::uint8_t, 256> v{};
    v.fill(no_value);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        v[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    v['-'] = 62;
    v['_'] = 63;
    return v;
}();

constexpr std::uint32_t bad_quad = 0xff000000;
/// The value of a character in its place of a quad; any character that has none sets a bit of bad_quad.
constexpr auto placed = [] {
    std::array<std::array<std::uint32_t, 256>, 4> p{};
    for (std::size_t place = 0; place < 4; ++place)
        for (std::size_t c = 0; c < 256; ++c)
            p[place][c] = values[c] == no_value ? bad_quad : std::uint32_t{values[c]} << (18 - 6 * place);
    return p;
}();

constexpr std::uint32_t byte_at(std::string_view s, std::size_t i) { return static_cast<unsigned char>(s[i]); }
constexpr char low_byte(std::uint32_t n) { return static_cast<char>(static_cast<unsigned char>(n)); }
constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// Whole quads from `at` on, appended; stops before the first that is not four characters of the alphabet.
std::size_t decode_quads(std::string_view in, std::size_t at, std::string& out) {
    const std::size_t start = out.size();
    out.resize(start + (in.size() - at) / 4 * 3);
    char* to = out.data() + start;
    for (; in.size() - at >= 4; at += 4) {
        const std::uint32_t n = placed[0][byte_at(in, at)] | placed[1][byte_at(in, at + 1)] |
                                placed[2][byte_at(in, at + 2)] | placed[3][byte_at(in, at + 3)];
        if (n & bad_quad) break;
        *to++ = low_byte(n >> 16);
        *to++ = low_byte(n >> 8);
        *to++ = low_byte(n);
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
    return at;
}

}  // namespace

std::string to_base64(std::string_view in) {
    std::string out((in.size() + 2) / 3 * 4, '=');
    char* to = out.data();
    const auto put = [&to](std::uint32_t twelve_bits) {
        *to++ = pairs[twelve_bits][0];
        *to++ = pairs[twelve_bits][1];
    };
    std::size_t i = 0;
    for (; in.size() - i >= 3; i += 3) {
        const std::uint32_t n = (byte_at(in, i) << 16) | (byte_at(in, i + 1) << 8) | byte_at(in, i + 2);
        put(n >> 12);
        put(n & 0xfff);
    }
    if (in.size() - i == 2) {
        put((byte_at(in, i) << 4) | (byte_at(in, i + 1) >> 4));
        *to = alphabet[(byte_at(in, i + 1) & 15) << 2];
    } else if (in.size() - i == 1) {
        put(byte_at(in, i) << 4);
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view in) {
    std::string out;
    std::uint32_t bits = 0;
    int have = 0;
    bool padded = false;
    for (std::size_t i = 0; i < in.size();) {
        if (have == 0 && !padded) {
            i = decode_quads(in, i, out);
            if (i == in.size()) break;
        }
        const char c = in[i++];
        if (is_space(c)) continue;
        if (c == '=') {
            padded = true;
            continue;
        }
        const std::uint8_t value = values[static_cast<unsigned char>(c)];
        if (value == no_value || padded) return std::nullopt;
        bits = (bits << 6) | value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out.push_back(low_byte(bits >> have));
        }
    }
    if (have == 6) return std::nullopt;
    return out;
}

}  // namespace llm
