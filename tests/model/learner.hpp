/// Rows that sum to texts, and the losses that move them. All random choices come from one seeded generator.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace llm::model {

constexpr std::size_t dimension = 256;

struct Term {
    std::uint32_t row;
    float share;
};
using Text = std::vector<Term>;  ///< a text's vector is the sum of share * row

class Learner {
public:
    explicit Learner(std::size_t rows);

    float* row(std::size_t r) { return values_.data() + r * dimension; }
    /// Remembers the rows as they are: `decay` pulls them back there, and a row moves in proportion to the length it has
    /// now (at least `shortest`).
    void anchor(float shortest);

    /// From now until `anchor`, `step` moves no row by itself but what all rows have in common: one square matrix over the
    /// first `meaning` dimensions, and two weights, of those and of the other dimensions, that are exponentials of
    /// linear functions of a row's features. So what few words teach reaches all.
    void share(std::size_t meaning, std::size_t features, std::vector<float> values);

    float rate = 1e-2F;  ///< of a row's length, a step
    float decay = 0;
    float keep = 0;  ///< as `decay`, for what is shared

    // Each loss adds its gradient, times `weight`, and returns its mean.

    /// One minus the correlation of the cosines with `scores`.
    double correlate(std::span<const Text* const> a, std::span<const Text* const> b, std::span<const float> scores,
                     float weight);
    /// a[i] must be nearer to b[i] than to any other b[j], and the reverse; `heat` divides the cosines.
    double contrast(std::span<const Text* const> a, std::span<const Text* const> b, float heat, float weight);
    /// Squared excess of the cosine over `limit`.
    double apart(std::span<const Text* const> a, std::span<const Text* const> b, float limit, float weight) {
        return hinge(a, b, limit, weight, 1);
    }
    /// Square of what the cosine lacks to `limit`.
    double together(std::span<const Text* const> a, std::span<const Text* const> b, float limit, float weight) {
        return hinge(a, b, limit, weight, -1);
    }

    /// One Adam step over the rows touched since the last.
    void step();

    float cosine(const Text& a, const Text& b);

private:
    struct Side {
        std::vector<float> unit;    ///< n x dimension
        std::vector<float> length;  ///< n
        std::vector<float> pull;    ///< n x dimension, d loss / d unit
    };
    double hinge(std::span<const Text* const> a, std::span<const Text* const> b, float limit, float weight, float sign);
    Side forward(std::span<const Text* const> texts);
    void step_rows();
    void step_shared();
    void remake(std::uint32_t row);
    void backward(std::span<const Text* const> texts, Side& side);
    float* gradient(std::uint32_t row);

    std::vector<float> values_, start_, reach_, mean_, square_;
    struct Shared {
        std::size_t meaning = 0, features = 0;
        std::vector<float> of_row;  ///< rows x features
        std::vector<float> values;  ///< matrix, then the two linear functions
        std::vector<float> mean, square;
        std::vector<std::uint32_t> made;  ///< the step at which a row was made
        std::uint32_t now = 0;
    } shared_;
    std::vector<std::uint32_t> steps_, slot_of_, touched_;
    std::vector<float> gradients_;
};

}  // namespace llm::model
