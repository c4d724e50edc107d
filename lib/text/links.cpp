#include "text/links.hpp"

#include "base/ascii.hpp"
#include "text/facts.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace llm {
namespace {

using LinkedWords = std::vector<GateWord>;

/// Of two such, one in each text, each not in the other.
constexpr auto opposed_links = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"and", "or"},      {"for", "from"},     {"for", "against"},  {"if", "unless"},    {"when", "unless"},  {"until", "when"},
     {"until", "after"}, {"until", "while"},  {"until", "if"},     {"while", "after"},  {"while", "before"}, {"during", "after"},
     {"during", "before"}, {"on", "under"},   {"in", "under"},     {"above", "under"},  {"on", "beside"},    {"only", "even"},
     {"because", "although"}, {"because", "despite"}, {"before", "since"}, {"until", "since"}, {"from", "until"}, {"but", "about"},
     {"to", "about"},    {"with", "against"}, {"by", "for"},       {"by", "against"},   {"through", "around"}, {"inside", "outside"},
     {"in", "outside"},  {"behind", "front"}, {"from", "about"},   {"of", "without"},   {"only", "also"},    {"only", "more"},
     {"before", "when"}, {"before", "while"}, {"than", "as"},      {"or", "nor"},       {"onto", "off"},     {"at", "from"},     {"for", "while"},    {"all", "any"},     {"every", "any"},    {"all", "one"},
     {"every", "one"},   {"both", "one"},     {"both", "either"},  {"all", "only"},
     {"every", "only"},  {"all", "some"},     {"every", "some"},   {"all", "most"},    {"all", "few"},      {"most", "few"},     {"all", "half"},    {"current", "previous"}, {"current", "former"}, {"current", "next"},
     {"present", "previous"}, {"present", "former"}, {"who", "whose"},    {"whom", "whose"}});
constexpr auto particles = std::to_array<std::string_view>({"up", "off", "out", "down", "over", "in", "on", "away", "back", "through"});
/// Beside these another particle makes another verb; "run in" and "run through" may be the same.
constexpr auto telling_particles = std::to_array<std::string_view>({"up", "off", "out", "away", "back"});
/// Verbs with two particles that mean the same.
constexpr auto same_with = std::to_array<std::pair<std::string_view, std::string_view>>({{"fill in", "fill out"}, {"top up", "top off"}});

constexpr auto mine = std::to_array<std::string_view>({"my", "mine", "our", "ours"});
constexpr auto yours = std::to_array<std::string_view>({"your", "yours"});
constexpr auto theirs = std::to_array<std::string_view>({"his", "her", "hers", "their", "theirs", "its"});
constexpr auto persons = std::to_array<std::pair<std::string_view, int>>(
    {{"i", 1}, {"me", 1}, {"myself", 1}, {"we", 1}, {"us", 1}, {"you", 2}, {"yourself", 2}, {"he", 3}, {"him", 3}, {"she", 4}, {"her", 4}, {"they", 5}, {"them", 5}});

int person_of(std::string_view w) {
    const auto* const found = std::ranges::find(persons, w, &std::pair<std::string_view, int>::first);
    return found == persons.end() ? 0 : found->second;
}

std::vector<std::string_view> words_only_in(const LinkedWords& these, const LinkedWords& those) {
    std::vector<std::string_view> out;
    for (const std::size_t i : only_in(these, those))
        if (these[i].role != WordRole::number) out.push_back(these[i].text);
    return out;
}

template <typename List>
std::string_view first_among(const LinkedWords& words, const List& list) {
    for (const GateWord& w : words)
        if (among(list, w.text)) return w.text;
    return {};
}

std::optional<Refusal> owners_differ(const LinkedWords& a, const LinkedWords& b) {
    const auto owner = [](const LinkedWords& words) {
        return std::array{first_among(words, mine), first_among(words, yours), first_among(words, theirs)};
    };
    const auto in_a = owner(a), in_b = owner(b);
    for (std::size_t i = 0; i < in_a.size(); ++i)
        for (std::size_t j = 0; j < in_b.size(); ++j) {
            const bool elsewhere = !in_a[j].empty() || !in_b[i].empty();
            if (i != j && !in_a[i].empty() && !in_b[j].empty() && !elsewhere) return Refusal{Difference::person, std::string(in_a[i]), std::string(in_b[j])};
        }
    return std::nullopt;
}

/// The same words in the same order but for a person: "who made you", "who made me". "You" may stand for whoever asks: "can you pay by card".
std::optional<Refusal> persons_differ(const LinkedWords& a, const LinkedWords& b) {
    if (a.size() != b.size()) return std::nullopt;
    std::optional<Refusal> found;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].text == b[i].text || a[i].role == WordRole::mark) continue;
        const int left = person_of(a[i].text), right = person_of(b[i].text);
        if (left == 0 || right == 0) {
            if (a[i].stem == b[i].stem || (a[i].role == WordRole::function && b[i].role == WordRole::function)) continue;
            return std::nullopt;
        }
        const bool subjects = (a[i].text == "i" || a[i].text == "we" || a[i].text == "you") && (b[i].text == "i" || b[i].text == "we" || b[i].text == "you");
        const bool whoever = subjects && i > 0 && i + 1 < a.size() && a[i - 1].text != "for";
        if (left != right && !whoever) found = Refusal{Difference::person, a[i].text, b[i].text};
    }
    return found;
}

