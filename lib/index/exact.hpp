/// Looking at every row.
#pragma once

#include "index/code.hpp"
#include "index/top.hpp"

#include <array>

namespace llm {

/// Scores `count` coded rows and calls `consider(i, score)` for each that scores above the bar of `top`.
template <typename Consider>
void scan(const std::byte* codes, const CodeShape& shape, std::size_t count, const Query& query,
          const Top& top, Consider consider) {
    constexpr std::size_t block = 256;
    std::array<float, block> scores;
    const auto score_rows = kernels().rows;
    for (std::size_t begin = 0; begin < count; begin += block) {
        const std::size_t size = std::min(block, count - begin);
        score_rows(codes + begin * shape.stride(), shape.stride(), size, query.coded(), scores.data());
        for (std::size_t i = 0; i < size; ++i)
            if (scores[i] > top.bar()) consider(begin + i, scores[i]);
    }
}

}  // namespace llm
