#include "text/order.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llm {
namespace {

/// Words that put what precedes and what follows them into different places.
constexpr auto relations = std::to_array<std::string_view>(
    {"from", "to", "into", "over", "than", "before", "after", "under", "above", "below", "instead", "rather",
     "versus", "vs", "against", "by", "minus", "beside", "behind"});
constexpr auto opposed = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"from", "to"}, {"from", "into"}, {"into", "out"}, {"since", "until"}});
constexpr auto joining = std::to_array<std::string_view>({"and", "or", "&", ",", "nor", "plus", "both", "/"});

constexpr auto unheard = std::to_array<std::string_view>({"the", "a", "an", "please"});

using Words = std::vector<GateWord>;

bool thing(const GateWord& w) { return w.role == WordRole::content || w.role == WordRole::number; }
/// A pronoun's subject form, or nothing.
std::string_view person(std::string_view w) {
    constexpr auto persons = std::to_array<std::pair<std::string_view, std::string_view>>({{"i", "i"},
                                                                                           {"me", "i"},
                                                                                           {"you", "you"},
                                                                                           {"he", "he"},
                                                                                           {"him", "he"},
                                                                                           {"she", "she"},
                                                                                           {"her", "she"},
                                                                                           {"we", "we"},
                                                                                           {"us", "we"},
                                                                                           {"they", "they"},
                                                                                           {"them", "they"},
                                                                                           {"my", "my"},
                                                                                           {"your", "your"}});
    const auto* const found =
        std::ranges::find(persons, w, &std::pair<std::string_view, std::string_view>::first);
    return found == persons.end() ? std::string_view{} : found->second;
}

/// Index of the first thing within a few words after i, or the end.
std::size_t object_of(const Words& words, std::size_t i) {
    for (std::size_t j = i + 1; j < words.size() && j < i + 5; ++j) {
        if (thing(words[j])) return j;
        if (words[j].role == WordRole::mark && words[j].text != "\"" && words[j].text != "'" &&
            words[j].text != "$")
            break;
        if (among(relations, words[j].text)) break;
    }
    return words.size();
}

/// Among the last few things before the place: what the relation's left side can be.
bool stands_before(const Words& words, std::string_view stem, std::size_t place) {
    constexpr std::size_t reach = 3;
    std::size_t things = 0;
    for (std::size_t i = place; i-- > 0 && things < reach;) {
        if (words[i].text == "." || words[i].text == ";" || words[i].text == "?") return false;
        if (words[i].stem == stem) return true;
        things += thing(words[i]);
    }
    return false;
}

/// The same relation, its object in the one standing before it in the other, both ways.
bool swapped_around(const Words& a, std::size_t relation_a, std::size_t object_a, const Words& b,
                    std::size_t relation_b, std::size_t object_b) {
    if (a[object_a].stem == b[object_b].stem) return false;
    return stands_before(a, b[object_b].stem, relation_a) && stands_before(b, a[object_a].stem, relation_b);
}

struct Relation {
    std::size_t place, object;
};
std::vector<Relation> relations_of(const Words& words) {
    std::vector<Relation> found;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool opposable = among(relations, words[i].text) || words[i].text == "out" ||
                               words[i].text == "off" || words[i].text == "since";
        if (!opposable) continue;
        if (const std::size_t object = object_of(words, i); object < words.size())
            found.push_back({i, object});
    }
    return found;
}

bool are_opposed(std::string_view x, std::string_view y) {
    return std::ranges::any_of(opposed, [&](const auto& o) {
        return (o.first == x && o.second == y) || (o.first == y && o.second == x);
    });
}

/// Whether the object stands under that relation anywhere in the text.
bool relates(const Words& words, const std::vector<Relation>& all, std::string_view relation,
             std::string_view object) {
    return std::ranges::any_of(all, [&](const Relation& r) {
        return words[r.place].text == relation && words[r.object].stem == object;
    });
}

