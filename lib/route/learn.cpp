#include "route/learn.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"
#include "route/splits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <tuple>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t dimension = BuiltinEmbedder::dimension;
constexpr std::size_t least_outcomes = 20;
constexpr std::size_t sketch_size = 256;

/// σ(slope·x + offset) fitted to targets in [0,1] (Platt 1999).
std::pair<double, double> calibrate(const std::vector<double>& x, const std::vector<double>& targets) {
    TrainingRows table;
    table.dense_width = 1;
    for (const double v : x) table.dense.push_back(static_cast<float>(v));
    table.sparse.resize(x.size());
    const Logistic fitted = fit_logistic(table, targets, 1e-3);
    return {std::max(fitted.dense[0], 1e-3), fitted.bias};
}

/// The largest weight's share that one step of a saved word weight stands for.
double word_step(const std::vector<double>& weights) {
    double largest = 0;
    for (const double w : weights) largest = std::max(largest, std::abs(w));
    return largest / 32767;
}

/// To the steps they are saved in, so that a loaded router scores as the trained one did.
void round_words(std::vector<double>& weights) {
    const double step = word_step(weights);
    if (step == 0) return;
    for (double& w : weights) w = static_cast<double>(std::lround(w / step)) * step;
}

/// The least hashes of the distinct prompts: of two sets, the share of one's sketch below the other's end that is in both
/// estimates the share of prompts in both (Broder 1997).
std::vector<std::uint64_t> sketch_of(std::vector<std::uint64_t> hashes) {
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    if (hashes.size() > sketch_size) hashes.resize(sketch_size);
    return hashes;
}

}  // namespace

std::size_t Router::count_width() const noexcept {
    return prompt_feature_names().size() +
           (options_.evidence == Evidence::answer ? answer_feature_names().size() : 0);
}

void Router::raw_counts(std::string_view prompt, std::string_view answer, float* out) const {
    prompt_features(prompt, out);
    if (options_.evidence == Evidence::answer)
        answer_features(prompt, answer, out + prompt_feature_names().size());
}

Router::Row Router::row(std::string_view prompt, std::string_view answer, const float* counts) const {
    Row out;
    const std::size_t width = count_width();
    out.dense.resize(2 * width + dimension);
    if (counts != nullptr) {
        std::copy_n(counts, width, out.dense.begin());
    } else {
        raw_counts(prompt, answer, out.dense.data());
    }
    for (std::size_t i = 0; i < width; ++i)
        out.dense[i] = std::clamp((out.dense[i] - mean_[i]) * scale_[i], -3.0F, 3.0F);
    for (std::size_t i = 0; i < width; ++i) {
        out.dense[width + i] =
            static_cast<float>(options_.counts * options_.bends) * (out.dense[i] * out.dense[i] - 1);
        out.dense[i] *= static_cast<float>(options_.counts);
    }
    float* meaning = &out.dense[2 * width];
    embedder_->embed(prompt, meaning);
    for (std::size_t i = 0; i < dimension; ++i) meaning[i] *= static_cast<float>(options_.meaning);
    if (options_.words > 0) {
        out.sparse = hashed_words(prompt, options_.hash_bits);
        for (auto& [slot, value] : out.sparse) value *= static_cast<float>(options_.words);
    }
    if (options_.letters > 0) {
        const auto behind = static_cast<std::uint32_t>(options_.words > 0 ? 1U << options_.hash_bits : 0U);
        for (const auto& [slot, value] : hashed_letters(prompt, options_.letter_bits))
            out.sparse.emplace_back(slot + behind, value * static_cast<float>(options_.letters));
    }
    return out;
}

std::size_t Router::sparse_width() const noexcept {
    return (options_.words > 0 ? std::size_t{1} << options_.hash_bits : 0) + (options_.letters > 0 ? std::size_t{1} << options_.letter_bits : 0);
}

