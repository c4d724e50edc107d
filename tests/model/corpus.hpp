/// What the word table is trained from, read from where `make model` finds it. See lib/embedders/table/README.md.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace llm::model {

/// Word vectors, most frequent word first.
struct Vectors {
    static constexpr std::size_t dimension = 100;
    std::vector<std::string> words;
    std::vector<float> values;  ///< words.size() x dimension
    std::unordered_map<std::string, std::size_t> rank;

    const float* of(std::size_t row) const { return values.data() + row * dimension; }
};

/// The first `most` words of the npm package's JSON file that are one word to llm::table::Words.
Vectors read_vectors(const std::string& path, std::size_t most);

struct Pair {
    std::string a, b;
    float score = 0;
};

/// One synset of WordNet.
struct Synset {
    unsigned part = 0;                ///< noun, verb, adjective, adverb
    std::vector<std::string> lemmas;  ///< spaces, not underscores
    std::string definition;
    std::vector<std::string> examples;
    std::vector<std::size_t> parents;  ///< hypernyms, and what an adjective is similar to
};

struct WordNet {
    std::vector<Synset> synsets;
    std::vector<Pair> antonyms;                                  ///< lemmas
    std::vector<std::pair<std::string, std::string>> irregular;  ///< form, base: went, go
    std::unordered_map<std::string, int> uses;                   ///< how often a lemma was met in tagged text
};

WordNet read_wordnet(const std::string& folder);

/// Two words a line.
std::vector<Pair> read_pairs(const std::string& path);
/// JSON Lines with a, b, and score from 0 to 5 (here divided by 5).
std::vector<Pair> read_scored(const std::string& path);

}  // namespace llm::model
