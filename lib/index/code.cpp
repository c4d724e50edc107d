#include "index/code.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace llm {

void encode(std::span<const float> vector, const CodeShape& shape, std::byte* row) {
    float largest = 0;
    for (const float x : vector) largest = std::max(largest, std::fabs(x));
    const float scale = largest / 127;
    const float inverse = largest > 0 ? 127 / largest : 0;
    std::memcpy(row, &scale, sizeof scale);
    auto* codes = reinterpret_cast<std::int8_t*>(row + sizeof scale);
    std::memset(codes, 0, shape.padded());
    for (std::size_t i = 0; i < vector.size(); ++i)
        codes[i] = static_cast<std::int8_t>(std::clamp(std::lrintf(vector[i] * inverse), -127L, 127L));
}

Query::Query(std::span<const float> vector) : vector_(vector.begin(), vector.end()) {
    const CodeShape shape{vector.size()};
    row_.resize(shape.stride());
    encode(vector, shape, row_.data());
    coded_ = query_of_row(row_.data(), shape);
}

CodedQuery query_of_row(const std::byte* row, const CodeShape& shape) {
    CodedQuery query{};
    std::memcpy(&query.scale, row, sizeof query.scale);
    query.codes = reinterpret_cast<const std::int8_t*>(row + sizeof(float));
    query.padded = shape.padded();
    query.sum = std::accumulate(query.codes, query.codes + query.padded, std::int32_t{0});
    return query;
}

}  // namespace llm
