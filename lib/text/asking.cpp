#include "text/asking.hpp"

#include "base/ascii.hpp"
#include "text/stem.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace llm {
namespace {

using AskedWords = std::vector<GateWord>;

// What can be asked for; an asker may ask for several ("what time": what or when).
enum Asks : unsigned { thing = 1, manner = 2, cause = 4, moment = 8, place = 16, person = 32, amount = 64 };

struct Asker {
    std::size_t at;
    unsigned asks;
};

constexpr auto degrees = std::to_array<std::string_view>(
    {"many", "much", "long", "old", "far", "tall", "big", "often", "high", "deep", "fast", "large", "heavy", "soon",
     "late", "wide", "expensive", "hot", "cold", "close", "near", "quickly", "strong", "thick", "small", "short"});
constexpr auto measures = std::to_array<std::string_view>(
    {"height", "length", "price", "cost", "costs", "size", "age", "distance", "number", "amount", "fee", "fees",
     "charge", "charges", "rate", "rates", "limit", "limits", "maximum", "minimum", "duration", "weight", "depth",
     "temperature", "speed", "total", "balance", "population", "salary", "worth"});
constexpr auto ways =
    std::to_array<std::string_view>({"way", "ways", "method", "methods", "step", "steps", "process", "procedure", "best"});
constexpr auto causes = std::to_array<std::string_view>({"reason", "reasons", "cause", "causes", "purpose", "point"});
constexpr auto moments =
    std::to_array<std::string_view>({"time", "date", "day", "hour", "year", "month", "week", "deadline", "age"});
constexpr auto place_nouns = std::to_array<std::string_view>(
    {"place", "places", "city", "country", "address", "location", "town", "street", "website", "page", "menu"});
constexpr auto findings = std::to_array<std::string_view>({"find", "locate", "see", "view", "found"});
constexpr auto verbs_of_asking = std::to_array<std::string_view>(
    {"know", "tell", "me", "wonder", "wondering", "ask", "asking", "out", "see", "check", "explain", "show", "sure",
     "understand", "figure", "and", "or", "but", "remember", "say", "idea", "exactly", "to", "is", "so", "us"});
constexpr auto auxiliary = std::to_array<std::string_view>(
    {"do", "does", "did", "is", "are", "was", "were", "am", "have", "has", "had", "can", "could", "will", "would",
     "should", "shall", "must", "may", "might"});
constexpr auto past = std::to_array<std::string_view>({"did", "was", "were", "had"});
constexpr auto present = std::to_array<std::string_view>({"do", "does", "is", "are", "am", "has", "have"});
constexpr auto future = std::to_array<std::string_view>({"will", "shall", "gonna"});
constexpr auto ability =
    std::to_array<std::string_view>({"can", "could", "may", "might", "able", "possible", "allowed", "permitted"});
constexpr auto obligation = std::to_array<std::string_view>({"must", "should", "ought", "required", "obliged", "mandatory"});
constexpr auto askers = std::to_array<std::string_view>({"how", "why", "what", "which", "when", "where", "who", "whether", "if"});
constexpr auto subjects = std::to_array<std::string_view>({"i", "we", "he", "she", "they", "it"});
constexpr auto modals = std::to_array<std::string_view>({"should", "could", "would", "must", "might", "may"});
constexpr auto polite =
    std::to_array<std::string_view>({"tell", "help", "show", "explain", "give", "please", "let", "advise", "assist", "teach"});

std::string_view at(const AskedWords& words, std::size_t i) { return i < words.size() ? std::string_view(words[i].text) : ""; }

bool ends_clause(const GateWord& w) { return w.role == WordRole::mark && std::string_view(".?!;:,").find(w.text) != std::string_view::npos; }

bool begins_clause(const AskedWords& words, std::size_t i) { return i == 0 || words[i - 1].role == WordRole::mark; }

/// Whether one of the list stands within `reach` words after i, in the same clause.
template <typename List>
bool soon(const AskedWords& words, std::size_t i, std::size_t reach, const List& list) {
    for (std::size_t j = i + 1; j < words.size() && j <= i + reach && !ends_clause(words[j]); ++j)
        if (among(list, words[j].text)) return true;
    return false;
}

/// "What do I do", "what do I need to do", "what should I do": a way is asked for as well.
bool asks_what_to_do(const AskedWords& words, std::size_t what) {
    std::size_t i = what + 1;
    if (at(words, i) == "to") return at(words, i + 1) == "do";
    bool subject = false;
    for (; i < words.size() && i < what + 9 && !ends_clause(words[i]); ++i) {
        if (at(words, i) == "do" && subject) return true;
        if (words[i].role == WordRole::content && !among(ability, words[i].text) && words[i].text != "required") return false;
        subject = subject || at(words, i) == "i" || at(words, i) == "you" || at(words, i) == "we" || at(words, i) == "one";
    }
    return false;
}

unsigned asks_of_what(const AskedWords& words, std::size_t i) {
    unsigned asks = thing;
    constexpr std::size_t noun = 4;
    const auto next = at(words, i + 1);
    if (among(moments, next)) asks |= moment;
    if (among(place_nouns, next)) asks |= place;
    if (next == "person" || next == "people") asks |= person;
    if (soon(words, i, noun, ways) || at(words, i - 1) == "in" || asks_what_to_do(words, i)) asks |= manner;
    if (soon(words, i, noun + 2, causes)) asks |= cause;
    if (soon(words, i, noun + 2, measures) || soon(words, i, noun + 4, std::to_array<std::string_view>({"cost", "costs", "pay", "charge", "charged"})))
        asks |= amount;
    if (soon(words, i, noun, moments)) asks |= moment;
    if (soon(words, i, noun, place_nouns)) asks |= place;
    // "what … for?"
    for (std::size_t j = i + 1; j < words.size(); ++j)
        if (words[j].text == "for" && (j + 1 == words.size() || ends_clause(words[j + 1]))) asks = (asks & ~thing) | cause;
    return asks;
}

/// "when I pay" asks nothing.
bool asks(const AskedWords& words, std::size_t i) {
    if (among(auxiliary, at(words, i + 1))) return i == 0 || begins_clause(words, i) || words[i - 1].role == WordRole::function || among(verbs_of_asking, at(words, i - 1));
    if (i + 1 == words.size() || ends_clause(words[i + 1])) return true;
    return i > 0 && among(verbs_of_asking, at(words, i - 1));
}

std::vector<Asker> askers_of(const AskedWords& words) {
    std::vector<Asker> out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view w = words[i].text;
        if (w == "how") {
            const auto next = at(words, i + 1);
            unsigned asks = next == "come" ? cause : next == "about" ? thing : among(degrees, next) ? amount : manner;
            if (asks == amount && (next == "soon" || next == "long" || next == "late")) asks |= moment;
            if (asks == manner && (next == "is" || next == "are" || next == "s")) asks |= thing;
            if (asks == manner && soon(words, i, 5, findings)) asks |= place;
            out.push_back({i, asks});
        } else if (w == "what" || w == "which") {
            out.push_back({i, asks_of_what(words, i)});
        } else if (w == "why") {
            out.push_back({i, cause});
        } else if ((w.starts_with("explain") || w == "describe" || w == "define") && !soon(words, i, 4, askers)) {
            out.push_back({i, thing | manner | cause});
        } else if (w == "when" && asks(words, i)) {
            out.push_back({i, moment});
        } else if (w == "where" && asks(words, i)) {
            out.push_back({i, soon(words, i, 5, findings) ? place | manner : place});
        } else if ((w == "who" || w == "whom" || w == "whose") && (asks(words, i) || begins_clause(words, i))) {
            out.push_back({i, person});
        }
    }
    return out;
}

