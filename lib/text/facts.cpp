#include "text/facts.hpp"

#include "text/language.hpp"
#include "text/normalise.hpp"
#include "text/stem.hpp"

#include <algorithm>

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
    if (!both && std::ranges::none_of(left, demanded) && std::ranges::none_of(right, demanded)) return std::nullopt;
    return Refusal{kind, left.empty() ? "" : left.front().written, right.empty() ? "" : right.front().written};
}

/// The same numbers with other units; a unit on one side alone ("5", "5 km") differs too.
std::optional<Refusal> compare_measures(const Facts& a, const Facts& b) {
    if (auto found = compare(Difference::unit, a.measures, b.measures)) return found;
    const List left = missing_from(a.units, b.units), right = missing_from(b.units, a.units);
    if (left.empty() || right.empty()) return std::nullopt;
    return Refusal{Difference::unit, left.front().written, right.front().written};
}

/// A quotation may stand unquoted in the other text.
std::optional<Refusal> compare_quotes(const Facts& a, std::string_view text_a, const Facts& b, std::string_view text_b) {
    const auto unsaid = [](const List& quotes, std::string_view other) {
        const std::string folded = fold(other);
        const auto found = std::ranges::find_if(
            quotes, [&folded](const Fact& q) { return folded.find(q.key) == std::string::npos; });
        return found == quotes.end() ? std::string() : found->written;
    };
    std::string left = unsaid(a.quotes, text_b), right = unsaid(b.quotes, text_a);
    if (left.empty() && right.empty()) return std::nullopt;
    return Refusal{Difference::quote, std::move(left), std::move(right)};
}

/// "WHO" for "World Health Organization".
bool abbreviates(std::string_view letters, const std::vector<GateWord>& words) {
    if (letters.size() < 2) return false;
    std::string initials;
    for (const GateWord& w : words) initials.push_back(w.text.front());
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
            return w.text == n.key || w.stem == n.key || (n.key.size() > 3 && w.stem == stem(n.key));
        });
        const bool inside = n.key.find_first_of("._/:@-\\") != std::string::npos && folded.find(n.key) != std::string::npos;
        if (!said && !inside && !abbreviates(n.key, words)) out.push_back(n);
    }
    return out;
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
    if (auto found = compare_quotes(a, text_a, b, text_b)) return found;
    if (auto found = compare(Difference::language, a.languages, b.languages)) return found;
    const Language in_a = guess_language(text_a), in_b = guess_language(text_b);
    if (in_a.certainty == Certainty::sure && in_b.certainty == Certainty::sure && in_a.code != in_b.code)
        return Refusal{Difference::language, std::string(in_a.code), std::string(in_b.code)};
    if (auto found = compare(Difference::date, a.dates, b.dates)) return found;
    const List left = unsaid_names(a.names, text_b, words_b), right = unsaid_names(b.names, text_a, words_a);
    if (left.empty() && right.empty()) return std::nullopt;
    if ((left.empty() || spelt_out(left, b.names)) && (right.empty() || spelt_out(right, a.names))) return std::nullopt;
    return Refusal{Difference::name, left.empty() ? "" : left.front().written, right.empty() ? "" : right.front().written};
}

}  // namespace llm
