/// Words cut into pieces of a vocabulary, as BERT does: https://arxiv.org/abs/1810.04805, WordPiece of https://arxiv.org/abs/1609.08144.
#pragma once

#include "embedders/mapped_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llm {

class WordPiece {
public:
    /// Reads a `tokenizer.json` of Hugging Face's tokenizers whose model is WordPiece and whose text is prepared as BERT's: lower case,
    /// accents and Chinese characters as its normaliser says, words split at white space and punctuation. Throws Error{config} otherwise.
    explicit WordPiece(const std::filesystem::path&);

    /// The pieces' numbers, at most `most`; words that cannot be made of pieces are left out.
    std::vector<std::uint32_t> pieces(std::string_view text, std::size_t most) const;
    /// One more than the highest number.
    std::size_t size() const noexcept { return size_; }

private:
    enum class Case { kept, lowered };
    enum class Accents { kept, stripped };
    enum class Chinese { kept, spaced };

    void read_normalizer(std::string_view json);
    void read_vocabulary(std::string_view json);
    std::vector<std::string> words(std::string_view text) const;
    void add_pieces(const std::string& word, std::vector<std::uint32_t>& to) const;

    MappedFile file_;
    std::string path_;
    std::unordered_map<std::string_view, std::uint32_t> vocabulary_;  ///< of views into the file, or into unescaped_
    std::vector<std::string> unescaped_;
    std::string prefix_ = "##";
    std::optional<std::uint32_t> unknown_;
    std::size_t size_ = 0, longest_word_ = 100;
    Case case_ = Case::lowered;
    Accents accents_ = Accents::stripped;
    Chinese chinese_ = Chinese::spaced;
};

}  // namespace llm
