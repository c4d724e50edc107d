/// Pairs of texts, drawn in batches.
#pragma once

#include "learner.hpp"
#include "settings.hpp"

#include <numeric>
#include <utility>
#include <vector>

namespace llm::model {

using Texts = std::vector<Text>;

/// Every pair comes once before any comes twice; its sides change at random.
struct Pool {
    Texts a, b;
    std::vector<float> scores;
    std::vector<std::size_t> order;
    std::size_t at = 0;

    void add(Text x, Text y, float score = 0) {
        if (x.empty() || y.empty()) return;
        a.push_back(std::move(x));
        b.push_back(std::move(y));
        scores.push_back(score);
    }
    struct Batch {
        std::vector<const Text*> a, b;
        std::vector<float> scores;
    };
    Batch draw(std::size_t n, Generator& random) {
        Batch batch;
        for (std::size_t i = 0; i < n; ++i) {
            if (at == order.size()) {
                order.resize(a.size());
                std::iota(order.begin(), order.end(), 0);
                for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[random.below(k)]);
                at = 0;
            }
            const std::size_t pick = order[at++];
            const bool turned = random.next() & 1;
            batch.a.push_back(turned ? &b[pick] : &a[pick]);
            batch.b.push_back(turned ? &a[pick] : &b[pick]);
            batch.scores.push_back(scores[pick]);
        }
        return batch;
    }
};

}  // namespace llm::model
