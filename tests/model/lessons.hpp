/// What the rows are taught, all of it at every step.
#pragma once

#include "corpus.hpp"
#include "learner.hpp"
#include "pool.hpp"
#include "vocabulary.hpp"

#include <map>
#include <string>
#include <vector>

namespace llm::model {

class Lessons {
public:
    /// From WordNet, the word pairs in the folder `words` and train.jsonl in the folder `stsb`.
    Lessons(const Vocabulary& vocabulary, const WordNet& net, const std::string& words, const std::string& stsb);

    /// `rate` falls to nothing over the `steps`; `rank` is how much the scored sentences count.
    void teach(Learner& learner, std::size_t steps, float rate, float rank, std::uint64_t seed);

private:
    void read_example(const Synset& synset, const std::vector<std::string>& example);
    /// Leaves out some rows, so that no single word is leant on, and spells some (the same ones all over a step), so that
    /// n-grams learn too.
    Text thinned(const Text& text, Generator& random, float drop, std::uint64_t step) const;
    /// Runs of neighbours, for WordNet lists like things together: each is a hard choice for the others.
    std::size_t next_sentence(std::size_t at, Generator& random) const;
    /// A few words of a sentence, perhaps put as a question, belong to the whole sentence.
    double learn_queries(Learner& learner, Generator& random, std::uint64_t step);

    const Vocabulary& v_;
    std::map<std::string, std::vector<std::string>> opposite_;
    std::vector<Text> spelled_;                        ///< a word's row as n-grams
    std::vector<std::vector<std::string>> sentences_;  ///< definitions and examples
    Pool scored_;                                      ///< sentences and how alike they are
    Pool synonyms_, antonyms_, glosses_;               ///< glosses: a lemma and its definition
    Pool replaced_, swapped_;                          ///< an example, and one word of it made a synonym, an antonym
};

}  // namespace llm::model