std::optional<Refusal> particles_differ(const LinkedWords& a, const LinkedWords& b) {
    const auto of = [](const LinkedWords& words, std::string_view verb) {
        std::vector<std::string_view> out;
        for (std::size_t i = 0; i + 1 < words.size(); ++i)
            if (words[i].stem == verb && among(particles, words[i + 1].text)) out.push_back(words[i + 1].text);
        return out;
    };
    for (const GateWord& verb : a) {
        if (verb.role == WordRole::mark || verb.role == WordRole::number || verb.stem == "be" || verb.stem == "is") continue;
        const auto in_a = of(a, verb.stem), in_b = of(b, verb.stem);
        if (in_a.empty() || in_b.empty()) continue;
        for (const std::string_view x : in_a) {
            if (std::ranges::find(in_b, x) != in_b.end() || (!among(telling_particles, x) && !among(telling_particles, in_b.front()))) continue;
            const std::string one = std::string(verb.stem) + " " + std::string(x), other = std::string(verb.stem) + " " + std::string(in_b.front());
            const bool same = std::ranges::any_of(same_with, [&](const auto& p) { return (p.first == one && p.second == other) || (p.first == other && p.second == one); });
            if (!same) return Refusal{Difference::link, one, other};
        }
    }
    return std::nullopt;
}

/// What a number is the bound of: "up to two", "at least two", "exactly two", "two".
enum class Bound { none, exact, most, least };
Bound bound_before(const LinkedWords& words, std::size_t number) {
    const auto before = [&](std::size_t n) { return number >= n ? std::string_view(words[number - n].text) : std::string_view{}; };
    if (before(1) == "exactly" || before(1) == "precisely" || before(1) == "only" || before(1) == "just") return Bound::exact;
    if ((before(2) == "up" && before(1) == "to") || (before(2) == "at" && before(1) == "most") || before(1) == "under" || before(1) == "below" || before(1) == "within" ||
        (before(1) == "than" && (before(2) == "less" || before(2) == "fewer")) || (before(3) == "no" && before(2) == "more") || before(1) == "maximum" || before(1) == "max")
        return Bound::most;
    if ((before(2) == "at" && before(1) == "least") || before(1) == "over" || before(1) == "above" || before(1) == "minimum" || before(1) == "min" ||
        (before(1) == "than" && before(2) == "more"))
        return Bound::least;
    return Bound::none;
}

std::optional<Refusal> bounds_differ(const LinkedWords& a, const LinkedWords& b) {
    const auto bounds = [](const LinkedWords& words) {
        std::vector<std::pair<std::string_view, Bound>> out;
        for (std::size_t i = 0; i < words.size(); ++i)
            if (words[i].role == WordRole::number || is_number_word(words[i].text))
                if (const Bound bound = bound_before(words, i); bound != Bound::none) out.emplace_back(words[i - 1].text, bound);
        return out;
    };
    const auto in_a = bounds(a), in_b = bounds(b);
    const auto beyond = [](const auto& these, const auto& those) {
        for (const auto& x : these)
            if (x.second != Bound::exact && std::ranges::find(those, x.second, &std::pair<std::string_view, Bound>::second) == those.end()) return std::string(x.first);
        return std::string();
    };
    const std::string left = beyond(in_a, in_b), right = beyond(in_b, in_a);
    if (left.empty() && right.empty()) return std::nullopt;
    return Refusal{Difference::number, left, right};
}

}  // namespace

std::optional<Refusal> links_differ(const LinkedWords& a, const LinkedWords& b) {
    const auto left = words_only_in(a, b), right = words_only_in(b, a);
    for (const std::string_view x : left)
        for (const std::string_view y : right)
            for (const auto& [one, other] : opposed_links)
                if ((x == one && y == other) || (x == other && y == one)) return Refusal{Difference::link, std::string(x), std::string(y)};
    // "if" and "even if", "only if"
    for (const std::string_view word : {"only", "even", "except", "almost", "nearly"}) {
        const auto before_if = [word](const LinkedWords& words) {
            for (std::size_t i = 0; i + 1 < words.size(); ++i)
                if (words[i].text == word && (words[i + 1].text == "if" || words[i + 1].text == "when" || word == "almost" || word == "nearly" || word == "except")) return true;
            return false;
        };
        if (before_if(a) != before_if(b)) return Refusal{Difference::link, before_if(a) ? std::string(word) : "", before_if(a) ? "" : std::string(word)};
    }
    if (auto found = bounds_differ(a, b)) return found;
    if (auto found = particles_differ(a, b)) return found;
    if (auto found = owners_differ(a, b)) return found;
    return persons_differ(a, b);
}

}  // namespace llm
