/// Whether two texts that look alike may nevertheless mean different things. A semantic cache asks
/// this after similarity has nominated: embeddings do not see a "not", a 5 for a 6, A over B.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

enum class Difference : std::uint8_t {
    number, unit, negation, antonym, name, quote, date, language, order, sign, question, modality, tense, person, link, word
};

/// `number`, `unit`, … as `cache.refused` spells it.
std::string_view name(Difference) noexcept;

struct Refusal {
    Difference kind;
    std::string left, right;  ///< the piece of each text; empty where only the other has one
};

/// "number: '5' / '6'".
std::string spelling(const Refusal&);

/// The first difference found that similarity must not bridge, in the order number, unit, quote,
/// language, date, name, order, negation, antonym; nothing where the texts may be taken for one another.
///
/// Rules, not learned: numbers (digits or English words) and their units must be the same; so must
/// quoted strings, names of days, months, languages, identifiers, capitalised words and names of places
/// and peoples in any case. Negations are counted: an odd difference refuses unless exactly one
/// opposite beside it sets it right ("inconvenient", "not convenient") or a word of failure stands
/// for it ("declined", "not accepted"). Opposites come from WordNet and a list of ours, by stems, and
/// from prefixes (un-, in-, dis-, …). Order: what stands on either side of from, to, over, than and
/// their like must stand there in both; two things that change places refuse. Words are English;
/// numbers, quotes, names and identifiers work in any language; texts surely in two languages differ.
///
/// Symmetric but for the sides of the pieces; a text never differs from itself.
std::optional<Refusal> differs(std::string_view a, std::string_view b);

/// How near two folded words are in meaning, -1 to 1; nothing where one of them is not known.
using WordLikeness = std::optional<double> (*)(std::string_view, std::string_view);

/// The same of two questions, stricter: whether the answer to one may be given to the other.
///
/// Besides, what is asked for must be the same (how, why, when, where, whether), and must, can, was and will be; my and your; and, or, if and
/// unless; and each word of content must have a counterpart in the other text: the same stem, a slip of the pen, or a word near in meaning. What
/// says nothing about the matter ("I think", "currently", "is it possible") needs none.
std::optional<Refusal> questions_differ(std::string_view a, std::string_view b, WordLikeness);

}  // namespace llm
