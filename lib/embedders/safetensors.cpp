#include "embedders/safetensors.hpp"

#include "base/error.hpp"
#include "base/json.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace llm {
namespace {

struct TypeName {
    std::string_view name;
    Tensor::Type type;
    std::size_t size;
};
constexpr std::array<TypeName, 7> types{{{"F64", Tensor::Type::f64, 8},
                                         {"F32", Tensor::Type::f32, 4},
                                         {"F16", Tensor::Type::f16, 2},
                                         {"BF16", Tensor::Type::bf16, 2},
                                         {"I64", Tensor::Type::i64, 8},
                                         {"I32", Tensor::Type::i32, 4},
                                         {"I8", Tensor::Type::i8, 1}}};

template <typename T>
T load(const char* at) noexcept {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// IEEE 754 binary16.
double half(std::uint16_t bits) noexcept {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double size = exponent == 0    ? std::ldexp(fraction, -24)
                        : exponent == 31 ? (fraction != 0 ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity())
                                         : std::ldexp(fraction + 1024, exponent - 25);
    return (bits & 0x8000) != 0 ? -size : size;
}

double number(Tensor::Type type, const char* data, std::size_t i) noexcept {
    switch (type) {
        case Tensor::Type::f64: return load<double>(data + i * 8);
        case Tensor::Type::f32: return double{load<float>(data + i * 4)};
        case Tensor::Type::f16: return half(load<std::uint16_t>(data + i * 2));
        case Tensor::Type::bf16: return double{std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(data + i * 2)} << 16)};
        case Tensor::Type::i64: return static_cast<double>(load<std::int64_t>(data + i * 8));
        case Tensor::Type::i32: return static_cast<double>(load<std::int32_t>(data + i * 4));
        case Tensor::Type::i8: return static_cast<double>(load<std::int8_t>(data + i));
    }
    return 0;
}

}  // namespace

double Tensor::at(std::size_t i) const noexcept { return number(type, data, i); }

void Tensor::add_row(std::size_t row, double weight, double* to) const noexcept {
    const std::size_t n = columns(), first = row * n;
    for (std::size_t i = 0; i < n; ++i) to[i] += weight * at(first + i);
}

Safetensors::Safetensors(const std::filesystem::path& path) : file_(path) {
    const std::string_view all = file_.bytes();
    const auto broken = [&path](std::string_view what) { return Error(Fault::config, "{} is no safetensors file: {}", path.string(), what); };
    if (all.size() < 8) throw broken("it is too short");
    const auto length = load<std::uint64_t>(all.data());
    if (length > all.size() - 8) throw broken("it is cut off in its header");
    const Json header = read_json(all.substr(8, length));
    if (!header.is_object()) throw broken("its header is no JSON object");
    const std::string_view body = all.substr(8 + length);
    for (const auto& [name, about] : header.items()) {
        if (name == "__metadata__") continue;
        Tensor tensor;
        std::size_t size = 0;
        for (const TypeName& one : types)
            if (text_of(about, "dtype") == one.name) tensor.type = one.type, size = one.size;
        if (size == 0) continue;  // of a kind nobody here reads
        for (const Json& n : member(about, "shape")) {
            if (!n.is_number_unsigned()) throw broken("a shape is no list of numbers");
            tensor.shape.push_back(n.get<std::size_t>());
            if (tensor.shape.back() != 0 && size > body.size() / tensor.shape.back()) throw broken("a tensor is longer than the file");
            size *= tensor.shape.back();
        }
        const Json& offsets = member(about, "data_offsets");
        if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned()) throw broken("a tensor has no place");
        const auto begin = offsets[0].get<std::size_t>(), end = offsets[1].get<std::size_t>();
        if (begin > end || end > body.size() || end - begin != size) throw broken("a tensor does not lie in the file");
        tensor.data = body.data() + begin;
        tensors_.emplace(name, std::move(tensor));
    }
}

const Tensor* Safetensors::find(std::string_view name) const {
    const auto it = tensors_.find(name);
    return it == tensors_.end() ? nullptr : &it->second;
}

}  // namespace llm
