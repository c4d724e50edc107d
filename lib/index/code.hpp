/// Vectors as int8: a quarter of the bytes, and enough to nominate what is then rescored in f32.
///
///     row    = scale codes          ; `stride` bytes, no gap between rows
///     scale  = f32                  ; largest |component| / 127
///     codes  = padded * i8          ; round(component / scale), zeros up to a multiple of 64
///
/// For unit vectors of some hundred dimensions a score from codes is off by about 0.001.
#pragma once

#include "index/kernels.hpp"

#include <vector>

namespace llm {

struct CodeShape {
    std::size_t dimension = 0;

    constexpr std::size_t padded() const noexcept { return (dimension + 63) / 64 * 64; }
    constexpr std::size_t stride() const noexcept { return sizeof(float) + padded(); }
};

/// Writes `stride()` bytes to `row`.
void encode(std::span<const float> vector, const CodeShape&, std::byte* row);

/// A query and its codes; owns both.
class Query {
public:
    explicit Query(std::span<const float> vector);

    const CodedQuery& coded() const noexcept { return coded_; }
    std::span<const float> vector() const noexcept { return vector_; }

private:
    std::vector<float> vector_;
    std::vector<std::byte> row_;
    CodedQuery coded_{};
};

/// The query that equals a row already coded; borrows it.
CodedQuery query_of_row(const std::byte* row, const CodeShape&);

}  // namespace llm