Refusal refusal(std::string_view text_a, const Words& a, std::size_t from_a, std::size_t to_a,
                std::string_view text_b, const Words& b, std::size_t from_b, std::size_t to_b) {
    const auto piece = [](std::string_view text, const Words& words, std::size_t from, std::size_t to) {
        return std::string(text.substr(words[from].span.begin, words[to].span.end - words[from].span.begin));
    };
    return {Difference::order, piece(text_a, a, from_a, to_a), piece(text_b, b, from_b, to_b)};
}

/// Marks and articles do not count when the order of words is compared.
Words bare(const Words& words) {
    Words out;
    for (const GateWord& w : words)
        if (w.role != WordRole::mark && !(w.role == WordRole::function && among(unheard, w.text)))
            out.push_back(w);
    return out;
}

/// a = P X M Y S, b = P Y M X S, with a thing or a person in X and in Y, and more than "and" in M.
std::optional<Refusal> exchanged(std::string_view text_a, const Words& all_a, std::string_view text_b,
                                 const Words& all_b) {
    const Words a = bare(all_a), b = bare(all_b);
    if (a.size() != b.size()) return std::nullopt;
    const auto same = [](const GateWord& x, const GateWord& y) {
        return x.stem == y.stem || (!person(x.text).empty() && person(x.text) == person(y.text));
    };
    std::size_t first = 0, last = a.size();
    while (first < last && same(a[first], b[first])) ++first;
    while (last > first && same(a[last - 1], b[last - 1])) --last;
    const auto weighty = [](const Words& w, std::size_t from, std::size_t to) {
        return std::any_of(w.begin() + static_cast<std::ptrdiff_t>(from),
                           w.begin() + static_cast<std::ptrdiff_t>(to),
                           [](const GateWord& x) { return thing(x) || !person(x.text).empty(); });
    };
    const auto equal = [&](std::size_t i, std::size_t j, std::size_t n) {
        for (std::size_t k = 0; k < n; ++k)
            if (!same(a[i + k], b[j + k])) return false;
        return true;
    };
    const std::size_t length = last - first;
    constexpr std::size_t longest = 60;
    if (length < 3 || length > longest) return std::nullopt;
    for (std::size_t x = 1; x + 2 <= length; ++x)
        for (std::size_t y = 1; x + y + 1 <= length; ++y) {
            const std::size_t m = length - x - y;
            if (!equal(first, first + y + m, x) || !equal(first + x, first + y, m) ||
                !equal(first + x + m, first, y))
                continue;
            if (!weighty(a, first, first + x) || !weighty(a, first + x + m, last)) continue;
            const bool only_joined = std::all_of(a.begin() + static_cast<std::ptrdiff_t>(first + x),
                                                 a.begin() + static_cast<std::ptrdiff_t>(first + x + m),
                                                 [](const GateWord& w) { return among(joining, w.text); });
            if (only_joined) continue;
            return refusal(text_a, a, first, last - 1, text_b, b, first, last - 1);
        }
    return std::nullopt;
}

