/// Tensors in a file, as safetensors has them: the length of a header (u64, little-endian), the header (JSON: name → dtype, shape and
/// data_offsets), the numbers. https://huggingface.co/docs/safetensors#format
#pragma once

#include "embedders/mapped_file.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

class Tensor {
public:
    enum class Type { f64, f32, f16, bf16, i64, i32, i8 };

    Type type = Type::f32;
    std::vector<std::size_t> shape;
    const char* data = nullptr;

    std::size_t rows() const noexcept { return shape.empty() ? 0 : shape[0]; }
    std::size_t columns() const noexcept { return shape.size() < 2 ? 1 : shape[1]; }
    /// The number at this place, counted over all.
    double at(std::size_t) const noexcept;
    /// to[i] += weight * row[i]
    void add_row(std::size_t row, double weight, double* to) const noexcept;
};

class Safetensors {
public:
    /// Throws Error{config} where the file is missing, cut off or of another make. Every tensor lies within the file.
    explicit Safetensors(const std::filesystem::path&);

    /// Null where there is none.
    const Tensor* find(std::string_view name) const;
    std::string_view bytes() const noexcept { return file_.bytes(); }

private:
    MappedFile file_;
    std::map<std::string, Tensor, std::less<>> tensors_;
};

}  // namespace llm
