// Porter, An algorithm for suffix stripping (1980), with the extensions that NLTK's stemmer has by default.
#include "evaluators/overlap.hpp"

#include <array>
#include <utility>

namespace llm {
namespace {

bool is_consonant(std::string_view w, std::size_t i) {
    switch (w[i]) {
        case 'a':
        case 'e':
        case 'i':
        case 'o':
        case 'u': return false;
        case 'y': return i == 0 || !is_consonant(w, i - 1);
        default: return true;
    }
}

/// How often a vowel is followed by a consonant.
int measure(std::string_view w) {
    int m = 0;
    for (std::size_t i = 1; i < w.size(); ++i) m += !is_consonant(w, i - 1) && is_consonant(w, i) ? 1 : 0;
    return m;
}

bool has_vowel(std::string_view w) {
    for (std::size_t i = 0; i < w.size(); ++i)
        if (!is_consonant(w, i)) return true;
    return false;
}

bool ends_double(std::string_view w) {
    return w.size() >= 2 && w[w.size() - 1] == w[w.size() - 2] && is_consonant(w, w.size() - 1);
}

bool ends_cvc(std::string_view w) {
    const std::size_t n = w.size();
    if (n == 2) return !is_consonant(w, 0) && is_consonant(w, 1);
    return n >= 3 && is_consonant(w, n - 3) && !is_consonant(w, n - 2) && is_consonant(w, n - 1) && w[n - 1] != 'w' &&
           w[n - 1] != 'x' && w[n - 1] != 'y';
}

std::string_view without(std::string_view w, std::string_view suffix) { return w.substr(0, w.size() - suffix.size()); }

struct Rule {
    std::string_view suffix, instead;
};

/// The first rule whose suffix fits decides, whether its condition holds or not.
template <std::size_t N, typename C>
std::string first_rule(std::string_view w, const std::array<Rule, N>& rules, C condition) {
    for (const Rule& r : rules)
        if (w.ends_with(r.suffix)) {
            const std::string_view stem = without(w, r.suffix);
            return condition(stem, r) ? std::string{stem}.append(r.instead) : std::string{w};
        }
    return std::string{w};
}

std::string step_1a(std::string_view w) {
    if (w.size() == 4 && w.ends_with("ies")) return std::string{w.substr(0, 3)};
    constexpr std::array<Rule, 4> rules{{{"sses", "ss"}, {"ies", "i"}, {"ss", "ss"}, {"s", ""}}};
    return first_rule(w, rules, [](std::string_view, const Rule&) { return true; });
}

std::string step_1b(std::string_view w) {
    if (w.ends_with("ied")) return std::string{without(w, w.size() == 4 ? "d" : "ed")};
    if (w.ends_with("eed")) return std::string{measure(without(w, "eed")) > 0 ? without(w, "d") : w};
    std::string_view stem;
    if (w.ends_with("ed") && has_vowel(without(w, "ed")))
        stem = without(w, "ed");
    else if (w.ends_with("ing") && has_vowel(without(w, "ing")))
        stem = without(w, "ing");
    else
        return std::string{w};
    if (stem.ends_with("at") || stem.ends_with("bl") || stem.ends_with("iz")) return std::string{stem} + 'e';
    if (ends_double(stem)) {
        const char last = stem.back();
        return std::string{last == 'l' || last == 's' || last == 'z' ? stem : stem.substr(0, stem.size() - 1)};
    }
    return measure(stem) == 1 && ends_cvc(stem) ? std::string{stem} + 'e' : std::string{stem};
}

std::string step_1c(std::string_view w) {
    const bool turns = w.ends_with('y') && w.size() > 2 && is_consonant(w, w.size() - 2);
    return turns ? std::string{without(w, "y")} + 'i' : std::string{w};
}

std::string step_2(std::string_view w) {
    if (w.ends_with("alli") && measure(without(w, "alli")) > 0) return step_2(without(w, "li"));
    constexpr std::array<Rule, 22> rules{
        {{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},   {"anci", "ance"},   {"izer", "ize"},    {"bli", "ble"},
         {"alli", "al"},     {"entli", "ent"},   {"eli", "e"},       {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
         {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"}, {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},
         {"iviti", "ive"},   {"biliti", "ble"},  {"fulli", "ful"},   {"logi", "log"}}};
    return first_rule(w, rules, [w](std::string_view stem, const Rule& r) {
        return measure(r.suffix == "logi" ? without(w, "ogi") : stem) > 0;
    });
}

std::string step_3(std::string_view w) {
    constexpr std::array<Rule, 7> rules{
        {{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""}, {"ness", ""}}};
    return first_rule(w, rules, [](std::string_view stem, const Rule&) { return measure(stem) > 0; });
}

std::string step_4(std::string_view w) {
    constexpr std::array<Rule, 19> rules{{{"al", ""},
                                          {"ance", ""},
                                          {"ence", ""},
                                          {"er", ""},
                                          {"ic", ""},
                                          {"able", ""},
                                          {"ible", ""},
                                          {"ant", ""},
                                          {"ement", ""},
                                          {"ment", ""},
                                          {"ent", ""},
                                          {"ion", ""},
                                          {"ou", ""},
                                          {"ism", ""},
                                          {"ate", ""},
                                          {"iti", ""},
                                          {"ous", ""},
                                          {"ive", ""},
                                          {"ize", ""}}};
    return first_rule(w, rules, [](std::string_view stem, const Rule& r) {
        return measure(stem) > 1 && (r.suffix != "ion" || stem.ends_with('s') || stem.ends_with('t'));
    });
}

std::string step_5(std::string_view given) {
    std::string w{given};
    if (w.ends_with('e')) {
        const std::string_view stem = without(w, "e");
        const int m = measure(stem);
        if (m > 1 || (m == 1 && !ends_cvc(stem))) w.pop_back();
    }
    if (w.ends_with("ll") && measure(without(w, "l")) > 1) w.pop_back();
    return w;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 17> irregular{{{"sky", "sky"},
                                                                                   {"skies", "sky"},
                                                                                   {"dying", "die"},
                                                                                   {"lying", "lie"},
                                                                                   {"tying", "tie"},
                                                                                   {"news", "news"},
                                                                                   {"innings", "inning"},
                                                                                   {"inning", "inning"},
                                                                                   {"outings", "outing"},
                                                                                   {"outing", "outing"},
                                                                                   {"cannings", "canning"},
                                                                                   {"canning", "canning"},
                                                                                   {"howe", "howe"},
                                                                                   {"proceed", "proceed"},
                                                                                   {"exceed", "exceed"},
                                                                                   {"succeed", "succeed"},
                                                                                   {"", ""}}};

}  // namespace

std::string porter_stem(std::string_view word) {
    for (const auto& [form, stem] : irregular)
        if (word == form) return std::string{stem};
    if (word.size() <= 2) return std::string{word};
    return step_5(step_4(step_3(step_2(step_1c(step_1b(step_1a(word)))))));
}

}  // namespace llm
