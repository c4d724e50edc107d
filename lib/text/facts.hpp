/// What a text states in so many words: numbers, units, dates, quotations, languages, names.
#pragma once

#include "text/gate.hpp"
#include "text/gate_words.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// A thing said, by its normal form, and as it was written.
struct Fact {
    std::string key;
    std::string written;
    bool optional = false;  ///< may be missing from the other text ("one", "first", "today")

    bool operator==(const Fact& other) const { return key == other.key; }
};

struct Facts {
    std::vector<Fact> numbers;   ///< "1250.5", "#2" for an ordinal, "12/3/2024" for a joined group
    std::vector<Fact> measures;  ///< "5 km": a number with its unit's normal form
    std::vector<Fact> units;     ///< currencies and units, with a number or without
    std::vector<Fact> quotes;    ///< the words in it, folded, joined by a space
    std::vector<Fact> languages;
    std::vector<Fact> dates;     ///< months, days, "tomorrow", "last week", am, pm
    std::vector<Fact> names;     ///< identifiers, capitalised words, known names; folded
};

Facts facts_of(std::string_view text, const std::vector<GateWord>& words);

/// The first difference of kind number, unit, quote, language, date or name.
std::optional<Refusal> facts_differ(std::string_view a, const std::vector<GateWord>& words_a,
                                    std::string_view b, const std::vector<GateWord>& words_b);

/// "five", "third", "hundred".
bool is_number_word(std::string_view folded) noexcept;

// The parts of facts_of, one a file.
void read_numbers(std::string_view text, const std::vector<GateWord>&, Facts&);
void read_dates(const std::vector<GateWord>&, std::string_view text, Facts&);
void read_names(std::string_view text, const std::vector<GateWord>&, Facts&);
void read_quotes(std::string_view text, Facts&);

}  // namespace llm
