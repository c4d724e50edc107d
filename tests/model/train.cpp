/// Trains the builtin embedder's word table. Usage: train VECTORS.json WORDNET WORDS STSB OUT [name=value...]
/// Single-threaded and seeded: the same compiler and inputs give the same bytes.
#include "corpus.hpp"
#include "learner.hpp"
#include "lessons.hpp"
#include "settings.hpp"
#include "start.hpp"
#include "table_file.hpp"
#include "vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace llm::model;

int main(int argc, char** argv) {
    if (argc < 6) {
        fmt::print(stderr, "usage: train VECTORS.json WORDNET WORDS STSB OUT [name=value...]\n");
        return 2;
    }
    for (int i = 6; i < argc; ++i) {
        const std::string given = argv[i];
        const auto mark = given.find('=');
        change(given.substr(0, mark), std::stof(given.substr(mark + 1)));
    }
    const auto vectors = read_vectors(argv[1], 120000);
    const auto net = read_wordnet(argv[2]);
    const Vocabulary vocabulary(vectors, net, read_pairs(std::string(argv[3]) + "/ppdb_synonyms.txt"),
                                static_cast<std::size_t>(set("words")), static_cast<std::size_t>(set("pairs")),
                                static_cast<std::size_t>(set("grams")));
    fmt::print(stderr, "{} words and pairs, {} rows\n", vocabulary.entries().size(), vocabulary.rows());
    Learner learner(vocabulary.rows());
    start_rows(learner, vocabulary, vectors, net);
    Lessons lessons(vocabulary, net, argv[3], argv[4]);
    learner.keep = set("shared_keep");
    learner.share(meaning, features, features_of(vocabulary, vectors, net));
    lessons.teach(learner, static_cast<std::size_t>(set("shared_steps")), set("shared_rate"), set("shared_rank"), 1);
    learner.anchor(set("shortest"));

    // The mean of several runs from one start: what they agree on is what generalises.
    const auto runs = static_cast<std::size_t>(set("runs"));
    std::vector<float> mean(vocabulary.rows() * dimension);
    for (std::size_t run = 0; run < runs; ++run) {
        Learner copy = learner;
        lessons.teach(copy, static_cast<std::size_t>(set("steps")), set("rate"), set("rank"), run + 2);
        for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += copy.row(0)[i] / static_cast<float>(runs);
    }
    std::copy(mean.begin(), mean.end(), learner.row(0));
    write_table(argv[5], learner, vocabulary);
    return 0;
}