/// "Can I …", "is it …"; no "can you tell me".
bool asks_yes_or_no(const AskedWords& words) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (!begins_clause(words, i) || !among(auxiliary, words[i].text)) continue;
        if (words[i + 1].role == WordRole::mark) continue;
        if (at(words, i) == "do" && words[i + 1].role == WordRole::negator) continue;
        if (at(words, i + 1) == "you" && soon(words, i, 4, polite)) continue;
        return true;
    }
    return false;
}

/// "I need to pay", "help me pay": as good as "how do I pay", and no "why".
bool wants_to_do(const AskedWords& words) {
    for (std::size_t i = 0; i + 2 < words.size(); ++i) {
        if (at(words, i) == "help" && at(words, i + 1) == "me") return true;
        const bool wish = at(words, i + 1) == "need" || at(words, i + 1) == "want" || at(words, i + 1) == "wish" || at(words, i + 1) == "like";
        if ((at(words, i) == "i" || at(words, i) == "would" || at(words, i) == "we") && wish && at(words, i + 2) == "to") return true;
    }
    return at(words, 0) == "need" && at(words, 1) == "to";
}

std::vector<Asker> unanswered(const std::vector<Asker>& these, const std::vector<Asker>& those) {
    std::vector<Asker> out;
    for (const Asker& x : these)
        if (std::ranges::none_of(those, [&x](const Asker& y) { return (x.asks & y.asks) != 0; })) out.push_back(x);
    return out;
}

template <typename List>
bool says(const AskedWords& words, const List& list) {
    return std::ranges::any_of(words, [&list](const GateWord& w) { return among(list, w.text); });
}

