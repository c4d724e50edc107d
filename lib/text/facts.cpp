#include "text/facts.hpp"

#include "text/language.hpp"
#include "text/normalise.hpp"
#include "text/stem.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

using List = std::vector<Fact>;

List missing_from(const List& these, const List& those) {
    List out;
    for (const Fact& f : these)
        if (std::ranges::find(those, f) == those.end()) out.push_back(f);
    return out;
}

std::optional<Refusal> compare(Difference kind, const List& a, const List& b) {
    const List left = missing_from(a, b), right = missing_from(b, a);
    const auto demanded = [](const Fact& f) { return !f.optional; };
    const bool both = !left.empty() && !right.empty();
    if (!both && std::ranges::none_of(left, demanded) && std::ranges::none_of(right, demanded))
        return std::nullopt;
    return Refusal{kind, left.empty() ? "" : left.front().written,
                   right.empty() ? "" : right.front().written};
}

/// A number with another unit; without one ("5", "5 km"), unless the other text speaks of that unit.
std::optional<Refusal> compare_measures(const Facts& a, const Facts& b) {
    const auto unmatched = [](const Facts& these, const Facts& those) {
        List out;
        for (const Fact& m : missing_from(these.measures, those.measures)) {
            const std::size_t space = m.key.find(' ');
            const std::string number = m.key.substr(0, space + 1);
            const bool measured = std::ranges::any_of(
                those.measures, [&number](const Fact& f) { return f.key.starts_with(number); });
            const bool spoken_of =
                std::ranges::find(those.units, Fact{m.key.substr(space + 1), {}}) != those.units.end();
            if (measured || !spoken_of) out.push_back(m);
        }
        return out;
    };
    const List left = unmatched(a, b), right = unmatched(b, a);
    if (!left.empty() || !right.empty())
        return Refusal{Difference::unit, left.empty() ? "" : left.front().written,
                       right.empty() ? "" : right.front().written};
    const List only_a = missing_from(a.units, b.units), only_b = missing_from(b.units, a.units);
    if (only_a.empty() || only_b.empty()) return std::nullopt;
    return Refusal{Difference::unit, only_a.front().written, only_b.front().written};
}

std::string spoken(const std::vector<GateWord>& words) {
    std::string out = " ";
    for (const GateWord& w : words)
        if (w.role != WordRole::mark) out.append(w.text).push_back(' ');
    return out;
}

/// A quotation may stand unquoted in the other text; a long one (speech, not a term) with a word or
/// two changed.
std::optional<Refusal> compare_quotes(const Facts& a, const std::vector<GateWord>& words_a, const Facts& b,
                                      const std::vector<GateWord>& words_b) {
    const auto unsaid = [](const List& quotes, const std::vector<GateWord>& other) {
        constexpr std::size_t speech = 6;
        constexpr double said_enough = 0.9;
        const std::string all = spoken(other);
        for (const Fact& q : quotes) {
            if (all.find(" " + q.key + " ") != std::string::npos) continue;
            const std::vector<GateWord> words = gate_words(q.key);
            const auto said = static_cast<double>(std::ranges::count_if(words, [&other](const GateWord& w) {
                return std::ranges::find(other, w.stem, &GateWord::stem) != other.end();
            }));
            if (words.size() < speech || said < said_enough * static_cast<double>(words.size()))
                return q.written;
        }
        return std::string();
    };
    std::string left = unsaid(a.quotes, words_b), right = unsaid(b.quotes, words_a);
    if (left.empty() && right.empty()) return std::nullopt;
    return Refusal{Difference::quote, std::move(left), std::move(right)};
}

/// "Syria" and "Syrian", "China" and "Chinese": a name and what is derived from it.
bool derived(std::string_view x, std::string_view y) {
    constexpr std::size_t shortest = 4;
    constexpr auto endings = std::to_array<std::string_view>(
        {"", "a", "n", "an", "ian", "ese", "ish", "e", "y", "ce", "k", "i", "s", "ns", "ans"});
    std::size_t common = 0;
    while (common < std::min(x.size(), y.size()) && x[common] == y[common]) ++common;
    const auto ending = [&endings](std::string_view tail) {
        return std::ranges::find(endings, tail) != endings.end();
    };
    for (std::size_t n = common; n >= shortest; --n)
        if (ending(x.substr(n)) && ending(y.substr(n))) return true;
    return false;
}

