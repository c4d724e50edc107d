#include "base/hash.hpp"

#include "base/sha256_x86.hpp"

#include <sha2.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace llm {

Sha256Sum sha256(std::string_view bytes) {
    if (sha256_in_hardware()) return sha256_x86(bytes);
    Sha256Sum sum;
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    SHA256Final(sum.data(), &context);
    return sum;
}

std::string sha256_hex(std::string_view bytes) {
    const Sha256Sum sum = sha256(bytes);
    return to_hex(sum.data(), sum.size());
}

std::string to_hex(const std::uint8_t* bytes, std::size_t size) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(2 * size, '0');
    for (std::size_t i = 0; i < size; ++i) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return text;
}

std::uint64_t fast_hash(std::string_view bytes, std::uint64_t seed) noexcept {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace llm
