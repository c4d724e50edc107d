/// Texts cut for comparison as the reference implementations of the metrics cut them, and n-grams of the pieces.
#pragma once


#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llm {

using Tokens = std::vector<std::string>;

/// How a text is cut.
enum class Cutting {
    nist,           ///< NLTK's NISTTokenizer.tokenize for ASCII, `international` for other texts: what Azure's evaluators do
    mteval13a,      ///< sacrebleu's 13a (mteval-v13a.pl)
    international,  ///< sacrebleu's intl (mteval-v14.pl): by Unicode's classes of punctuation and symbols
    characters,     ///< each code point that is no white space
    white_space,
    rouge,          ///< lower case, runs of ASCII letters and digits (google-research/rouge); a text with other letters by text/words.hpp
};
/// "nist", "13a", "intl", "char", "none", "rouge". Throws Error{config}.
Cutting cutting_named(std::string_view);
Tokens cut(std::string_view text, Cutting);

/// Lower case as Python's str.lower has it for ASCII, folded beyond.
std::string lowered(std::string_view);

/// How often each n-gram of n pieces occurs. Keys are the pieces joined by a unit separator.
using Counts = std::unordered_map<std::string, long>;
Counts ngrams(std::span<const std::string> pieces, std::size_t n);
long total(const Counts&);
/// Sum over the n-grams of the smaller of both counts.
long overlap(const Counts&, const Counts&);

/// Papineni et al. 2002, one sentence, up to 4-grams.
struct BleuOptions {
    enum class Smoothing {
        none,
        nltk4,   ///< Chen and Cherry 2014, method 4 as in NLTK 3.8
        exp,     ///< sacrebleu's default (NIST geometric)
        floor,   ///< `value` instead of no match (.1)
        add_k,   ///< `value` added above unigrams (1)
    } smoothing = Smoothing::nltk4;
    double value = 0;  ///< 0: the smoothing's default
    std::size_t order = 4;
    bool effective_order = false;  ///< sacrebleu's for sentences: only orders the answer is long enough for
};
double bleu(std::span<const Tokens> references, const Tokens& answer, const BleuOptions&);

/// Wu et al. 2016 (GNMT): the smaller of precision and recall over 1- to 4-grams; of several references the best. NLTK's sentence_gleu.
double gleu(std::span<const Tokens> references, const Tokens& answer, std::size_t min = 1, std::size_t max = 4);

struct Overlap {
    double precision = 0, recall = 0, f1 = 0;
};
/// Lin 2004.
Overlap rouge_n(const Tokens& reference, const Tokens& answer, std::size_t n);
/// By the longest common subsequence; O(a × b) time, O(b) memory.
Overlap rouge_l(const Tokens& reference, const Tokens& answer);

/// Lavie and Agarwal 2007 with NLTK's alignment: exact stage, then Porter stems. WordNet's synonyms, NLTK's third stage, are left out.
struct MeteorOptions {
    double alpha = .9, beta = 3, gamma = .5;
};
double meteor(const Tokens& reference, const Tokens& answer, const MeteorOptions& = {});

/// Popović 2015, 2017: character n-grams (chrF), and word n-grams beside them (chrF++: word_order 2). As sacrebleu counts, 0 to 1.
struct ChrfOptions {
    std::size_t char_order = 6, word_order = 0;
    double beta = 2;
    bool white_space = false;  ///< counts as characters
    bool epsilon = false;      ///< smoothing as chrF++.py and NLTK have it
};
double chrf(std::string_view reference, std::string_view answer, const ChrfOptions& = {});

/// Porter 1980 with the extensions of NLTK's PorterStemmer. `word` is lower case.
std::string porter_stem(std::string_view word);

}  // namespace llm
