/// Where the rows stand before they are trained: the word vectors' meaning beside a random part for each word's identity.
#pragma once

#include "corpus.hpp"
#include "learner.hpp"
#include "vocabulary.hpp"

namespace llm::model {

constexpr std::size_t meaning = Vectors::dimension;  ///< the first so many dimensions start from the vectors

void start_rows(Learner& learner, const Vocabulary& vocabulary, const Vectors& vectors, const WordNet& net);

/// What a row's weight may depend on: rank, parts of speech, length and direction of its vector.
constexpr std::size_t features = meaning + 10;
std::vector<float> features_of(const Vocabulary& vocabulary, const Vectors& vectors, const WordNet& net);

}  // namespace llm::model