List not_derived(const List& these, const std::vector<GateWord>& those) {
    List out;
    for (const Fact& f : these)
        if (std::ranges::none_of(those, [&f](const GateWord& w) { return derived(f.key, w.text); }))
            out.push_back(f);
    return out;
}

/// "WHO" for "World Health Organization".
bool abbreviates(std::string_view letters, const std::vector<GateWord>& words) {
    if (letters.size() < 2) return false;
    std::string initials;
    for (const GateWord& w : words)
        if (w.role != WordRole::mark) initials.push_back(w.text.front());
    std::string without_function;
    for (const GateWord& w : words)
        if (w.role == WordRole::content) without_function.push_back(w.text.front());
    return initials.find(letters) != std::string::npos || without_function.find(letters) != std::string::npos;
}

List unsaid_names(const List& names, std::string_view other, const std::vector<GateWord>& words) {
    const std::string folded = fold(other);
    List out;
    for (const Fact& n : names) {
        const bool said = std::ranges::any_of(words, [&](const GateWord& w) {
            return w.text == n.key || w.stem == n.key || derived(n.key, w.text) ||
                   (n.key.size() > 3 && w.stem == stem(n.key));
        });
        const bool inside =
            n.key.find_first_of("._/:@-\\") != std::string::npos && folded.find(n.key) != std::string::npos;
        if (!said && !inside && !abbreviates(n.key, words)) out.push_back(n);
    }
    return out;
}

/// Texts that share most words are in one language.
bool mostly_shared(const std::vector<GateWord>& a, const std::vector<GateWord>& b) {
    return 2 * only_in(a, b).size() < a.size() && 2 * only_in(b, a).size() < b.size();
}

/// The words of a name spelt out by an abbreviation of the other text.
bool spelt_out(const List& unsaid, const List& abbreviations) {
    std::string initials;
    for (const Fact& f : unsaid) initials.push_back(f.key.front());
    return initials.size() > 1 &&
           std::ranges::any_of(abbreviations, [&initials](const Fact& f) { return f.key == initials; });
}

}  // namespace

Facts facts_of(std::string_view text, const std::vector<GateWord>& words) {
    Facts facts;
    read_numbers(text, words, facts);
    read_quotes(text, facts);
    read_dates(words, text, facts);
    read_names(text, words, facts);
    return facts;
}

std::optional<Refusal> facts_differ(std::string_view text_a, const std::vector<GateWord>& words_a,
                                    std::string_view text_b, const std::vector<GateWord>& words_b) {
    const Facts a = facts_of(text_a, words_a), b = facts_of(text_b, words_b);
    if (auto found = compare(Difference::number, a.numbers, b.numbers)) return found;
    if (auto found = compare_measures(a, b)) return found;
    if (auto found = compare_quotes(a, words_a, b, words_b)) return found;
    const List tongues_a = not_derived(missing_from(a.languages, b.languages), words_b);
    const List tongues_b = not_derived(missing_from(b.languages, a.languages), words_a);
    if (auto found = compare(Difference::language, tongues_a, tongues_b)) return found;
    if (!mostly_shared(words_a, words_b)) {
        const Language in_a = guess_language(text_a), in_b = guess_language(text_b);
        if (in_a.certainty == Certainty::sure && in_b.certainty == Certainty::sure && in_a.code != in_b.code)
            return Refusal{Difference::language, std::string(in_a.code), std::string(in_b.code)};
    }
    if (auto found = compare(Difference::date, a.dates, b.dates)) return found;
    const List left = unsaid_names(a.names, text_b, words_b), right = unsaid_names(b.names, text_a, words_a);
    const auto demanded = [](const Fact& f) { return !f.optional; };
    const bool both = !left.empty() && !right.empty();
    if (!both && std::ranges::none_of(left, demanded) && std::ranges::none_of(right, demanded))
        return std::nullopt;
    if ((left.empty() || spelt_out(left, b.names)) && (right.empty() || spelt_out(right, a.names)))
        return std::nullopt;
    return Refusal{Difference::name, left.empty() ? "" : left.front().written,
                   right.empty() ? "" : right.front().written};
}

}  // namespace llm
