/// How the builtin embedder cuts a text into words, and how it numbers them.
///
/// The table in this folder was trained on exactly these words and hashes: any change here needs `make model`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace llm::table {

/// One word as it is looked up: lower case, accents folded away, never empty.
struct Word {
    enum class Kind {
        word,
        number,  ///< digits, perhaps with a decimal point; thousands commas are gone
    };

    std::string_view text;  ///< valid until the next call of `next`
    Kind kind = Kind::word;
};

/// Walks over a text of any length and any bytes; never fails.
///
/// - ASCII, Latin, Greek, Cyrillic and full-width letters become lower case; Latin accents go; bytes that are not UTF-8 separate.
/// - Digits and letters part: `3pm` is `3 pm`. `1,000.50` is one number, `1000.50`.
/// - `n't` becomes the word `not` (`won't` is `will not`), other clitics (`'s 're 've 'll 'd 'm`) go.
/// - `$ € £ ¥ %` and `&` are the words dollar, euro, pound, yen, percent, and.
/// - Han, Kana and symbols such as emoji are a word each.
/// - A run longer than `longest` bytes is cut into words of about that length.
class Words {
public:
    static constexpr std::size_t longest = 40;

    explicit Words(std::string_view utf8) noexcept : at_(utf8.data()), end_(utf8.data() + utf8.size()) {}

    /// False at the end of the text.
    bool next(Word& word) noexcept;

private:
    void read_letters() noexcept;
    void read_digits() noexcept;
    void clitics() noexcept;

    const char* at_;
    const char* end_;
    std::size_t size_ = 0;
    bool not_follows_ = false;
    std::array<char, longest + 8> letters_{};
};

/// Hash of a word's bytes; the same on every machine.
std::uint64_t hash(std::string_view word, std::uint64_t seed = 0) noexcept;

/// Hash of two neighbouring words, from their hashes.
std::uint64_t hash_pair(std::uint64_t first, std::uint64_t second) noexcept;

/// What stands in for a word the table does not know: hashes of its character 3-, 4- and 5-grams with the word's ends
/// marked, or, for a number, four hashes of the whole (so that 1000 and 2000 share nothing).
/// At most `most_grams`, in `grams`; returns how many.
constexpr std::size_t most_grams = 3 * (Words::longest + 8);
std::size_t grams_of(const Word& word, std::array<std::uint64_t, most_grams>& grams) noexcept;

}  // namespace llm::table
