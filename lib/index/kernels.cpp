#include "index/kernels.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace llm {
namespace {

constexpr std::size_t lookahead = 4;

float scale_of(const std::byte* row) {
    float scale;
    std::memcpy(&scale, row, sizeof scale);
    return scale;
}

const std::byte* codes_of(const std::byte* row) { return row + sizeof(float); }

void fetch(const std::byte* row, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; i += 64) __builtin_prefetch(row + i);
}

namespace plain {

std::int32_t dot(const std::byte* row, const CodedQuery& query) {
    const auto* codes = reinterpret_cast<const std::int8_t*>(row);
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < query.padded; ++i) sum += codes[i] * query.codes[i];
    return sum;
}

void rows(const std::byte* first, std::size_t stride, std::size_t count, const CodedQuery& query,
          float* scores) {
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* row = first + i * stride;
        scores[i] = static_cast<float>(dot(codes_of(row), query)) * (scale_of(row) * query.scale);
    }
}

void nodes(const std::byte* first, std::size_t stride, const std::uint32_t* nodes, std::size_t count,
           const CodedQuery& query, float* scores) {
    for (std::size_t i = 0; i < count; ++i) rows(first + nodes[i] * stride, stride, 1, query, scores + i);
}

float floats(const float* a, const float* b, std::size_t count) {
    std::array<float, 16> sums{};
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (std::size_t j = 0; j < 16; ++j) sums[j] += a[i + j] * b[i + j];
    float sum = 0;
    for (; i < count; ++i) sum += a[i] * b[i];
    for (const float part : sums) sum += part;
    return sum;
}

constexpr Kernels kernels{"plain", rows, nodes, floats};

}  // namespace plain

#if defined(__x86_64__)

namespace avx2 {
#define LLM_TARGET __attribute__((target("avx2,fma")))

// |row| · sign(query, row) is the product; two of them stay below 2^15 because a query's codes lie in ±127.
LLM_TARGET inline std::int32_t dot(const std::byte* row, const CodedQuery& query) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sum = _mm256_setzero_si256();
    for (std::size_t i = 0; i < query.padded; i += 32) {
        const __m256i r = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + i));
        const __m256i q = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query.codes + i));
        const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(r), _mm256_sign_epi8(q, r));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
    }
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1));
    return _mm_cvtsi128_si32(four);
}

LLM_TARGET void rows(const std::byte* first, std::size_t stride, std::size_t count, const CodedQuery& query,
                     float* scores) {
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* row = first + i * stride;
        scores[i] = static_cast<float>(dot(codes_of(row), query)) * (scale_of(row) * query.scale);
    }
}

LLM_TARGET void nodes(const std::byte* first, std::size_t stride, const std::uint32_t* nodes,
                      std::size_t count, const CodedQuery& query, float* scores) {
    for (std::size_t i = 0; i < count && i < lookahead; ++i) fetch(first + nodes[i] * stride, stride);
    for (std::size_t i = 0; i < count; ++i) {
        if (i + lookahead < count) fetch(first + nodes[i + lookahead] * stride, stride);
        rows(first + nodes[i] * stride, stride, 1, query, scores + i);
    }
}

LLM_TARGET float floats(const float* a, const float* b, std::size_t count) {
    __m256 x = _mm256_setzero_ps(), y = _mm256_setzero_ps();
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        x = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), x);
        y = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), y);
    }
    alignas(32) float parts[8];
    _mm256_store_ps(parts, _mm256_add_ps(x, y));
    float sum = 0;
    for (; i < count; ++i) sum += a[i] * b[i];
    for (const float part : parts) sum += part;
    return sum;
}

constexpr Kernels kernels{"avx2", rows, nodes, floats};
#undef LLM_TARGET
}  // namespace avx2

namespace vnni {
#define LLM_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

// Halves are taken with maskz: g++ 12 warns about its own header at the plain forms.
// dpbusd wants one unsigned side: rows are read with 128 added, which adds 128 × (sum of the query).
LLM_TARGET inline std::int32_t dot(const std::byte* row, const CodedQuery& query) {
    const __m512i flip = _mm512_set1_epi8(static_cast<char>(0x80));
    __m512i x = _mm512_setzero_si512(), y = _mm512_setzero_si512();
    std::size_t i = 0;
    for (; i + 128 <= query.padded; i += 128) {
        x = _mm512_dpbusd_epi32(x, _mm512_xor_si512(_mm512_loadu_si512(row + i), flip),
                                _mm512_loadu_si512(query.codes + i));
        y = _mm512_dpbusd_epi32(y, _mm512_xor_si512(_mm512_loadu_si512(row + i + 64), flip),
                                _mm512_loadu_si512(query.codes + i + 64));
    }
    if (i < query.padded)
        x = _mm512_dpbusd_epi32(x, _mm512_xor_si512(_mm512_loadu_si512(row + i), flip),
                                _mm512_loadu_si512(query.codes + i));
    x = _mm512_add_epi32(x, y);
    const __m256i eight = _mm256_add_epi32(_mm512_maskz_extracti64x4_epi64(0xf, x, 0),
                                           _mm512_maskz_extracti64x4_epi64(0xf, x, 1));
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1));
    return _mm_cvtsi128_si32(four) - 128 * query.sum;
}

LLM_TARGET void rows(const std::byte* first, std::size_t stride, std::size_t count, const CodedQuery& query,
                     float* scores) {
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* row = first + i * stride;
        scores[i] = static_cast<float>(dot(codes_of(row), query)) * (scale_of(row) * query.scale);
    }
}

LLM_TARGET void nodes(const std::byte* first, std::size_t stride, const std::uint32_t* nodes,
                      std::size_t count, const CodedQuery& query, float* scores) {
    for (std::size_t i = 0; i < count && i < lookahead; ++i) fetch(first + nodes[i] * stride, stride);
    for (std::size_t i = 0; i < count; ++i) {
        if (i + lookahead < count) fetch(first + nodes[i + lookahead] * stride, stride);
        rows(first + nodes[i] * stride, stride, 1, query, scores + i);
    }
}

LLM_TARGET float floats(const float* a, const float* b, std::size_t count) {
    __m512 sum = _mm512_setzero_ps();
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16)
        sum = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), sum);
    const auto rest = static_cast<__mmask16>((1u << (count - i)) - 1u);
    sum = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(rest, a + i), _mm512_maskz_loadu_ps(rest, b + i), sum);
    alignas(64) float parts[16];
    _mm512_store_ps(parts, sum);
    float total = 0;
    for (const float part : parts) total += part;
    return total;
}

constexpr Kernels kernels{"avx512-vnni", rows, nodes, floats};
#undef LLM_TARGET
}  // namespace vnni

#endif

struct Available {
    std::array<const Kernels*, 3> list{&plain::kernels};
    std::size_t count = 1;

    Available() {
#if defined(__x86_64__)
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) list[count++] = &avx2::kernels;
        if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512vnni"))
            list[count++] = &vnni::kernels;
#endif
    }
};

const Available& available() {
    static const Available found;
    return found;
}

}  // namespace

std::span<const Kernels* const> all_kernels() { return {available().list.data(), available().count}; }

const Kernels& kernels() { return *all_kernels().back(); }

}  // namespace llm
