/// Text to vector without a server or a download: a table of trained word vectors that is linked into the program.
///
/// A text's vector is the sum of its words' rows, and of the rows of known pairs of neighbours ("turn on"); words the
/// table does not know are made of their character n-grams. How the table came about, its sources and figures:
/// table/README.md. Good at paraphrases that share some words or use common synonyms; blind to most of word order
/// and of negation, so a caller that must be right needs a gate beside it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace llm {

class BuiltinEmbedder {
public:
    static constexpr std::size_t dimension = 256;

    /// The linked table. Reads its header only; the rest is paged in as words are met.
    BuiltinEmbedder();
    /// Another table, borrowed, in the format of table/format.hpp. Throws Fault::data where its size or shape is wrong.
    explicit BuiltinEmbedder(std::span<const std::byte> table);

    /// "builtin-256-" and eight hex digits that change with the table's content. Lives as long as the embedder.
    std::string_view id() const noexcept { return {id_.data(), id_.size()}; }

    /// Writes `dimension` floats: a unit vector, or all zeros (similar to nothing) for a text without a word.
    /// Any bytes are a text. The same on every machine up to float rounding. Safe from many threads at once.
    void embed(std::string_view utf8_text, float* out) const noexcept;

    /// Cosine of two words; nothing where the table does not know one of them.
    std::optional<double> likeness(std::string_view one, std::string_view other) const noexcept;

private:
    struct Sum;
    std::optional<std::size_t> row_of(std::uint64_t hash) const noexcept;
    bool add(Sum& sum, std::uint64_t hash) const noexcept;
    void add_row(Sum& sum, std::size_t row, std::int32_t numerator) const noexcept;

    const std::byte* slots_ = nullptr;
    const std::byte* scales_ = nullptr;
    const std::int8_t* rows_ = nullptr;
    std::size_t slot_mask_ = 0;
    std::size_t words_ = 0;
    std::size_t gram_mask_ = 0;
    std::size_t number_row_ = 0;
    std::array<char, 20> id_{};
};

/// Of the linked table; for the gate (text/gate.hpp).
std::optional<double> word_likeness(std::string_view one, std::string_view other);

}  // namespace llm
