#include "text/scope.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace llm {
namespace {

using ScopeWords = std::vector<GateWord>;

constexpr auto askers_of_things = std::to_array<std::string_view>({"who", "whom", "what", "which"});
constexpr auto support = std::to_array<std::string_view>({"do", "does", "did", "has", "have", "had", "can", "could", "will", "would", "should", "must", "may", "might"});
constexpr auto relative = std::to_array<std::string_view>({"who", "that", "which", "whom"});
constexpr auto before_nouns = std::to_array<std::string_view>({"the", "a", "an", "my", "your", "our", "his", "her", "their", "its", "this", "that"});
constexpr auto ends = std::to_array<std::string_view>({".", "?", "!", ";"});

bool is_thing(const GateWord& w) { return w.role == WordRole::content || w.role == WordRole::number; }

/// The first thing behind the word, in its sentence.
const GateWord* thing_behind(const ScopeWords& words, std::size_t i) {
    for (std::size_t j = i + 1; j < words.size() && !among(ends, words[j].text); ++j)
        if (is_thing(words[j])) return &words[j];
    return nullptr;
}

bool has_stem(const std::vector<const GateWord*>& list, std::string_view stem) {
    return std::ranges::any_of(list, [stem](const GateWord* w) { return w->stem == stem; });
}

/// What `head` stands before here, and only elsewhere in the other text, both ways.
template <typename Head>
std::optional<Refusal> about_another(Difference kind, const ScopeWords& a, const ScopeWords& b, const Head& head) {
    const auto targets = [&head](const ScopeWords& words) {
        std::vector<const GateWord*> out;
        for (std::size_t i = 0; i < words.size(); ++i)
            if (head(words[i]))
                if (const GateWord* w = thing_behind(words, i)) out.push_back(w);
        return out;
    };
    const std::vector<const GateWord*> in_a = targets(a), in_b = targets(b);
    const auto moved = [](const std::vector<const GateWord*>& these, const std::vector<const GateWord*>& those, const ScopeWords& other) -> const GateWord* {
        for (const GateWord* w : these)
            if (!has_stem(those, w->stem) && std::ranges::any_of(other, [w](const GateWord& o) { return is_thing(o) && o.stem == w->stem; })) return w;
        return nullptr;
    };
    const GateWord *left = moved(in_a, in_b, b), *right = moved(in_b, in_a, a);
    if (left == nullptr || right == nullptr) return std::nullopt;
    return Refusal{kind, left->text, right->text};
}

bool says_by(const ScopeWords& words) { return std::ranges::any_of(words, [](const GateWord& w) { return w.text == "by"; }); }

/// "Who was Anna kissed by", beside "who was kissed by Anna".
bool ends_with_by(const ScopeWords& words) {
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i].text == "by" && (i + 1 == words.size() || words[i + 1].role == WordRole::mark)) return true;
    return false;
}

/// The word as who does something, "me" as "i".
std::string_view doer(const GateWord& w) {
    constexpr auto objects = std::to_array<std::pair<std::string_view, std::string_view>>({{"me", "i"}, {"him", "he"}, {"her", "she"}, {"us", "we"}, {"them", "they"}});
    const auto* const found = std::ranges::find(objects, w.text, &std::pair<std::string_view, std::string_view>::first);
    return found == objects.end() ? std::string_view(w.stem) : found->second;
}

bool is_doer(const GateWord& w) { return is_thing(w) || among(std::to_array<std::string_view>({"i", "you", "he", "she", "we", "they"}), w.text); }

template <typename List>
std::size_t skip(const ScopeWords& words, std::size_t i, const List& list) {
    while (i < words.size() && among(list, words[i].text)) ++i;
    return i;
}

/// Whether the verb stands before who does it here; "the meaning of it" is no verb.
bool stands_turned(const ScopeWords& words, const GateWord& who, const GateWord& verb) {
    constexpr std::ptrdiff_t reach = 6;
    const auto at = std::ranges::find(words, verb.stem, &GateWord::stem);
    const auto theirs = std::ranges::find_if(words, [&who](const GateWord& w) { return doer(w) == doer(who); });
    if (at >= theirs || theirs == words.end() || theirs - at > reach || std::any_of(at, theirs, [](const GateWord& w) { return among(ends, w.text); })) return false;
    return (at + 1)->text != "of" && (at + 1)->text != "for";
}

