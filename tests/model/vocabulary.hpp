/// Which words and pairs of words get a row, and how a text becomes rows: as llm::BuiltinEmbedder does it.
#pragma once

#include "corpus.hpp"
#include "learner.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llm::model {

struct Entry {
    std::string text;  ///< a word, or two words with a space between
    std::uint64_t hash;
};

class Vocabulary {
public:
    /// `words` single words and `pairs` pairs; `grams` rows (a power of two) behind them for n-grams.
    Vocabulary(const Vectors& vectors, const WordNet& net, const std::vector<Pair>& synonyms, std::size_t words,
               std::size_t pairs, std::size_t grams);

    const std::vector<Entry>& entries() const { return entries_; }
    std::size_t grams() const { return grams_; }
    std::size_t rows() const { return entries_.size() + grams_; }
    std::uint32_t number_row() const { return number_row_; }
    std::size_t row_of(const std::string& word) const;  ///< or npos
    static constexpr std::size_t npos = ~std::size_t{0};

    Text text(std::string_view utf8) const;
    Text grams_of_word(std::string_view word) const;

private:
    void add(std::string text, std::uint64_t hash);

    std::vector<Entry> entries_;
    std::unordered_map<std::uint64_t, std::uint32_t> rows_;
    std::size_t grams_;
    std::uint32_t number_row_ = 0;
};

}  // namespace llm::model
