/// Logistic regression with a quadratic penalty, fitted by L-BFGS (Nocedal and Wright, Numerical
/// Optimization, ch. 7).
#pragma once

#include "route/features.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace llm {

/// Rows of numbers: a dense part of `dense_width` values and a sparse part of `sparse_width` slots.
struct TrainingRows {
    std::size_t dense_width = 0;
    std::size_t sparse_width = 0;
    std::vector<float> dense;          ///< row after row
    std::vector<SparseVector> sparse;  ///< one a row

    std::size_t rows() const noexcept { return sparse.size(); }
    const float* row(std::size_t i) const noexcept { return &dense[i * dense_width]; }
};

struct Logistic {
    std::vector<double> dense;
    std::vector<double> sparse;
    double bias = 0;

    /// The logarithm of the odds.
    double logit(const float* dense_row, const SparseVector& sparse_row) const noexcept;
};

double sigmoid(double) noexcept;

/// Least mean log loss plus `penalty`/2 · |weights|² / rows; the bias is free. `targets` lie in [0,1] and may
/// lie between. The same input gives the same weights, bit by bit, on one machine.
Logistic fit_logistic(const TrainingRows&, std::span<const double> targets, double penalty, int iterations = 80);

}  // namespace llm
