#include "index/parts.hpp"
#include "store/transaction.hpp"

#include <random>

namespace llm {
namespace {

constexpr int widest_ef = 2048;

// Equal vectors may stand in either order; what counts is the score reached.
double part_reached(const std::vector<Hit>& found, const std::vector<Hit>& exact) {
    if (exact.empty()) return 1;
    const float bar = exact.back().score - 1e-6f;
    const auto reached = std::ranges::count_if(found, [&](const Hit& hit) { return hit.score >= bar; });
    return static_cast<double>(reached) / static_cast<double>(exact.size());
}

}  // namespace

Recall Index::recall(std::size_t queries, std::size_t k, int ef) {
    Recall sum{.ef = ef};
    const Snapshot view(parts_->table.database());
    const SetRow set = parts_->refresh();
    const auto chunks = set.id ? parts_->table.chunks(set.id) : std::vector<Chunk>();
    if (chunks.empty() || set.count < 2 || k == 0) return sum;
    std::mt19937_64 random(20231);
    for (std::size_t tries = 0; tries < queries * 8 && sum.queries < queries; ++tries) {
        const auto& chunk = chunks[random() % chunks.size()];
        if (chunk.used == 0) continue;
        const int slot = static_cast<int>(random() % static_cast<std::uint64_t>(chunk.used));
        const auto stored = parts_->table.at(set.id, chunk.place(slot));
        if (!stored) continue;
        const std::vector<float> query(stored->vector.begin(), stored->vector.end());
        const auto but_itself = [self = stored->row](std::int64_t row) { return row != self; };
        const auto exact = search(query, {.k = k, .allow = but_itself, .method = Method::exact});
        const auto found = search(query, {.k = k, .allow = but_itself, .ef = ef});
        if (exact.empty()) continue;
        ++sum.queries;
        sum.at_1 += part_reached({found.begin(), found.begin() + (found.empty() ? 0 : 1)}, {exact.front()});
        sum.at_k += part_reached(found, exact);
    }
    if (sum.queries == 0) return sum;
    sum.at_1 /= static_cast<double>(sum.queries);
    sum.at_k /= static_cast<double>(sum.queries);
    return sum;
}

Recall Index::tune(double wanted, std::size_t queries, std::size_t k) {
    Recall reached;
    for (int ef = 32; ef <= widest_ef; ef *= 2) {
        reached = recall(queries, k, ef);
        if (reached.at_1 >= wanted) break;
    }
    if (reached.queries > 0) parts_->table.use_ef(reached.ef);
    return reached;
}

}  // namespace llm
