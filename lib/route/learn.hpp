/// The trained router: from recorded outcomes of a weak and a strong model to one number a request.
///
/// Hashed words, pairs and runs of letters, the builtin embedder's vector, counts (route/features.hpp) and their
/// squares, each block scaled to its own weight in the penalty, feed two logistic regressions: is the strong model
/// right, is the weak one; the gain is their difference. Few outcomes (2,000 or fewer) are kept as labelled
/// neighbours too, which have a say by cosine. A scorer of answers has one regression, for the gain. Trained on the
/// calling thread in seconds; deterministic.
#pragma once

#include "base/json.hpp"
#include "embedders/builtin.hpp"
#include "route/logistic.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct Outcome {
    std::string prompt;
    std::string answer;  ///< the weak model's; read by scorers of answers only
    double weak = 0;     ///< quality, 0 to 1
    double strong = 0;
};

/// What the score is taken from: the prompt before any call, or the prompt and the weak answer (a cascade).
enum class Evidence { prompt, answer };

struct LearnOptions {
    Evidence evidence = Evidence::prompt;
    int hash_bits = 13;
    double penalty = 30;
    double words = 2;  ///< scale of a block: its square divides the penalty; 0 leaves the block out
    double letters = 2;
    int letter_bits = 14;
    double meaning = 1;
    double counts = 0.25;
    double bends = 0.4;          ///< of the squares of the counts, against the counts
    std::size_t neighbours = 200;     ///< k of the nearest neighbours; 0 stores none
    double neighbour_share = 0.4;     ///< of their say, against the regressions', in standard deviations
    double neighbour_reach = 8;       ///< a neighbour counts e^(reach·cosine)
    std::size_t most_neighbours = 2000;  ///< above so many outcomes none are kept: there they did not help
    std::size_t calibration_folds = 3;  ///< below 2, the scores are in order only
};

class Router {
public:
    /// Throws Fault::data with fewer than 20 outcomes, or where the models never differ.
    static Router train(std::span<const Outcome>, const BuiltinEmbedder&, const LearnOptions& = {});
    /// Throws Fault::data where `json` is no router, of a newer version, or made with another embedder.
    static Router from_json(const Json&, const BuiltinEmbedder&);
    Json to_json() const;

    /// In [0,1], rising with the expected gain of the strong model over the weak one: the probability that
    /// the strong model is right and the weak one wrong, as calibrated on requests kept out of training.
    double score(std::string_view prompt) const { return score(prompt, {}); }
    double score(std::string_view prompt, std::string_view weak_answer) const;

    /// The mean score on the outcomes trained on, each kept out in turn: what scores of two routers are
    /// compared by.
    double typical() const noexcept { return typical_; }
    Evidence evidence() const noexcept { return options_.evidence; }
    /// From which score on the strong model is asked, where `calibrate` has set it.
    std::optional<double> threshold() const noexcept { return threshold_; }
    void set_threshold(double t) noexcept { threshold_ = t; }

    /// The share of these prompts that it was trained on, from a sample of 256 (0.06 off at most, as a rule): a
    /// router is never judged by what it has seen.
    double seen(std::span<const std::string_view> prompts) const;

    /// The score at which the wanted share of `scores` is at or above.
    static double threshold_for(std::span<const double> scores, double share_of_strong_calls);

private:
    Router(const BuiltinEmbedder& embedder, const LearnOptions& options)
        : embedder_(&embedder), options_(options) {}

    struct Row {
        std::vector<float> dense;  ///< scaled; the meaning stands last
        SparseVector sparse;
    };
    std::size_t count_width() const noexcept;  ///< of the raw counts; a row holds as many again, squared
    void raw_counts(std::string_view prompt, std::string_view answer, float* out) const;
    Row row(std::string_view prompt, std::string_view answer, const float* raw_counts = nullptr) const;
    void fit(std::span<const Outcome>, std::span<const std::size_t> rows);
    /// One a head.
    std::size_t heads() const noexcept { return options_.evidence == Evidence::answer ? 1 : 2; }
    std::size_t sparse_width() const noexcept;
    double linear(const Row&) const;
    /// Without the row of that index among the neighbours.
    double of_neighbours(const Row&, std::size_t but) const;
    double gain(const Row&) const;

    const BuiltinEmbedder* embedder_;
    LearnOptions options_;
    std::vector<float> mean_, scale_;  ///< of the counts
    std::vector<Logistic> heads_;  ///< strong, weak; or the gain
    std::vector<std::int8_t> neighbour_vectors_;
    std::vector<float> neighbour_gains_;
    double neighbour_mean_ = 0, neighbour_weight_ = 0;
    double slope_ = 4, offset_ = -1;  ///< of the calibration
    double typical_ = 0;
    std::optional<double> threshold_;
    std::vector<std::uint64_t> trained_on_;  ///< the least hashes of the prompts, ascending
};

}  // namespace llm
