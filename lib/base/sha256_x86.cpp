#include "base/sha256_x86.hpp"

#include "base/error.hpp"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#include <cstring>

namespace llm {
namespace {

constexpr std::size_t block_size = 64;

/// Fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2).
alignas(16) constexpr std::uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// The eight working variables as the instructions want them: {F, E, B, A} and {H, G, D, C}, lowest first.
struct State {
    __m128i abef, cdgh;
};

__attribute__((target("sha,sse4.1"))) void compress(State& state, const char* blocks, std::size_t count) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (; count > 0; --count, blocks += block_size) {
        const State before = state;
        __m128i words[4];
#pragma GCC unroll 16
        for (int four = 0; four < 16; ++four) {
            __m128i& now = words[four % 4];
            if (four < 4) {
                now = _mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks + 16 * four));
                now = _mm_shuffle_epi8(now, big_endian);
            } else {
                const __m128i last = words[(four + 3) % 4];
                const __m128i seven_back = _mm_alignr_epi8(last, words[(four + 2) % 4], 4);
                now = _mm_add_epi32(_mm_sha256msg1_epu32(now, words[(four + 1) % 4]), seven_back);
                now = _mm_sha256msg2_epu32(now, last);
            }
            const auto* constants = reinterpret_cast<const __m128i*>(round_constants + 4 * four);
            const __m128i sum = _mm_add_epi32(now, _mm_load_si128(constants));
            state.cdgh = _mm_sha256rnds2_epu32(state.cdgh, state.abef, sum);
            state.abef = _mm_sha256rnds2_epu32(state.abef, state.cdgh, _mm_shuffle_epi32(sum, 0x0e));
        }
        state.abef = _mm_add_epi32(state.abef, before.abef);
        state.cdgh = _mm_add_epi32(state.cdgh, before.cdgh);
    }
}

void put_big_endian(std::uint8_t* to, std::uint64_t value, int size) {
    for (int i = size - 1; i >= 0; --i, value >>= 8) to[i] = static_cast<std::uint8_t>(value);
}

bool find_sha_extensions() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    const bool sse41 = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1) && (c & bit_SSSE3);
    return sse41 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

}  // namespace

bool sha256_in_hardware() noexcept {
    static const bool has = find_sha_extensions();
    return has;
}

Sha256Sum sha256_x86(std::string_view bytes) {
    State state{_mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f, static_cast<int>(0x9b05688c)),
                _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19)};
    const std::size_t whole = bytes.size() / block_size;
    compress(state, bytes.data(), whole);

    const std::string_view rest = bytes.substr(whole * block_size);
    char tail[2 * block_size] = {};
    if (!rest.empty()) std::memcpy(tail, rest.data(), rest.size());
    tail[rest.size()] = static_cast<char>(0x80);
    const std::size_t blocks = rest.size() + 9 <= block_size ? 1 : 2;
    put_big_endian(reinterpret_cast<std::uint8_t*>(tail) + blocks * block_size - 8, bytes.size() * 8ULL, 8);
    compress(state, tail, blocks);

    std::uint32_t ef_ab[4], gh_cd[4];
    std::memcpy(ef_ab, &state.abef, sizeof ef_ab);
    std::memcpy(gh_cd, &state.cdgh, sizeof gh_cd);
    Sha256Sum sum;
    const std::uint32_t in_order[8] = {ef_ab[3], ef_ab[2], gh_cd[3], gh_cd[2], ef_ab[1], ef_ab[0], gh_cd[1], gh_cd[0]};
    for (int i = 0; i < 8; ++i) put_big_endian(sum.data() + 4 * i, in_order[i], 4);
    return sum;
}

}  // namespace llm

#else

namespace llm {
bool sha256_in_hardware() noexcept { return false; }
Sha256Sum sha256_x86(std::string_view) { throw Error(Fault::internal, "no SHA instructions on this processor"); }
}  // namespace llm

#endif