void Router::fit(std::span<const Outcome> outcomes, std::span<const std::size_t> rows) {
    const std::size_t width = count_width();
    std::vector<float> counts(rows.size() * width);
    for (std::size_t r = 0; r < rows.size(); ++r)
        raw_counts(outcomes[rows[r]].prompt, outcomes[rows[r]].answer, &counts[r * width]);
    mean_.assign(width, 0);
    scale_.assign(width, 0);
    for (std::size_t i = 0; i < width; ++i) {
        double sum = 0, squares = 0;
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const double v = double{counts[r * width + i]};
            sum += v;
            squares += v * v;
        }
        const double n = static_cast<double>(rows.size());
        const double variance = squares / n - (sum / n) * (sum / n);
        mean_[i] = static_cast<float>(sum / n);
        scale_[i] = variance > 1e-9 ? static_cast<float>(1 / std::sqrt(variance)) : 0.0F;
    }

    TrainingRows table;
    table.dense_width = 2 * width + dimension;
    table.sparse_width = sparse_width();
    std::vector<std::vector<double>> targets(heads());
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const Outcome& o = outcomes[rows[r]];
        Row one = row(o.prompt, o.answer, &counts[r * width]);
        table.dense.insert(table.dense.end(), one.dense.begin(), one.dense.end());
        table.sparse.push_back(std::move(one.sparse));
        if (heads() == 2) {
            targets[0].push_back(o.strong);
            targets[1].push_back(o.weak);
        } else {
            targets[0].push_back((1 + o.strong - o.weak) / 2);
        }
    }
    heads_.clear();
    for (const std::vector<double>& target : targets) {
        heads_.push_back(fit_logistic(table, target, options_.penalty));
        round_words(heads_.back().sparse);
    }

    neighbour_vectors_.clear();
    neighbour_gains_.clear();
    if (options_.neighbours == 0 || rows.size() > options_.most_neighbours || heads() == 1) return;
    std::array<float, dimension> vector{};
    for (const std::size_t r : rows) {
        embedder_->embed(outcomes[r].prompt, vector.data());
        for (const float v : vector)
            neighbour_vectors_.push_back(static_cast<std::int8_t>(std::lround(std::clamp(v * 256, -127.0F, 127.0F))));
        neighbour_gains_.push_back(static_cast<float>(outcomes[r].strong - outcomes[r].weak));
    }
    // how much the two differ among requests, from a sample
    double sums[4] = {0, 0, 0, 0};
    const std::size_t step = std::max<std::size_t>(1, rows.size() / 200);
    double n = 0;
    for (std::size_t i = 0; i < rows.size(); i += step, ++n) {
        const Row one = row(outcomes[rows[i]].prompt, outcomes[rows[i]].answer);
        const double a = linear(one), b = of_neighbours(one, i);
        sums[0] += a;
        sums[1] += a * a;
        sums[2] += b;
        sums[3] += b * b;
    }
    const auto deviation = [n](double sum, double squares) { return std::sqrt(std::max(0.0, squares / n - sum / n * sum / n)); };
    const double of_linear = deviation(sums[0], sums[1]), of_near = deviation(sums[2], sums[3]);
    neighbour_mean_ = sums[2] / n;
    neighbour_weight_ = of_near > 1e-9 ? options_.neighbour_share * of_linear / of_near : 0;
}

double Router::linear(const Row& row) const {
    const double first = sigmoid(heads_.front().logit(row.dense.data(), row.sparse));
    return heads() == 2 ? first - sigmoid(heads_.back().logit(row.dense.data(), row.sparse)) : 2 * first - 1;
}

double Router::of_neighbours(const Row& row, std::size_t but) const {
    std::vector<std::pair<float, float>> near;
    const float* vector = &row.dense[2 * count_width()];
    for (std::size_t i = 0; i < neighbour_gains_.size(); ++i) {
        if (i == but) continue;
        float dot = 0;
        for (std::size_t j = 0; j < dimension; ++j) dot += vector[j] * static_cast<float>(neighbour_vectors_[i * dimension + j]);
        near.emplace_back(dot, neighbour_gains_[i]);
    }
    const std::size_t k = std::min(options_.neighbours, near.size());
    if (k == 0) return 0;
    std::nth_element(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(k - 1), near.end(), std::greater<>{});
    std::sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(k), std::greater<>{});  // one order of summing
    double sum = 0, weights = 0;
    const double unit = 256 * std::max(options_.meaning, 1e-9);  // of the dot product
    for (std::size_t i = 0; i < k; ++i) {
        const double weight = std::exp(options_.neighbour_reach * double{near[i].first} / unit);
        sum += weight * double{near[i].second};
        weights += weight;
    }
    return sum / weights;
}

