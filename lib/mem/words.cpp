#include "mem/words.hpp"

#include "base/utf8.hpp"
#include "text/normalise.hpp"
#include "text/stem.hpp"
#include "text/words.hpp"

#include <algorithm>
#include <set>

namespace llm {
namespace {

bool carries_meaning(const Word& w) { return w.kind == WordKind::word || w.kind == WordKind::number; }

/// A possessive 's is no word of its own for us, and is one for FTS5's tokeniser.
std::string_view bare(std::string_view word) {
    for (const std::string_view tail : {"'s", "’s", "'", "’"})
        if (word.ends_with(tail)) return word.substr(0, word.size() - tail.size());
    return word;
}

std::string in_quotes(std::string_view term) {
    std::string out = "\"";
    for (const char c : term) {
        if (c == '\0') continue;
        out += c;
        if (c == '"') out += '"';
    }
    return out + '"';
}

struct Asked {
    std::vector<std::string> phrases, words, stops;
};

Asked read(std::string_view asked) {
    Asked out;
    std::size_t at = 0;
    std::string rest;
    while (at < asked.size()) {
        const std::size_t open = asked.find('"', at);
        const std::size_t close = open == std::string_view::npos ? open : asked.find('"', open + 1);
        if (close == std::string_view::npos) break;
        rest.append(asked.substr(at, open - at)).push_back(' ');
        const std::string_view phrase = asked.substr(open + 1, close - open - 1);
        if (std::ranges::any_of(split_words(phrase), carries_meaning)) out.phrases.emplace_back(phrase);
        at = close + 1;
    }
    rest.append(asked.substr(at));
    std::set<std::string> seen;
    for (const Word& w : split_words(rest)) {
        if (!carries_meaning(w)) continue;
        const std::string_view word = bare(w.span.of(rest));
        std::string folded = fold(word);
        if (folded.empty() || !seen.insert(folded).second) continue;
        (is_stop_word(folded) ? out.stops : out.words).emplace_back(word);
    }
    return out;
}

}  // namespace

std::vector<std::string> query_terms(std::string_view asked) {
    const Asked a = read(asked);
    std::vector<std::string> out;
    for (const auto* terms : {&a.phrases, &a.words})
        for (const std::string& term : *terms) out.push_back(in_quotes(term));
    if (out.empty())
        for (const std::string& term : a.stops) out.push_back(in_quotes(term));
    return out;
}

std::string any_of(const std::vector<std::string>& terms) {
    std::string out;
    for (const std::string& term : terms) out += (out.empty() ? "" : " OR ") + term;
    return out;
}

std::string any_two_of(const std::vector<std::string>& terms) {
    std::string out;
    for (std::size_t i = 0; i < terms.size(); ++i)
        for (std::size_t j = i + 1; j < terms.size(); ++j) out += (out.empty() ? "(" : " OR (") + terms[i] + " AND " + terms[j] + ")";
    return out;
}

std::string words_query(std::string_view asked) { return any_of(query_terms(asked)); }

std::vector<Span> matches(std::string_view asked, std::string_view text) {
    const Asked a = read(asked);
    std::set<std::string> stems;
    const auto add = [&stems](const std::string& words) {
        for (const Word& w : split_words(words))
            if (carries_meaning(w)) stems.insert(stem(fold(bare(w.span.of(words)))));
    };
    for (const std::string& p : a.phrases) add(p);
    for (const std::string& w : a.words) add(w);
    if (stems.empty())
        for (const std::string& w : a.stops) add(w);
    std::vector<Span> out;
    for (const Word& w : split_words(text))
        if (carries_meaning(w) && stems.contains(stem(fold(bare(w.span.of(text)))))) out.push_back(w.span);
    return out;
}

Span best_part(std::string_view text, const std::vector<Span>& found, std::size_t width) {
    if (text.size() <= width) return {0, text.size()};
    std::size_t best = 0, most = 0;
    for (std::size_t first = 0, last = 0; first < found.size(); ++first) {
        while (last < found.size() && found[last].end <= found[first].begin + width * 3 / 4) ++last;
        if (last - first > most) {
            most = last - first;
            best = found[first].begin;
        }
    }
    std::size_t begin = best > width / 8 ? best - width / 8 : 0;
    if (begin + width > text.size()) begin = text.size() - width;
    std::size_t end = std::min(text.size(), begin + width);
    if (begin > 0) {
        const std::size_t blank = text.find_first_of(" \n\t", begin);
        begin = blank != std::string_view::npos && blank < end ? blank + 1 : utf8_border(text, begin);
    }
    if (end < text.size()) {
        const std::size_t blank = text.find_last_of(" \n\t", end);
        end = blank != std::string_view::npos && blank > begin ? blank : utf8_border(text, end);
    }
    return {begin, end};
}

}  // namespace llm
