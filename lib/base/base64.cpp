#include "base/base64.hpp"

#include <array>
#include <cstdint>

namespace llm {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_values() {
    std::array<std::int8_t, 256> v{};
    v.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        v[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    v['-'] = 62;
    v['_'] = 63;
    return v;
}
constexpr auto values = make_values();

constexpr std::uint32_t byte_at(std::string_view s, std::size_t i) { return static_cast<unsigned char>(s[i]); }

}  // namespace

std::string to_base64(std::string_view in) {
    std::string out((in.size() + 2) / 3 * 4, '=');
    std::size_t to = 0;
    for (std::size_t i = 0; i < in.size(); i += 3) {
        const std::size_t have = in.size() - i;
        const std::uint32_t n = (byte_at(in, i) << 16) | (have > 1 ? byte_at(in, i + 1) << 8 : 0) |
                                (have > 2 ? byte_at(in, i + 2) : 0);
        out[to++] = alphabet[n >> 18];
        out[to++] = alphabet[(n >> 12) & 63];
        if (have > 1) out[to] = alphabet[(n >> 6) & 63];
        ++to;
        if (have > 2) out[to] = alphabet[n & 63];
        ++to;
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view in) {
    std::string out;
    out.reserve(in.size() / 4 * 3 + 3);
    std::uint32_t bits = 0;
    int have = 0;
    bool padded = false;
    for (const char c : in) {
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
        if (c == '=') {
            padded = true;
            continue;
        }
        const int v = values[static_cast<unsigned char>(c)];
        if (v < 0 || padded) return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(v);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out.push_back(static_cast<char>(static_cast<unsigned char>(bits >> have)));
        }
    }
    if (have == 6) return std::nullopt;
    return out;
}

}  // namespace llm
