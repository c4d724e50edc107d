#include "text/polarity.hpp"

#include "base/ascii.hpp"
#include "text/sorted_lines.hpp"
#include "text/stem.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llm {
namespace {

constexpr std::string_view antonyms[] = {
#include "text/antonyms.inc"
};

constexpr auto prefixes = std::to_array<std::string_view>(
    {"un", "in", "im", "il", "ir", "dis", "non", "de", "mis", "anti", "counter", "under", "over"});
constexpr auto quantities = std::to_array<std::pair<std::string_view, int>>(
    {{"all", 5},    {"every", 5},      {"each", 5},    {"always", 5},  {"entirely", 5},  {"fully", 5},
     {"most", 4},   {"mostly", 4},     {"usually", 4}, {"many", 3},    {"much", 3},      {"lots", 3},
     {"often", 3},  {"frequently", 3}, {"some", 2},    {"several", 2}, {"sometimes", 2}, {"occasionally", 2},
     {"partly", 2}, {"few", 1},        {"little", 1},  {"rarely", 1},  {"seldom", 1},    {"hardly", 1},
     {"barely", 1}, {"scarcely", 1}});
/// Words of failure: a negation in one text may be told by one of them in the other. Stems.
constexpr auto failures = std::to_array<std::string_view>(
    {"fail",   "unabl",      "declin", "reject",  "deni",      "refus",     "miss",    "broken",
     "wrong",  "problem",    "issu",   "troubl",  "error",     "lack",      "imposs",  "stuck",
     "lost",   "difficulti", "decl",   "block",   "incorrect", "unsuccess", "invalid", "wait",
     "avoid",  "pend",       "delay",  "late",    "gone",      "disappear", "vanish",  "struggl",
     "forgot", "forgotten",  "incap",  "prevent", "without"});
/// What is denied of the speaker's knowledge does not deny what is asked about. Stems.
constexpr auto knowing =
    std::to_array<std::string_view>({"know", "sure", "certain", "understand", "understood", "idea", "clue",
                                     "figur", "rememb", "recogn", "recognis", "see", "clear"});
constexpr auto focus = std::to_array<std::string_view>({"only", "even", "except", "unless", "barring"});
constexpr auto universal = std::to_array<std::string_view>(
    {"all", "every", "everyone", "everybody", "everything", "always", "both", "everywhere"});

/// Verbs through which a negation reaches what follows: "does not look good" looks bad. Stems.
constexpr auto transparent = std::to_array<std::string_view>(
    {"look", "feel", "seem", "sound", "go", "think", "appear", "becom", "taste", "smell", "be", "believ"});
/// Words between a negator and the first thing it denies.
constexpr auto passed_over = std::to_array<std::string_view>(
    {"a",   "an", "the", "be",  "been", "being", "to",   "that", "any",  "have", "had",
     "has", "is", "are", "was", "were", "do",    "does", "did",  "yet",  "even", "on",
     "in",  "at", "for", "of",  "with", "from",  "by",   "very", "more", "than"});
constexpr auto objects =
    std::to_array<std::string_view>({"me", "you", "him", "her", "us", "them", "all", "every", "everyone"});
constexpr auto auxiliaries = std::to_array<std::string_view>(
    {"do", "does", "did", "is", "are", "was", "were", "have", "has", "had", "can", "could", "will", "would",
     "should", "must", "may", "might", "am"});
constexpr auto asking_words =
    std::to_array<std::string_view>({"why", "how", "what", "when", "where", "who", "which", "come"});

int quantity(std::string_view word) {
    const auto* const found = std::ranges::find(quantities, word, &std::pair<std::string_view, int>::first);
    return found == quantities.end() ? 0 : found->second;
}

bool prefixed(std::string_view longer, std::string_view shorter) {
    constexpr std::size_t shortest_base = 3;
    if (longer.size() <= shorter.size() || shorter.size() < shortest_base || !longer.ends_with(shorter))
        return false;
    return among(prefixes, longer.substr(0, longer.size() - shorter.size()));
}

bool suffixed(std::string_view a, std::string_view b) {
    constexpr std::string_view less = "less";
    if (!a.ends_with(less) || a.size() < less.size() + 3) return false;
    const std::string_view base = a.substr(0, a.size() - less.size());
    return b == base || (b.starts_with(base) && b.substr(base.size()) == "ful");
}

/// What a negator denies, as far as we can see: the content words from it to the end of its clause.
std::vector<std::string_view> scope_of(const std::vector<GateWord>& words, std::size_t negator) {
    constexpr std::size_t widest = 6;
    std::vector<std::string_view> scope;
    for (std::size_t i = negator + 1; i < words.size() && scope.size() < widest; ++i) {
        if (words[i].role == WordRole::mark && words[i].text != "'" && words[i].text != "\"" &&
            words[i].text != "-")
            break;
        if (words[i].role == WordRole::content) scope.push_back(words[i].stem);
    }
    return scope;
}

bool has_stem(const std::vector<GateWord>& words, std::string_view stem) {
    return std::ranges::any_of(words, [stem](const GateWord& w) { return w.stem == stem; });
}

bool any_reads(const std::vector<GateWord>& words, std::string_view text) {
    return std::ranges::any_of(words, [text](const GateWord& w) { return w.text == text; });
}

/// "…, aren't you?": a comma, at most four words, a question mark, nothing but grammar between.
bool in_tag_question(const std::vector<GateWord>& words, std::size_t negator) {
    std::size_t end = negator + 1;
    while (end < words.size() && end < negator + 3 && words[end].role == WordRole::function) ++end;
    if (end == negator + 1 || end >= words.size() || words[end].text != "?") return false;
    return negator >= 2 && words[negator - 1].role == WordRole::function && words[negator - 2].text == ",";
}

/// Words that deny the speaker's own knowledge only: "I'm not sure how …" asks how, unless the other
/// text speaks of knowing too.
bool own_ignorance(const std::vector<GateWord>& words, std::size_t negator,
                   const std::vector<GateWord>& others) {
    for (std::size_t j = negator + 1; j + 1 < words.size() && j < negator + 4; ++j) {
        if (!among(knowing, words[j].stem)) continue;
        if (words[j].stem == "see" && !among(asking_words, words[j + 1].text) && words[j + 1].text != "if") return false;
        const auto speaks_of_it = [&](const GateWord& w) {
            return w.stem == words[j].stem || opposites(w, words[j]);
        };
        return std::ranges::none_of(others, speaks_of_it);
    }
    return false;
}

/// The negators that deny something of the matter.
std::vector<std::size_t> negators_of(const std::vector<GateWord>& words,
                                     const std::vector<GateWord>& others) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view next = i + 1 < words.size() ? std::string_view(words[i + 1].text) : "";
        const bool yet_to = words[i].text == "yet" && next == "to" && i > 0 && words[i - 1].stem == "have";
        if (words[i].role != WordRole::negator && !yet_to) continue;
        if (words[i].text == "not" && next == "only" && !any_reads(others, "only")) continue;
        if (next == "problem" || next == "matter" || next == "doubt") continue;
        if (next == "time" && i > 0 && words[i - 1].text == "in") continue;
        if (!in_tag_question(words, i) && !own_ignorance(words, i, others)) found.push_back(i);
    }
    return found;
}