/// "A man carries a dog", "a dog carries a man": what stands on either side of a word they share has changed places. "By" turns it back.
std::optional<Refusal> turned_around(std::string_view text_a, const Words& a, std::string_view text_b, const Words& b) {
    constexpr std::size_t reach = 6;
    const auto count = [](const Words& words, std::string_view text) { return std::ranges::count(words, text, &GateWord::text); };
    if (count(a, "by") != count(b, "by")) return std::nullopt;
    const auto speaks_of_more = [](const Words& these, const Words& those) {
        return std::ranges::any_of(only_in(these, those), [&these](std::size_t i) { return thing(these[i]); });
    };
    if (speaks_of_more(a, b) || speaks_of_more(b, a)) return std::nullopt;
    const auto beside = [](const Words& words, std::size_t at, bool before) {
        std::vector<std::size_t> out;
        for (std::size_t n = 1; n <= reach; ++n) {
            if (before ? at < n : at + n >= words.size()) break;
            const std::size_t i = before ? at - n : at + n;
            if (words[i].role == WordRole::mark && words[i].text != "'" && words[i].text != "\"" && words[i].text != "-") break;
            if (thing(words[i]) || !person(words[i].text).empty()) out.push_back(i);
        }
        return out;
    };
    const auto key = [](const GateWord& w) { return person(w.text).empty() ? std::string_view(w.stem) : person(w.text); };
    const auto holds = [&key](const Words& words, const std::vector<std::size_t>& places, std::string_view one) {
        return std::ranges::any_of(places, [&](std::size_t i) { return key(words[i]) == one; });
    };
    for (std::size_t i = 1; i + 1 < a.size(); ++i) {
        if (a[i].role != WordRole::content) continue;
        for (std::size_t j = 1; j + 1 < b.size(); ++j) {
            if (b[j].stem != a[i].stem) continue;
            const auto before_a = beside(a, i, true), after_a = beside(a, i, false), before_b = beside(b, j, true), after_b = beside(b, j, false);
            for (const std::size_t x : before_a) {
                if (!holds(b, after_b, key(a[x])) || holds(b, before_b, key(a[x])) || holds(a, after_a, key(a[x]))) continue;
                for (const std::size_t y : after_a)
                    if (holds(b, before_b, key(a[y])) && !holds(b, after_b, key(a[y])) && !holds(a, before_a, key(a[y])))
                        return refusal(text_a, a, x, y, text_b, b, before_b.back(), after_b.back());
            }
        }
    }
    return std::nullopt;
}

/// "2^10", "10^2": word for word the same, but that two have changed places.
std::optional<Refusal> two_swapped(std::string_view text_a, const Words& a, std::string_view text_b, const Words& b) {
    if (a.size() != b.size()) return std::nullopt;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < a.size() && places.size() < 3; ++i)
        if (a[i].text != b[i].text) places.push_back(i);
    if (places.size() != 2) return std::nullopt;
    const std::size_t x = places[0], y = places[1];
    const auto named = [](const GateWord& w) { return thing(w) || w.text.size() == 1; };
    if (a[x].text != b[y].text || a[y].text != b[x].text || !named(a[x]) || !named(a[y])) return std::nullopt;
    const bool arguments = y == x + 1 && a[x].text.size() == 1 && a[y].text.size() == 1;  // "cp a b"
    const bool only_joined = std::all_of(a.begin() + static_cast<std::ptrdiff_t>(x) + 1, a.begin() + static_cast<std::ptrdiff_t>(y),
                                         [](const GateWord& w) { return among(joining, w.text); });
    if (only_joined && !arguments) return std::nullopt;
    return refusal(text_a, a, x, y, text_b, b, x, y);
}

}  // namespace

std::optional<Refusal> order_differs(std::string_view text_a, const Words& a, std::string_view text_b,
                                     const Words& b) {
    const std::vector<Relation> in_a = relations_of(a), in_b = relations_of(b);
    for (const Relation& x : in_a)
        for (const Relation& y : in_b) {
            const bool same_relation = a[x.place].text == b[y.place].text;
            if (same_relation && swapped_around(a, x.place, x.object, b, y.place, y.object))
                return refusal(text_a, a, x.place, x.object, text_b, b, y.place, y.object);
            // "from Paris" against "to Paris", unless both texts say both.
            const bool turned = a[x.object].stem == b[y.object].stem &&
                                are_opposed(a[x.place].text, b[y.place].text) &&
                                !relates(a, in_a, b[y.place].text, a[x.object].stem) &&
                                !relates(b, in_b, a[x.place].text, b[y.object].stem);
            if (turned) return refusal(text_a, a, x.place, x.object, text_b, b, y.place, y.object);
        }
    if (auto found = two_swapped(text_a, a, text_b, b)) return found;
    if (auto found = turned_around(text_a, a, text_b, b)) return found;
    return exchanged(text_a, a, text_b, b);
}

}  // namespace llm