std::optional<Refusal> question_differs(const AskedWords& a, const AskedWords& b) {
    const std::vector<Asker> in_a = askers_of(a), in_b = askers_of(b);
    const auto more = [](const AskedWords& these, const AskedWords& those, const std::vector<Asker>& askers) {
        const std::vector<std::size_t> only = only_in(these, those);
        std::vector<Asker> out;
        for (const Asker& x : askers)
            if (std::ranges::find(only, x.at) != only.end()) out.push_back(x);
        return out;
    };
    const auto said = [](const AskedWords& words, const std::vector<Asker>& askers) {
        return askers.empty() ? std::string() : words[askers.front().at].text;
    };
    const std::vector<Asker> more_a = more(a, b, in_a), more_b = more(b, a, in_b);
    for (const auto& [x, y] : {std::pair{in_a, in_b}, std::pair{more_a, more_b}}) {
        const std::vector<Asker> left = unanswered(x, y), right = unanswered(y, x);
        if (!left.empty() && !right.empty()) return Refusal{Difference::question, said(a, left), said(b, right)};
    }
    if (in_a.empty() && in_b.empty() && asks_yes_or_no(a) != asks_yes_or_no(b)) {
        // "did I pay it", "pay it"
        const AskedWords &asking = asks_yes_or_no(a) ? a : b, &told = asks_yes_or_no(a) ? b : a;
        if (says(asking, past) && !says(told, auxiliary) && !says(told, subjects)) return Refusal{Difference::question, &asking == &a ? "whether" : "", &asking == &a ? "" : "whether"};
    }
    if (in_a.empty() == in_b.empty()) return std::nullopt;
    const AskedWords& other = in_a.empty() ? a : b;
    const unsigned first = (in_a.empty() ? in_b : in_a).front().asks;
    const Refusal refusal{Difference::question, said(a, in_a), said(b, in_b)};
    if ((first & (moment | person)) != 0 && (first & thing) == 0) return refusal;
    if (asks_yes_or_no(other)) return refusal;
    if (wants_to_do(other) && (first & (thing | manner)) == 0) return refusal;
    return std::nullopt;
}

bool has_to(const AskedWords& words, std::size_t i) {
    return (words[i].stem == "have" || words[i].text == "need" || words[i].text == "needs" || words[i].text == "needed") && at(words, i + 1) == "to";
}

std::optional<Refusal> modality_differs(const AskedWords& a, const AskedWords& b) {
    const auto first_of = [](const AskedWords& words, const auto& wanted) {
        for (std::size_t i = 0; i < words.size(); ++i)
            if (wanted(words, i)) return words[i].text;
        return std::string();
    };
    const auto can = [](const AskedWords& w, std::size_t i) { return among(ability, w[i].text); };
    const auto must = [](const AskedWords& w, std::size_t i) { return among(obligation, w[i].text) || has_to(w, i); };
    const auto might = [](const AskedWords& w, std::size_t i) { return w[i].text == "might" || (w[i].text == "may" && i > 0); };
    if (const std::string x = first_of(a, must), y = first_of(b, might); !x.empty() && !y.empty() && first_of(a, might).empty() && first_of(b, must).empty())
        return Refusal{Difference::modality, x, y};
    if (const std::string x = first_of(a, might), y = first_of(b, must); !x.empty() && !y.empty() && first_of(a, must).empty() && first_of(b, might).empty())
        return Refusal{Difference::modality, x, y};
    if (askers_of(a).empty() && askers_of(b).empty()) {
        const std::string can_a = first_of(a, can), can_b = first_of(b, can), must_a = first_of(a, must), must_b = first_of(b, must);
        if (!can_a.empty() && can_b.empty() && must_a.empty() && !must_b.empty()) return Refusal{Difference::modality, can_a, must_b};
        if (can_a.empty() && !can_b.empty() && !must_a.empty() && must_b.empty()) return Refusal{Difference::modality, must_a, can_b};
        const auto wish = [](const AskedWords& w, std::size_t i) { return w[i].text == "want" || w[i].text == "wish" || w[i].text == "like"; };
        const std::string wish_a = first_of(a, wish), wish_b = first_of(b, wish);
        if (asks_yes_or_no(a) && asks_yes_or_no(b)) {
            if (!must_a.empty() && must_b.empty() && wish_a.empty() && !wish_b.empty()) return Refusal{Difference::modality, must_a, wish_b};
            if (must_a.empty() && !must_b.empty() && !wish_a.empty() && wish_b.empty()) return Refusal{Difference::modality, wish_a, must_b};
        }
    }
    // "should have restarted" beside "should restart"
    const auto missed = [](const AskedWords& w, std::size_t i) {
        return among(modals, w[i].text) && (at(w, i + 1) == "have" || (at(w, i + 1) == "not" && at(w, i + 2) == "have")) &&
               at(w, i + 2) != "to";
    };
    const std::string left = first_of(a, missed), right = first_of(b, missed);
    if (left.empty() != right.empty() && (says(a, modals) && says(b, modals)))
        return Refusal{Difference::modality, left.empty() ? left : left + " have", right.empty() ? right : right + " have"};
    // "I have paid" beside "I have to pay"
    const auto still_to_do = [](const AskedWords& todo, const AskedWords& done) {
        for (std::size_t i = 0; i + 2 < todo.size(); ++i) {
            if (todo[i].stem != "have" || at(todo, i + 1) != "to") continue;
            const GateWord& verb = todo[i + 2];
            for (std::size_t j = 0; j + 1 < done.size(); ++j) {
                if (done[j].stem != "have" || at(done, j + 1) == "to") continue;
                for (std::size_t k = j + 1; k < done.size() && k < j + 3; ++k)
                    if (done[k].stem == verb.stem || (done[k].text.size() <= 6 && done[k].text.substr(0, 2) == verb.text.substr(0, 2) && done[k].text.ends_with('d'))) return true;
            }
        }
        return false;
    };
    if (still_to_do(a, b)) return Refusal{Difference::modality, "have to", "have"};
    if (still_to_do(b, a)) return Refusal{Difference::modality, "have", "have to"};
    return std::nullopt;
}

