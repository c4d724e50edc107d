/// What an answer is found again by: SHA-256 over the namespace and the request's canonical bytes.
#pragma once

#include "base/hash.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

struct CacheKey {
    Sha256Sum sum{};

    /// `meaning` is what tells requests apart (canonical_bytes of chat/canonical.hpp, or more). Changes with canonical_version.
    static CacheKey of(std::string_view space, std::string_view meaning);
    /// From 64 hexadecimal digits.
    static std::optional<CacheKey> read(std::string_view hex);

    std::string hex() const { return to_hex(sum.data(), sum.size()); }
    /// The first eight bytes.
    std::int64_t hash() const noexcept;
    friend bool operator==(const CacheKey&, const CacheKey&) = default;
};

}  // namespace llm