struct Side {
    const std::vector<GateWord>& words;
    std::vector<std::size_t> only;
    std::vector<std::size_t> negators;

    bool fails() const {
        return std::ranges::any_of(only, [this](std::size_t i) { return among(failures, words[i].stem); });
    }
    bool focused() const {
        return std::ranges::any_of(only, [this](std::size_t i) {
            return among(focus, words[i].text) || among(universal, words[i].text);
        });
    }
    std::string negator() const { return negators.empty() ? std::string() : words[negators.front()].text; }
};

struct Opposition {
    std::size_t left, right;
};

/// Grammar words that have an opposite; the rest need no look into the table.
bool may_oppose(const GateWord& w) {
    constexpr auto poles = std::to_array<std::string_view>(
        {"on", "off", "in", "out", "up", "down", "before", "after", "more", "less", "most", "least", "above", "below",
         "over", "under", "into", "once", "further", "he", "she", "him", "her", "his", "same", "own", "here", "there",
         "well", "like", "until", "other", "through", "during", "want", "need", "help", "get", "ago", "again"});
    return w.role != WordRole::function || quantity(w.text) != 0 || among(poles, w.text);
}

/// Every pair of opposites, one word in each text, of words the other text lacks.
std::vector<Opposition> oppositions(const Side& a, const Side& b) {
    std::vector<Opposition> found;
    for (const std::size_t i : a.only) {
        if (!may_oppose(a.words[i])) continue;
        for (const std::size_t j : b.only)
            if (may_oppose(b.words[j]) && opposites(a.words[i], b.words[j])) found.push_back({i, j});
    }
    return found;
}

/// "not convenient" beside "inconvenient": the negator stands closely before its opposite.
bool sets_right(const Side& negated, std::size_t word) {
    return std::ranges::any_of(negated.negators, [&](std::size_t n) {
        if (n >= word) return false;
        const auto between = static_cast<std::size_t>(
            std::count_if(negated.words.begin() + static_cast<std::ptrdiff_t>(n) + 1,
                          negated.words.begin() + static_cast<std::ptrdiff_t>(word), [](const GateWord& w) {
                              return (w.role == WordRole::content && !among(transparent, w.stem)) ||
                                     w.role == WordRole::mark;
                          }));
        return between == 0 && word - n <= 6;
    });
}

/// Index of the first thing after the negator in its clause, or the end.
std::size_t denied_by(const std::vector<GateWord>& words, std::size_t negator) {
    for (std::size_t i = negator + 1; i < words.size(); ++i) {
        if (words[i].role == WordRole::mark) break;
        if (!among(passed_over, words[i].text)) return i;
    }
    return words.size();
}

/// "Why hasn't my card …": the subject stands where otherwise what is denied stands.
bool inverted(const std::vector<GateWord>& words, std::size_t negator) {
    if (negator == 0 || !among(auxiliaries, words[negator - 1].text)) return false;
    if (negator == 1) return true;
    const GateWord& before = words[negator - 2];
    return before.role == WordRole::mark || among(asking_words, before.text);
}

