#include "learner.hpp"

#include <algorithm>
#include <cmath>

namespace llm::model {

namespace {

float dot(const float* a, const float* b) {
    float sum = 0;
    for (std::size_t i = 0; i < dimension; ++i) sum += a[i] * b[i];
    return sum;
}

void add(float* to, const float* from, float times) {
    for (std::size_t i = 0; i < dimension; ++i) to[i] += times * from[i];
}

}  // namespace

Learner::Learner(std::size_t rows)
    : values_(rows * dimension), mean_(rows * dimension), square_(rows), steps_(rows), slot_of_(rows) {}

void Learner::anchor(float shortest) {
    if (shared_.now > 0)
        for (std::uint32_t r = 0; r < steps_.size(); ++r) remake(r);
    shared_ = {};
    start_ = values_;
    reach_.resize(steps_.size());
    for (std::size_t r = 0; r < reach_.size(); ++r) reach_[r] = std::max(std::sqrt(dot(row(r), row(r))), shortest);
}

Learner::Side Learner::forward(std::span<const Text* const> texts) {
    Side side;
    side.unit.assign(texts.size() * dimension, 0);
    side.pull.assign(texts.size() * dimension, 0);
    side.length.resize(texts.size());
    for (std::size_t t = 0; t < texts.size(); ++t) {
        float* sum = &side.unit[t * dimension];
        if (shared_.now > 0)
            for (const Term& term : *texts[t]) remake(term.row);
        for (const Term& term : *texts[t]) add(sum, values_.data() + term.row * dimension, term.share);
        side.length[t] = std::max(std::sqrt(dot(sum, sum)), 1e-4F);
        for (std::size_t i = 0; i < dimension; ++i) sum[i] /= side.length[t];
    }
    return side;
}

float* Learner::gradient(std::uint32_t row) {
    if (slot_of_[row] == 0) {
        touched_.push_back(row);
        slot_of_[row] = static_cast<std::uint32_t>(touched_.size());
        gradients_.resize(touched_.size() * dimension, 0);
    }
    return gradients_.data() + std::size_t{slot_of_[row] - 1} * dimension;
}

void Learner::backward(std::span<const Text* const> texts, Side& side) {
    for (std::size_t t = 0; t < texts.size(); ++t) {
        float* pull = &side.pull[t * dimension];
        const float* unit = &side.unit[t * dimension];
        add(pull, unit, -dot(pull, unit));
        for (const Term& term : *texts[t]) add(gradient(term.row), pull, term.share / side.length[t]);
    }
}

double Learner::correlate(std::span<const Text* const> a, std::span<const Text* const> b,
                          std::span<const float> scores, float weight) {
    auto u = forward(a), v = forward(b);
    const std::size_t n = a.size();
    std::vector<float> ours(n), theirs(scores.begin(), scores.end());
    for (std::size_t i = 0; i < n; ++i) ours[i] = dot(&u.unit[i * dimension], &v.unit[i * dimension]);
    const auto standardise = [n](std::vector<float>& values) {
        float mean = 0, square = 1e-9F;
        for (const float x : values) mean += x / static_cast<float>(n);
        for (float& x : values) x -= mean, square += x * x;
        for (float& x : values) x /= std::sqrt(square);
        return std::sqrt(square);
    };
    const float spread = standardise(ours);
    standardise(theirs);
    float together = 0;
    for (std::size_t i = 0; i < n; ++i) together += ours[i] * theirs[i];
    for (std::size_t i = 0; i < n; ++i) {
        const float pull = -weight * (theirs[i] - together * ours[i]) / spread;
        add(&u.pull[i * dimension], &v.unit[i * dimension], pull);
        add(&v.pull[i * dimension], &u.unit[i * dimension], pull);
    }
    backward(a, u);
    backward(b, v);
    return 1 - together;
}

double Learner::contrast(std::span<const Text* const> a, std::span<const Text* const> b, float heat, float weight) {
    auto u = forward(a), v = forward(b);
    const std::size_t n = a.size();
    std::vector<float> e(n * n), across(n), down(n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            e[i * n + j] = std::exp((dot(&u.unit[i * dimension], &v.unit[j * dimension]) - 1) / heat);
            across[i] += e[i * n + j];
            down[j] += e[i * n + j];
        }
    double loss = 0;
    const float each = .5F * weight / (heat * static_cast<float>(n));
    for (std::size_t i = 0; i < n; ++i) {
        loss -= std::log(e[i * n + i] / across[i]) + std::log(e[i * n + i] / down[i]);
        for (std::size_t j = 0; j < n; ++j) {
            const float pull = each * (e[i * n + j] / across[i] + e[i * n + j] / down[j] - (i == j ? 2.0F : 0.0F));
            if (std::fabs(pull) < 1e-6F) continue;
            add(&u.pull[i * dimension], &v.unit[j * dimension], pull);
            add(&v.pull[j * dimension], &u.unit[i * dimension], pull);
        }
    }
    backward(a, u);
    backward(b, v);
    return loss / static_cast<double>(2 * n);
}

double Learner::hinge(std::span<const Text* const> a, std::span<const Text* const> b, float limit, float weight,
                      float sign) {
    auto u = forward(a), v = forward(b);
    double loss = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const float excess = sign * (dot(&u.unit[i * dimension], &v.unit[i * dimension]) - limit);
        if (excess <= 0) continue;
        loss += excess * excess;
        const float pull = sign * weight * 2 * excess / static_cast<float>(a.size());
        add(&u.pull[i * dimension], &v.unit[i * dimension], pull);
        add(&v.pull[i * dimension], &u.unit[i * dimension], pull);
    }
    backward(a, u);
    backward(b, v);
    return loss / static_cast<double>(a.size());
}