double Router::gain(const Row& row) const {
    const double from_heads = linear(row);
    if (neighbour_gains_.empty() || neighbour_weight_ == 0) return from_heads;
    return from_heads + neighbour_weight_ * (of_neighbours(row, neighbour_gains_.size()) - neighbour_mean_);
}

Router Router::train(std::span<const Outcome> outcomes, const BuiltinEmbedder& embedder,
                     const LearnOptions& wanted) {
    LearnOptions options = wanted;
    if (options.evidence == Evidence::answer) {  // there the answer tells; these did not help
        options.letters = 0;
        options.neighbours = 0;
    }
    if (outcomes.size() > options.most_neighbours) options.neighbours = 0;
    if (outcomes.size() < least_outcomes)
        throw Error(Fault::data, "{} outcomes are too few to train a router; give {} or more",
                    outcomes.size(), least_outcomes);
    if (std::all_of(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return o.weak == o.strong; }))
        throw Error(
            Fault::data,
            "the weak and the strong model do equally well on all {} outcomes; there is nothing to learn",
            outcomes.size());
    const std::size_t folds = options.calibration_folds < 2 ? 0 : options.calibration_folds;
    std::vector<double> gains, targets;
    for (std::size_t fold = 0; fold < folds; ++fold) {
        std::vector<std::size_t> kept;
        for (std::size_t i = 0; i < outcomes.size(); ++i)
            if (fold_of(outcomes[i].prompt, folds, 77) != fold) kept.push_back(i);
        if (kept.size() == outcomes.size() || kept.empty()) continue;
        Router part{embedder, options};
        part.fit(outcomes, kept);
        for (const Outcome& o : outcomes) {
            if (fold_of(o.prompt, folds, 77) != fold) continue;
            gains.push_back(part.gain(part.row(o.prompt, o.answer)));
            targets.push_back(std::max(0.0, o.strong - o.weak));
        }
    }
    Router out{embedder, options};
    std::vector<std::uint64_t> hashes;
    for (const Outcome& o : outcomes) hashes.push_back(fast_hash(o.prompt));
    out.trained_on_ = sketch_of(std::move(hashes));
    std::vector<std::size_t> all(outcomes.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    out.fit(outcomes, all);
    if (!gains.empty()) std::tie(out.slope_, out.offset_) = calibrate(gains, targets);
    if (gains.empty())
        for (const Outcome& o : outcomes) gains.push_back(out.gain(out.row(o.prompt, o.answer)));
    for (const double g : gains)
        out.typical_ += sigmoid(out.slope_ * g + out.offset_) / static_cast<double>(gains.size());
    return out;
}

double Router::score(std::string_view prompt, std::string_view weak_answer) const {
    return sigmoid(slope_ * gain(row(prompt, weak_answer)) + offset_);
}

double Router::seen(std::span<const std::string_view> prompts) const {
    if (trained_on_.empty()) return 0;
    std::vector<std::uint64_t> hashes;
    for (const std::string_view p : prompts) hashes.push_back(fast_hash(p));
    const bool whole = trained_on_.size() < sketch_size;  // then every prompt is in the sketch
    if (!whole) std::erase_if(hashes, [end = trained_on_.back()](std::uint64_t h) { return h > end; });
    if (hashes.empty()) return 0;
    const auto known = std::count_if(hashes.begin(), hashes.end(), [this](std::uint64_t h) {
        return std::binary_search(trained_on_.begin(), trained_on_.end(), h);
    });
    return static_cast<double>(known) / static_cast<double>(hashes.size());
}

double Router::threshold_for(std::span<const double> scores, double share) {
    if (scores.empty())
        throw Error(Fault::data, "no scores to set a threshold by; give records with prompts");
    std::vector<double> sorted(scores.begin(), scores.end());
    std::sort(sorted.begin(), sorted.end(), std::greater<>{});
    const auto wanted = static_cast<std::size_t>(
        std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(sorted.size())));
    if (wanted == 0) return std::nextafter(sorted.front(), 2.0);
    return sorted[wanted - 1];
}

}  // namespace llm