bool is_irregular(const GateWord& w) { return w.text != w.stem && stem(w.text) != w.stem; }
bool is_participle(const GateWord& w) { return w.text.ends_with("ed") || w.text.ends_with("en") || w.text.ends_with("ing") || is_irregular(w); }

std::optional<Refusal> tense_differs(const AskedWords& a, const AskedWords& b) {
    const auto tells = [](const AskedWords& words) {
        return std::array{says(words, past), says(words, present), says(words, future)};
    };
    const auto in_a = tells(a), in_b = tells(b);
    if (in_a[0] && !in_a[2] && in_b[2] && !in_b[0]) return Refusal{Difference::tense, "past", "future"};
    if (in_b[0] && !in_b[2] && in_a[2] && !in_a[0]) return Refusal{Difference::tense, "future", "past"};
    // "I cancelled" beside "I am going to cancel"
    const auto is_to_come = [](const AskedWords& done, const AskedWords& todo) {
        for (std::size_t i = 0; i + 2 < todo.size(); ++i) {
            const std::size_t verb = at(todo, i) == "going" && at(todo, i + 1) == "to" ? i + 2 : among(future, at(todo, i)) ? i + 1 : 0;
            if (verb == 0 || todo[verb].role == WordRole::mark) continue;
            for (std::size_t j = 0; j < done.size(); ++j)
                if (done[j].stem == todo[verb].stem && done[j].text != todo[verb].text && (done[j].text.ends_with("ed") || is_irregular(done[j])) && !says(done, future)) return true;
        }
        return false;
    };
    if (is_to_come(a, b)) return Refusal{Difference::tense, "past", "future"};
    if (is_to_come(b, a)) return Refusal{Difference::tense, "future", "past"};
    // "was the server down" beside "is the server down": all the same but the time
    constexpr auto was = std::to_array<std::string_view>({"was", "were", "had"});
    constexpr auto is = std::to_array<std::string_view>({"is", "are", "am", "have", "has"});
    const auto others = [&](const AskedWords& these, const AskedWords& those) {
        return std::ranges::any_of(only_in(these, those), [&](std::size_t i) { return !among(was, these[i].text) && !among(is, these[i].text); });
    };
    if (others(a, b) || others(b, a)) return std::nullopt;
    const auto be = [](const AskedWords& words, const auto& list) -> const GateWord* {
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (!among(list, words[i].text)) continue;
            bool happened = false;
            for (std::size_t j = i + 1; j < words.size() && j < i + 5 && words[j].role != WordRole::mark; ++j)
                happened = happened || (words[j].role == WordRole::content && is_participle(words[j]));
            if (!happened) return &words[i];
        }
        return nullptr;
    };
    const GateWord *was_a = be(a, was), *was_b = be(b, was), *is_a = be(a, is), *is_b = be(b, is);
    if (was_a != nullptr && was_b == nullptr && is_b != nullptr && is_a == nullptr) return Refusal{Difference::tense, was_a->text, is_b->text};
    if (was_b != nullptr && was_a == nullptr && is_a != nullptr && is_b == nullptr) return Refusal{Difference::tense, is_a->text, was_b->text};
    return std::nullopt;
}

}  // namespace

std::optional<Refusal> asking_differs(const std::vector<GateWord>& a, const std::vector<GateWord>& b) {
    if (auto found = question_differs(a, b)) return found;
    if (auto found = modality_differs(a, b)) return found;
    return tense_differs(a, b);
}

}  // namespace llm
