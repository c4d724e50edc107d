/// The inner loops: dot products of int8 codes and of floats, for the widest vectors this processor has.
///
/// A coded row is a float scale, then `padded` signed bytes (code.hpp). Codes lie within ±127; any byte
/// value is safe to read. All variants give the same int8 sums to the last bit; f32 sums differ by rounding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace llm {

/// A query as the kernels want it: `codes` holds `padded` bytes, a multiple of 64.
struct CodedQuery {
    const std::int8_t* codes;
    std::size_t padded;
    float scale;
    std::int32_t sum;  ///< of the codes
};

struct Kernels {
    const char* name;
    /// scores[i] = query · row i, for rows `stride` bytes apart.
    void (*rows)(const std::byte* first, std::size_t stride, std::size_t count, const CodedQuery&,
                 float* scores);
    /// scores[i] = query · row nodes[i].
    void (*nodes)(const std::byte* first, std::size_t stride, const std::uint32_t* nodes, std::size_t count,
                  const CodedQuery&, float* scores);
    /// a · b over `count` floats.
    float (*floats)(const float* a, const float* b, std::size_t count);
};

/// The best this processor runs, chosen at the first call.
const Kernels& kernels();
/// Everything this processor runs; the plain one comes first.
std::span<const Kernels* const> all_kernels();

}  // namespace llm
