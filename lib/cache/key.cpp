#include "cache/key.hpp"

#include <cstring>

namespace llm {
namespace {

int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

CacheKey CacheKey::of(std::string_view space, std::string_view meaning) {
    std::string all;
    all.reserve(space.size() + meaning.size() + 24);
    all += std::to_string(space.size());  // so that no namespace can pass for another with a longer meaning
    all += ':';
    all += space;
    all += meaning;
    return {sha256(all)};
}

std::optional<CacheKey> CacheKey::read(std::string_view hex) {
    CacheKey key;
    if (hex.size() != key.sum.size() * 2) return std::nullopt;
    for (std::size_t i = 0; i < key.sum.size(); ++i) {
        const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        key.sum[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return key;
}

std::int64_t CacheKey::hash() const noexcept {
    std::int64_t hash = 0;
    std::memcpy(&hash, sum.data(), sizeof hash);
    return hash;
}

}  // namespace llm
