#include "embedders/builtin.hpp"

#include "base/error.hpp"
#include "embedders/table/format.hpp"
#include "embedders/table/words.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace llm {

namespace {

template <typename T>
T load(const std::byte* at) noexcept {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// A weight of 1 in `add_row`.
constexpr std::int32_t one = 4096;

/// one / sqrt(n), rounded down: n nearly orthogonal n-gram rows add up to the length of one word.
constexpr auto share_of_gram = [] {
    std::array<std::int32_t, table::most_grams + 1> shares{};
    for (std::int32_t n = 1; n <= static_cast<std::int32_t>(table::most_grams); ++n) {
        std::int32_t share = 0;
        while ((share + 1) * (share + 1) <= one * one / n) ++share;
        shares[static_cast<std::size_t>(n)] = share;
    }
    return shares;
}();

}  // namespace

/// Adds integers, so that every machine and every order of instructions gives the same sum.
struct BuiltinEmbedder::Sum {
    /// No more rows than this fit in 32 bits: weight < 2^15, value < 2^7.
    static constexpr int room = 500;

    alignas(64) std::array<std::int32_t, dimension> low{};
    std::array<double, dimension> high{};
    int rows = 0;
    bool spilled = false;

    void spill() noexcept {
        for (std::size_t i = 0; i < dimension; ++i) high[i] += low[i];
        low.fill(0);
        rows = 0;
        spilled = true;
    }
};

BuiltinEmbedder::BuiltinEmbedder() : BuiltinEmbedder(table::linked()) {}

BuiltinEmbedder::BuiltinEmbedder(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(table::Header))
        throw Error(Fault::data, "word table of {} bytes is too short for its header", bytes.size());
    const auto header = load<table::Header>(bytes.data());
    if (header.magic != table::magic || header.version != table::version || header.dimension != dimension)
        throw Error(Fault::data, "word table is not of version {} with {} dimensions; train it anew with make model",
                    table::version, dimension);
    const std::size_t rows = std::size_t{header.words} + header.grams;
    const std::size_t size =
        sizeof(table::Header) + std::size_t{header.slots} * 4 + rows * 2 + rows * std::size_t{dimension};
    if (!std::has_single_bit(header.slots) || !std::has_single_bit(header.grams) || header.words >= 65536 ||
        header.words >= header.slots || header.number_row >= rows || size != bytes.size())
        throw Error(Fault::data, "word table of {} bytes: its header promises {}", bytes.size(), size);

    slots_ = bytes.data() + sizeof(table::Header);
    scales_ = slots_ + std::size_t{header.slots} * 4;
    rows_ = reinterpret_cast<const std::int8_t*>(scales_ + rows * 2);
    slot_mask_ = header.slots - 1;
    words_ = header.words;
    gram_mask_ = header.grams - 1;
    number_row_ = header.number_row;
    fmt::format_to_n(id_.data(), id_.size(), "builtin-{}-{:08x}", dimension, header.content >> 32);
}

void BuiltinEmbedder::add_row(Sum& sum, std::size_t row, std::int32_t numerator) const noexcept {
    const std::int32_t scale = load<std::uint16_t>(scales_ + row * 2);
    const auto weight = static_cast<std::int16_t>(scale * numerator >> 12);
    const std::int8_t* values = rows_ + row * dimension;
    if (sum.rows++ == Sum::room) sum.spill();
    for (std::size_t i = 0; i < dimension; ++i) sum.low[i] += weight * std::int16_t{values[i]};
}

std::optional<std::size_t> BuiltinEmbedder::row_of(std::uint64_t hash) const noexcept {
    const auto print = static_cast<std::uint32_t>(hash >> 48);
    for (std::size_t at = hash & slot_mask_;; at = (at + 1) & slot_mask_) {
        const auto slot = load<std::uint32_t>(slots_ + at * 4);
        if (slot == 0) return std::nullopt;
        if (slot >> 16 != print) continue;
        const std::size_t row = (slot & 0xFFFF) - 1;
        return row < words_ ? std::optional{row} : std::nullopt;
    }
}

bool BuiltinEmbedder::add(Sum& sum, std::uint64_t hash) const noexcept {
    const auto row = row_of(hash);
    if (row) add_row(sum, *row, one);
    return row.has_value();
}

std::optional<double> BuiltinEmbedder::likeness(std::string_view a, std::string_view b) const noexcept {
    table::Word word;
    std::array<std::size_t, 2> rows{};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        table::Words words{i == 0 ? a : b};
        if (!words.next(word)) return std::nullopt;
        const auto row = row_of(table::hash(word.text));
        if (!row || words.next(word)) return std::nullopt;
        rows[i] = *row;
    }
    double dot = 0, left = 0, right = 0;
    for (std::size_t i = 0; i < dimension; ++i) {
        const double x = rows_[rows[0] * dimension + i], y = rows_[rows[1] * dimension + i];
        dot += x * y;
        left += x * x;
        right += y * y;
    }
    return left > 0 && right > 0 ? dot / std::sqrt(left * right) : 0;
}

void BuiltinEmbedder::embed(std::string_view utf8_text, float* out) const noexcept {
    Sum sum;
    std::array<std::uint64_t, table::most_grams> grams;
    std::uint64_t before = 0;
    table::Word word;
    for (table::Words words{utf8_text}; words.next(word);) {
        const std::uint64_t hash = table::hash(word.text);
        if (!add(sum, hash)) {
            const std::size_t count = table::grams_of(word, grams);
            for (std::size_t i = 0; i < count; ++i)
                add_row(sum, words_ + (grams[i] & gram_mask_), share_of_gram[count]);
            if (word.kind == table::Word::Kind::number) add_row(sum, number_row_, one);
        }
        if (before != 0) add(sum, table::hash_pair(before, hash));
        before = hash;
    }

    double square = 0;
    if (sum.spilled) {
        sum.spill();
    } else {
        std::copy(sum.low.begin(), sum.low.end(), sum.high.begin());
    }
    for (const double v : sum.high) square += v * v;
    const double shrink = square > 0 ? 1 / std::sqrt(square) : 0;
    for (std::size_t i = 0; i < dimension; ++i) out[i] = static_cast<float>(sum.high[i] * shrink);
}

std::optional<double> word_likeness(std::string_view one, std::string_view other) {
    static const BuiltinEmbedder embedder;
    return embedder.likeness(one, other);
}

}  // namespace llm
