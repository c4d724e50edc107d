#include "text/stem.hpp"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <memory>

namespace llm {
namespace {

constexpr auto stop_words = [] {
    auto words = std::to_array<std::string_view>({
        "a", "about", "above", "after", "again", "ago", "all", "also", "am", "an", "and", "any", "are",
        "aren't", "as", "at", "be", "because", "been", "before", "being", "below", "between", "both", "but",
        "by", "can", "can't", "cannot", "could", "couldn't", "did", "didn't", "do", "does", "doesn't",
        "doing", "don't", "down", "during", "each", "ever", "few", "for", "from", "further", "had",
        "hadn't", "has", "hasn't", "have", "haven't", "having", "he", "he'd", "he'll", "he's", "her",
        "here", "here's", "hers", "herself", "him", "himself", "his", "how", "how's", "i", "i'd", "i'll",
        "i'm", "i've", "if", "in", "into", "is", "isn't", "it", "it's", "its", "itself", "just", "let's",
        "me", "might", "more", "most", "must", "mustn't", "my", "myself", "no", "nor", "not", "of", "off",
        "on", "once", "only", "or", "other", "ought", "our", "ours", "ourselves", "out", "over", "own",
        "please", "same", "shall", "she", "she'd", "she'll", "she's", "should", "shouldn't", "so", "some",
        "such", "than", "that", "that's", "the", "their", "theirs", "them", "themselves", "then", "there",
        "there's", "these", "they", "they'd", "they'll", "they're", "they've", "this", "those", "through",
        "to", "too", "under", "until", "up", "very", "was", "wasn't", "we", "we'd", "we'll", "we're",
        "we've", "were", "weren't", "what", "what's", "when", "when's", "where", "where's", "which",
        "while", "who", "who's", "whom", "whose", "why", "will", "with", "won't", "would", "wouldn't",
        "yet", "you", "you'd", "you'll", "you're", "you've", "your", "yours", "yourself", "yourselves",
    });
    std::ranges::sort(words);
    return words;
}();

struct Deleter {
    void operator()(sb_stemmer* s) const noexcept { sb_stemmer_delete(s); }
};
using Stemmer = std::unique_ptr<sb_stemmer, Deleter>;

/// A stemmer keeps state, so each thread has its own; one language at a time is the rule.
sb_stemmer* stemmer_for(std::string_view language) {
    thread_local std::string current;
    thread_local Stemmer stemmer;
    if (current != language || !stemmer) {
        current = language;
        stemmer.reset(sb_stemmer_new(current.c_str(), "UTF_8"));
    }
    return stemmer.get();
}

}  // namespace

bool is_stop_word(std::string_view folded) noexcept { return std::ranges::binary_search(stop_words, folded); }

std::string stem(std::string_view folded, std::string_view language) {
    sb_stemmer* const stemmer = stemmer_for(language);
    if (stemmer == nullptr) return std::string(folded);
    const sb_symbol* const out = sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(folded.data()),
                                                 static_cast<int>(folded.size()));
    if (out == nullptr) return std::string(folded);
    return std::string(reinterpret_cast<const char*>(out),
                       static_cast<std::size_t>(sb_stemmer_length(stemmer)));
}

}  // namespace llm
