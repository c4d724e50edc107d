/// Vectors for tests, the same at every run.
#pragma once

#include "../store/scratch.hpp"
#include "index/index.hpp"
#include "store/transaction.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace vectors {

using Vector = std::vector<float>;

inline Vector unit(Vector v) {
    double sum = 0;
    for (const float x : v) sum += double{x} * double{x};
    for (float& x : v) x = static_cast<float>(x / std::sqrt(sum));
    return v;
}

/// `count` unit vectors around `centres` centres.
inline std::vector<Vector> clustered(std::size_t count, std::size_t dimension, std::size_t centres,
                                     unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    const auto draw = [&] {
        Vector v(dimension);
        for (float& x : v) x = normal(random);
        return v;
    };
    std::vector<Vector> middle(centres);
    for (auto& c : middle) c = unit(draw());
    std::vector<Vector> all(count);
    for (auto& v : all) {
        v = draw();
        const auto& c = middle[random() % centres];
        const float spread = 1.0f / std::sqrt(static_cast<float>(dimension));
        for (std::size_t i = 0; i < dimension; ++i) v[i] = c[i] + spread * v[i];
        v = unit(v);
    }
    return all;
}

/// The truth by the shortest program: every row, sorted.
template <typename Allow>
std::vector<llm::Hit> brute(const std::vector<Vector>& all, const Vector& query, std::size_t k, Allow allow) {
    std::vector<llm::Hit> hits;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!allow(static_cast<std::int64_t>(i))) continue;
        float score = 0;
        for (std::size_t j = 0; j < query.size(); ++j) score += all[i][j] * query[j];
        hits.push_back({static_cast<std::int64_t>(i), score});
    }
    std::ranges::sort(
        hits, [](auto& a, auto& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; });
    if (hits.size() > k) hits.erase(hits.begin() + static_cast<std::ptrdiff_t>(k), hits.end());
    return hits;
}

inline bool same(const std::vector<llm::Hit>& a, const std::vector<llm::Hit>& b) {
    return std::ranges::equal(
        a, b, [](auto& x, auto& y) { return x.row == y.row && std::fabs(x.score - y.score) < 1e-5f; });
}

/// A store with one set, row ids 0, 1, 2, …
struct Store {
    Scratch scratch;
    llm::Database db;
    std::vector<std::string> words;
    llm::Index index;

    explicit Store(std::size_t dimension, llm::IndexOptions options = {})
        : db(scratch / "store.db", {.durability = llm::Durability::normal}),
          index(prepared(db), {"space", "test-1", static_cast<int>(dimension)}, hearing(std::move(options))) {
    }

    void append(const std::vector<Vector>& all, std::size_t from = 0) {
        llm::Transaction together(db);
        for (std::size_t i = from; i < all.size(); ++i) index.append(static_cast<std::int64_t>(i), all[i]);
        together.commit();
    }
    /// Another process's view of the same set.
    llm::Index again() { return llm::Index(db, index.key(), hearing({})); }

    std::filesystem::path snapshot() const {
        for (const auto& entry : std::filesystem::directory_iterator(scratch / "store.db.index"))
            return entry.path();
        return {};
    }

    std::ptrdiff_t files() const {
        return std::distance(std::filesystem::directory_iterator(scratch / "store.db.index"), {});
    }

private:
    static llm::Database& prepared(llm::Database& db) {
        llm::migrate(db, {llm::store_schema(), llm::index_schema()});
        return db;
    }
    llm::IndexOptions hearing(llm::IndexOptions options) {
        options.warn = [this](std::string_view text) { words.emplace_back(text); };
        return options;
    }
};

inline constexpr auto everyone = [](std::int64_t) { return true; };

}  // namespace vectors