/// One negation in each, but of different things: "the red one, not the blue", "the blue one, not the red".
std::optional<Refusal> scope_moved(const Side& a, const Side& b) {
    const std::size_t in_a = a.negators.front(), in_b = b.negators.front();
    if (inverted(a.words, in_a) || inverted(b.words, in_b)) return std::nullopt;
    const std::size_t denied_a = denied_by(a.words, in_a), denied_b = denied_by(b.words, in_b);
    if (denied_a == a.words.size() || denied_b == b.words.size()) return std::nullopt;
    const GateWord &left = a.words[denied_a], &right = b.words[denied_b];
    if (left.stem == right.stem) return std::nullopt;
    // the very same words, and the "not" elsewhere
    if (a.only.empty() && b.only.empty()) return Refusal{Difference::negation, a.negator() + " " + left.text, b.negator() + " " + right.text};
    // What the one denies, the other says before or without its negation.
    const auto affirmed = [](const GateWord& thing, const std::vector<GateWord>& words, std::size_t negator) {
        const auto scope = scope_of(words, negator);
        if (std::ranges::find(scope, thing.stem) != scope.end()) return false;
        return (thing.role != WordRole::function || among(objects, thing.text)) &&
               has_stem(words, thing.stem);
    };
    if (!affirmed(left, b.words, in_b) && !affirmed(right, a.words, in_a)) return std::nullopt;
    return Refusal{Difference::negation, a.negator() + " " + left.text, b.negator() + " " + right.text};
}

/// "oldest" → "old", "happier" → "happi" (as stems are), "biggest" → "big"; otherwise empty.
std::string positive(std::string_view word, std::string_view ending) {
    if (!word.ends_with(ending) || word.size() < ending.size() + 3) return {};
    std::string base(word.substr(0, word.size() - ending.size()));
    const std::size_t n = base.size();
    if (base[n - 1] == base[n - 2] && base[n - 1] != 'l' && base[n - 1] != 's') base.pop_back();
    return stem(base);
}

bool in_table(std::string_view a, std::string_view b) {
    return has_line(antonyms, std::string(std::min(a, b)) + " " + std::string(std::max(a, b)));
}

/// As if no verb's irregular form looked like it.
std::string plain_stem(const GateWord& w) { return w.role == WordRole::mark ? w.text : stem(w.text); }

bool opposite_degrees(const GateWord& a, const GateWord& b) {
    return std::ranges::any_of(std::to_array<std::string_view>({"est", "er"}), [&](std::string_view ending) {
        const std::string left = positive(a.text, ending), right = positive(b.text, ending);
        return !left.empty() && !right.empty() && in_table(left, right);
    });
}

}  // namespace

bool opposites(const GateWord& a, const GateWord& b) {
    if (a.stem == b.stem) return false;
    if (in_table(a.stem, b.stem) || opposite_degrees(a, b)) return true;
    if (in_table(plain_stem(a), plain_stem(b))) return true;  // "left" is no form of "leave" beside "right"
    if (prefixed(a.stem, b.stem) || prefixed(b.stem, a.stem) || prefixed(a.text, b.text) ||
        prefixed(b.text, a.text))
        return true;
    if (suffixed(a.text, b.text) || suffixed(b.text, a.text)) return true;
    const int left = quantity(a.text), right = quantity(b.text);
    return left != 0 && right != 0 && left != right;
}

bool tells_of_failure(std::string_view stem) noexcept { return among(failures, stem); }

std::optional<Refusal> polarity_differs(const std::vector<GateWord>& first,
                                        const std::vector<GateWord>& second) {
    const Side a{first, only_in(first, second), negators_of(first, second)};
    const Side b{second, only_in(second, first), negators_of(second, first)};
    const std::vector<Opposition> pairs = oppositions(a, b);
    const std::size_t more = std::max(a.negators.size(), b.negators.size());
    const std::size_t fewer = std::min(a.negators.size(), b.negators.size());

    const auto antonym = [&](const Opposition& o) {
        return Refusal{Difference::antonym, a.words[o.left].text, b.words[o.right].text};
    };
    const Refusal negation{Difference::negation, a.negator(), b.negator()};
    const Side& negated = a.negators.size() > b.negators.size() ? a : b;
    const Side& plain = &negated == &a ? b : a;

    if (pairs.empty()) {
        if (more != fewer) {
            const bool told_otherwise = more - fewer == 1 && plain.fails() && !negated.fails();
            if (!told_otherwise) return negation;
            return std::nullopt;
        }
        if (more > 0 && a.focused() != b.focused()) return negation;
        return more == 1 ? scope_moved(a, b) : std::nullopt;
    }
    if (pairs.size() > 1 || more - fewer != 1) return antonym(pairs.front());
    const std::size_t word = &negated == &a ? pairs.front().left : pairs.front().right;
    if (!sets_right(negated, word)) return antonym(pairs.front());
    return std::nullopt;
}

}  // namespace llm
