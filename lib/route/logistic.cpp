#include "route/logistic.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

namespace llm {
namespace {

using Weights = std::vector<double>;

double inner(const Weights& a, const Weights& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void add(Weights& to, double factor, const Weights& what) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * what[i];
}

/// Mean log loss and its gradient; weights stand as dense, sparse, bias.
class Loss {
public:
    Loss(const TrainingRows& table, std::span<const double> targets, double penalty)
        : table_(table),
          targets_(targets),
          rows_(static_cast<double>(table.rows())),
          penalty_(penalty / rows_) {}

    std::size_t size() const { return table_.dense_width + table_.sparse_width + 1; }

    double operator()(const Weights& w, Weights& gradient) const {
        gradient.assign(size(), 0);
        const std::size_t width = table_.dense_width;
        double loss = 0;
        for (std::size_t r = 0; r < table_.rows(); ++r) {
            const float* row = table_.row(r);
            double z = w.back();
            for (std::size_t i = 0; i < width; ++i) z += w[i] * double{row[i]};
            for (const auto& [slot, value] : table_.sparse[r]) z += w[width + slot] * double{value};
            loss += std::max(z, 0.0) - z * targets_[r] + std::log1p(std::exp(-std::abs(z)));
            const double error = (sigmoid(z) - targets_[r]) / rows_;
            for (std::size_t i = 0; i < width; ++i) gradient[i] += error * double{row[i]};
            for (const auto& [slot, value] : table_.sparse[r])
                gradient[width + slot] += error * double{value};
            gradient.back() += error;
        }
        double squares = 0;
        for (std::size_t i = 0; i + 1 < w.size(); ++i) {
            squares += w[i] * w[i];
            gradient[i] += penalty_ * w[i];
        }
        return loss / rows_ + penalty_ / 2 * squares;
    }

private:
    const TrainingRows& table_;
    std::span<const double> targets_;
    double rows_;
    double penalty_;
};

struct Step {
    Weights s, y;
    double rho;
};

Weights direction(const Weights& gradient, const std::deque<Step>& steps) {
    Weights q = gradient;
    std::vector<double> alpha(steps.size());
    for (std::size_t i = steps.size(); i-- > 0;) {
        alpha[i] = steps[i].rho * inner(steps[i].s, q);
        add(q, -alpha[i], steps[i].y);
    }
    if (!steps.empty()) {
        const double scale = 1 / (steps.back().rho * inner(steps.back().y, steps.back().y));
        for (double& v : q) v *= scale;
    }
    for (std::size_t i = 0; i < steps.size(); ++i)
        add(q, alpha[i] - steps[i].rho * inner(steps[i].y, q), steps[i].s);
    for (double& v : q) v = -v;
    return q;
}

}  // namespace

double sigmoid(double z) noexcept {
    return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z));
}

double Logistic::logit(const float* dense_row, const SparseVector& sparse_row) const noexcept {
    double z = bias;
    for (std::size_t i = 0; i < dense.size(); ++i) z += dense[i] * double{dense_row[i]};
    for (const auto& [slot, value] : sparse_row) z += sparse[slot] * double{value};
    return z;
}

Logistic fit_logistic(const TrainingRows& table, std::span<const double> targets, double penalty, int iterations) {
    constexpr std::size_t memory = 8;
    constexpr double enough = 1e-6;
    const Loss loss{table, targets, penalty};
    Weights w(loss.size(), 0), gradient, next_gradient;
    double value = loss(w, gradient);
    std::deque<Step> steps;
    for (int i = 0; i < iterations && inner(gradient, gradient) > enough * enough; ++i) {
        const Weights d = direction(gradient, steps);
        const double slope = inner(d, gradient);
        double length = steps.empty() ? std::min(1.0, 1 / std::sqrt(inner(gradient, gradient))) : 1.0;
        Weights next;
        double next_value = value;
        bool better = false;
        for (int tries = 0; tries < 30 && !better; ++tries, length /= 2) {
            next = w;
            add(next, length, d);
            next_value = loss(next, next_gradient);
            better = next_value <= value + 1e-4 * length * slope;
        }
        if (!better) break;
        Step step{next, next_gradient, 0};
        add(step.s, -1, w);
        add(step.y, -1, gradient);
        const double curvature = inner(step.s, step.y);
        const bool settled = value - next_value < 1e-7;
        w = std::move(next);
        gradient = next_gradient;
        value = next_value;
        if (curvature > 1e-14) {
            step.rho = 1 / curvature;
            steps.push_back(std::move(step));
            if (steps.size() > memory) steps.pop_front();
        }
        if (settled) break;
    }
    Logistic out;
    const auto split = w.begin() + static_cast<std::ptrdiff_t>(table.dense_width);
    out.dense.assign(w.begin(), split);
    out.sparse.assign(split, w.end() - 1);
    out.bias = w.back();
    return out;
}

}  // namespace llm