void Learner::share(std::size_t meaning, std::size_t features, std::vector<float> of_row) {
    shared_.meaning = meaning;
    shared_.features = features;
    shared_.of_row = std::move(of_row);
    shared_.values.assign(meaning * meaning + 2 * features, 0);
    for (std::size_t i = 0; i < meaning; ++i) shared_.values[i * meaning + i] = 1;
    shared_.mean.assign(shared_.values.size(), 0);
    shared_.square.assign(shared_.values.size(), 0);
    shared_.made.assign(steps_.size(), 0);
    shared_.now = 1;
    start_ = values_;
}

void Learner::remake(std::uint32_t r) {
    if (shared_.made[r] == shared_.now) return;
    shared_.made[r] = shared_.now;
    const std::size_t m = shared_.meaning, f = shared_.features;
    const float* start = &start_[r * dimension];
    const float* features = &shared_.of_row[r * f];
    const float* linear = &shared_.values[m * m];
    float sense = 0, identity = 0;
    for (std::size_t i = 0; i < f; ++i) sense += features[i] * linear[i], identity += features[i] * linear[f + i];
    sense = std::exp(sense);
    identity = std::exp(identity);
    float* value = row(r);
    std::fill(value, value + m, 0.0F);
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < m; ++j) value[j] += sense * start[i] * shared_.values[i * m + j];
    for (std::size_t i = m; i < dimension; ++i) value[i] = identity * start[i];
}

void Learner::step() {
    shared_.now > 0 ? step_shared() : step_rows();
    for (const std::uint32_t r : touched_) slot_of_[r] = 0;
    touched_.clear();
    gradients_.clear();
}

void Learner::step_shared() {
    const std::size_t m = shared_.meaning, f = shared_.features;
    std::vector<float> gradient(shared_.values.size());
    for (const std::uint32_t r : touched_) {
        const float* g = gradients_.data() + std::size_t{slot_of_[r] - 1} * dimension;
        const float* start = &start_[r * dimension];
        const float* features = &shared_.of_row[r * f];
        const float* value = row(r);
        float sense = 0, identity = 0, length = 0;
        for (std::size_t i = 0; i < f; ++i) sense += features[i] * shared_.values[m * m + i];
        sense = std::exp(sense);
        for (std::size_t i = 0; i < m; ++i)
            for (std::size_t j = 0; j < m; ++j) gradient[i * m + j] += sense * start[i] * g[j];
        for (std::size_t i = 0; i < m; ++i) length += g[i] * value[i];
        for (std::size_t i = m; i < dimension; ++i) identity += g[i] * value[i];
        for (std::size_t i = 0; i < f; ++i) {
            gradient[m * m + i] += features[i] * length;
            gradient[m * m + f + i] += features[i] * identity;
        }
    }
    constexpr float keep_mean = .9F, keep_square = .99F;
    const auto times = static_cast<float>(shared_.now++);
    const float unbias_mean = 1 / (1 - std::pow(keep_mean, times));
    const float unbias_square = 1 / (1 - std::pow(keep_square, times));
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        shared_.mean[i] = keep_mean * shared_.mean[i] + (1 - keep_mean) * gradient[i];
        shared_.square[i] = keep_square * shared_.square[i] + (1 - keep_square) * gradient[i] * gradient[i];
        const float was = i < m * m && i / m == i % m ? 1.0F : 0.0F;
        shared_.values[i] -= keep * (shared_.values[i] - was);
        shared_.values[i] -= rate * unbias_mean * shared_.mean[i] / (std::sqrt(shared_.square[i] * unbias_square) + 1e-9F);
    }
}

void Learner::step_rows() {
    constexpr float keep_mean = .9F, keep_square = .99F;
    for (const std::uint32_t r : touched_) {
        const float* g = gradients_.data() + std::size_t{slot_of_[r] - 1} * dimension;
        const auto times = static_cast<float>(std::min(++steps_[r], 5000u));
        const float unbias_mean = 1 / (1 - std::pow(keep_mean, times));
        const float unbias_square = 1 / (1 - std::pow(keep_square, times));
        // One second moment for the whole row keeps the row's direction of descent.
        square_[r] = keep_square * square_[r] + (1 - keep_square) * dot(g, g);
        const float pace = rate * reach_[r] * unbias_mean / (std::sqrt(square_[r] * unbias_square) + 1e-9F);
        float* mean = &mean_[r * dimension];
        float* value = &values_[r * dimension];
        const float* start = &start_[r * dimension];
        for (std::size_t i = 0; i < dimension; ++i) {
            mean[i] = keep_mean * mean[i] + (1 - keep_mean) * g[i];
            value[i] -= pace * mean[i] + decay * (value[i] - start[i]);
        }
    }
}

float Learner::cosine(const Text& a, const Text& b) {
    const Text* const one[] = {&a};
    const Text* const two[] = {&b};
    const auto u = forward(one), v = forward(two);
    return dot(u.unit.data(), v.unit.data());
}

}  // namespace llm::model
