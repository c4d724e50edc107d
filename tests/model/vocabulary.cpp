#include "vocabulary.hpp"

#include "embedders/table/words.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace llm::model {

namespace {

/// The known irregular base, or the word without a regular English ending, if that is a lemma.
std::vector<std::string> candidates(const std::string& word) {
    std::vector<std::string> bases{word};
    const auto ends = [&](std::string_view tail, const std::string& instead) {
        if (word.size() > tail.size() + 2 && word.ends_with(tail))
            bases.push_back(word.substr(0, word.size() - tail.size()) + instead);
    };
    for (const char* tail : {"s", "es", "ed", "ing", "er", "est", "ly"}) ends(tail, "");
    for (const char* tail : {"es", "ed", "ing", "er", "est"}) ends(tail, "e");
    for (const char* tail : {"ies", "ied"}) ends(tail, "y");
    return bases;
}

}  // namespace

void Vocabulary::add(std::string text, std::uint64_t hash) {
    if (rows_.emplace(hash, static_cast<std::uint32_t>(entries_.size())).second)
        entries_.push_back({std::move(text), hash});
}

Vocabulary::Vocabulary(const Vectors& vectors, const WordNet& net, const std::vector<Pair>& synonyms,
                       std::size_t words, std::size_t pairs, std::size_t grams)
    : grams_(grams) {
    std::unordered_set<std::string> real;
    for (const Synset& s : net.synsets)
        for (const std::string& l : s.lemmas)
            if (std::all_of(l.begin(), l.end(), [](char c) { return c >= 'a' && c <= 'z'; })) real.insert(l);
    for (const auto& [form, base] : net.irregular) real.insert(form);
    std::unordered_set<std::string> paired;
    for (const Pair& p : synonyms) paired.insert({p.a, p.b});

    // A dictionary word counts as four times as frequent as another string (names, typing errors, foreign words).
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t r = 0; r < vectors.words.size(); ++r) {
        const std::string& w = vectors.words[r];
        const auto bases = candidates(w);
        const bool known = paired.contains(w) || std::any_of(bases.begin(), bases.end(), [&](const std::string& b) {
            return real.contains(b);
        });
        order.emplace_back(static_cast<double>(r) * (known ? 1 : 4), r);
    }
    std::sort(order.begin(), order.end());

    for (const auto& [place, r] : order) {
        if (entries_.size() + 142 >= words) break;
        add(vectors.words[r], table::hash(vectors.words[r]));
    }
    for (int n = 0; n <= 100; ++n) add(std::to_string(n), table::hash(std::to_string(n)));
    for (int n = 1990; n <= 2029; ++n) add(std::to_string(n), table::hash(std::to_string(n)));
    number_row_ = static_cast<std::uint32_t>(entries_.size());
    add("(number)", table::hash("(number)"));

    std::unordered_map<std::string, double> worth;
    for (const Synset& s : net.synsets)
        for (const std::string& l : s.lemmas) {
            const auto gap = l.find(' ');
            if (gap == std::string::npos || l.find(' ', gap + 1) != std::string::npos) continue;
            const auto first = row_of(l.substr(0, gap)), second = row_of(l.substr(gap + 1));
            if (first == npos || second == npos) continue;
            const auto used = net.uses.find(l);
            const double met = used == net.uses.end() ? 0 : used->second;
            worth[l] = (1 + met) / std::sqrt(static_cast<double>(50 + std::max(first, second)));
        }
    std::vector<std::pair<double, std::string>> best;
    for (const auto& [lemma, value] : worth) best.emplace_back(-value, lemma);
    std::sort(best.begin(), best.end());
    if (best.size() > pairs) best.resize(pairs);
    for (const auto& [value, lemma] : best) {
        const auto gap = lemma.find(' ');
        add(lemma, table::hash_pair(table::hash(lemma.substr(0, gap)), table::hash(lemma.substr(gap + 1))));
    }
}

std::size_t Vocabulary::row_of(const std::string& word) const {
    const auto found = rows_.find(table::hash(word));
    return found == rows_.end() ? npos : found->second;
}

Text Vocabulary::grams_of_word(std::string_view word) const {
    const bool digits = word.front() >= '0' && word.front() <= '9';
    std::array<std::uint64_t, table::most_grams> hashes;
    const std::size_t n =
        table::grams_of({word, digits ? table::Word::Kind::number : table::Word::Kind::word}, hashes);
    Text text;
    const float share = 1 / std::sqrt(static_cast<float>(n));
    for (std::size_t i = 0; i < n; ++i)
        text.push_back({static_cast<std::uint32_t>(entries_.size() + (hashes[i] & (grams_ - 1))), share});
    if (digits) text.push_back({number_row_, 1});
    return text;
}

Text Vocabulary::text(std::string_view utf8) const {
    Text text;
    std::uint64_t before = 0;
    table::Word word;
    for (table::Words words{utf8}; words.next(word);) {
        const auto hash = table::hash(word.text);
        if (const auto found = rows_.find(hash); found != rows_.end()) {
            text.push_back({found->second, 1});
        } else {
            const Text grams = grams_of_word(word.text);
            text.insert(text.end(), grams.begin(), grams.end());
        }
        if (before != 0)
            if (const auto found = rows_.find(table::hash_pair(before, hash)); found != rows_.end())
                text.push_back({found->second, 1});
        before = hash;
    }
    return text;
}

}  // namespace llm::model
