/// Fingerprints of bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace llm {

/// SHA-256 (FIPS 180-4): the same for ever and on every machine; for what is stored or compared between machines.
using Sha256Sum = std::array<std::uint8_t, 32>;
Sha256Sum sha256(std::string_view bytes);
/// As 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// Lower-case hexadecimal digits, two a byte.
std::string to_hex(const std::uint8_t* bytes, std::size_t size);

/// XXH3, 64 bits (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md): for tables in memory and for
/// spreading; no protection against somebody who looks for collisions.
std::uint64_t fast_hash(std::string_view bytes, std::uint64_t seed = 0) noexcept;

}  // namespace llm