/// Who does it, and what, where a question asks to whom: "Who did Nadal beat".
using Deed = std::pair<const GateWord*, const GateWord*>;
std::vector<Deed> deeds_asked_for(const ScopeWords& words) {
    constexpr std::size_t reach = 4;
    std::vector<Deed> out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!among(askers_of_things, words[i].text)) continue;
        for (std::size_t did = i + 1; did < words.size() && did <= i + reach && words[did].role != WordRole::mark; ++did) {
            const std::size_t who = skip(words, did + 1, before_nouns);
            if (!among(support, words[did].text) || who >= words.size() || !is_doer(words[who])) continue;
            for (std::size_t verb = who + 1; verb < words.size() && verb <= who + reach && words[verb].role != WordRole::mark; ++verb) {
                if (is_thing(words[verb]) || words[verb].text == "own") out.emplace_back(&words[who], &words[verb]);
                else if (!among(before_nouns, words[verb].text)) break;
            }
            break;
        }
    }
    return out;
}

/// "Who did Nadal beat" beside "who beat Nadal".
bool asks_for_the_object(const ScopeWords& asked, const ScopeWords& other) {
    if (std::ranges::none_of(other, [](const GateWord& w) { return among(askers_of_things, w.text); })) return false;
    const std::vector<Deed> theirs = deeds_asked_for(other);
    const auto does_something_there = [&theirs](const Deed& d) { return std::ranges::any_of(theirs, [&d](const Deed& t) { return doer(*t.first) == doer(*d.first); }); };
    return std::ranges::any_of(deeds_asked_for(asked), [&](const Deed& d) { return stands_turned(other, *d.first, *d.second) && !does_something_there(d); });
}

/// What "the first" is said of here and not there: "the mayor", "the first mayor".
const GateWord* first_of_all(const ScopeWords& words, const ScopeWords& other) {
    const auto is_first = [](const ScopeWords& in, std::size_t i) { return i > 1 && in[i - 1].text == "first" && among(before_nouns, in[i - 2].text); };
    for (std::size_t i = 2; i < words.size(); ++i) {
        if (!is_first(words, i) || words[i].role != WordRole::content) continue;
        bool there = false, first_there = false;
        for (std::size_t j = 0; j < other.size(); ++j) {
            there = there || other[j].stem == words[i].stem;
            first_there = first_there || other[j].text == "first" || other[j].text == "1st";
        }
        if (there && !first_there) return &words[i];
    }
    return nullptr;
}

/// "Companies that bought YouTube" beside "companies YouTube bought".
bool relates_otherwise(const ScopeWords& a, const ScopeWords& b) {
    const auto noun_at = [](const ScopeWords& words, std::size_t i) { return i < words.size() && words[i].role == WordRole::content; };
    const auto done = [](const GateWord& w) { return w.text != w.stem && !w.text.ends_with("ing"); };
    for (std::size_t i = 0; i < a.size(); ++i) {
        const std::size_t verb = skip(a, i + 1, relative), object = skip(a, verb + 1, before_nouns);
        if (!noun_at(a, i) || !noun_at(a, verb) || !noun_at(a, object) || !done(a[verb])) continue;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t who = skip(b, skip(b, j + 1, relative), before_nouns);
            if (b[j].stem != a[i].stem || !noun_at(b, who) || who + 1 >= b.size()) continue;
            if (b[who].stem == a[object].stem && b[who + 1].text == a[verb].text) return true;
        }
    }
    return false;
}

}  // namespace

std::optional<Refusal> scope_differs(const std::vector<GateWord>& a, const std::vector<GateWord>& b) {
    if (auto found = about_another(Difference::negation, a, b, [](const GateWord& w) { return w.role == WordRole::negator; })) return found;
    if (auto found = about_another(Difference::link, a, b, [](const GateWord& w) { return w.text == "only"; })) return found;
    if (const GateWord* w = first_of_all(a, b)) return Refusal{Difference::number, "first " + w->text, w->text};
    if (const GateWord* w = first_of_all(b, a)) return Refusal{Difference::number, w->text, "first " + w->text};
    if (ends_with_by(a) != ends_with_by(b) && says_by(a) && says_by(b)) return Refusal{Difference::order, "who does it", "to whom"};
    if (says_by(a) || says_by(b)) return std::nullopt;
    if (asks_for_the_object(a, b) || asks_for_the_object(b, a) || relates_otherwise(a, b) || relates_otherwise(b, a)) return Refusal{Difference::order, "who does it", "to whom"};
    return std::nullopt;
}

}  // namespace llm
