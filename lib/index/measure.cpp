#include "index/parts.hpp"
#include "store/transaction.hpp"

#include <random>

namespace llm {
namespace {

constexpr int widest_ef = 2048;

// Equal vectors may stand in either order; what counts is the score reached.
double part_reached(std::span<const Hit> found, std::span<const Hit> exact) {
    if (exact.empty()) return 1;
    const float bar = exact.back().score - 1e-6f;
    const auto reached = std::ranges::count_if(found, [&](const Hit& hit) { return hit.score >= bar; });
    return static_cast<double>(reached) / static_cast<double>(exact.size());
}

}  // namespace

// Asking for a stored vector would flatter the graph: its own node is found at once, and its links lead to
// the answer. So the walk goes around that node, as it would for a new query.
Recall Index::recall(std::size_t queries, std::size_t k, int ef) {
    Recall sum{.ef = ef};
    const Snapshot view(parts_->table.database());
    const SetRow set = parts_->refresh();
    const auto* file = parts_->snapshot.get();
    if (k == 0 || !file || !file->has_graph() || file->nodes() < 2) return sum;
    std::mt19937_64 random(20231);
    for (std::size_t tries = 0;
         tries < queries * 8 && sum.queries < queries && file == parts_->snapshot.get(); ++tries) {
        const auto node = static_cast<std::uint32_t>(random() % file->nodes());
        const auto stored = parts_->table.at(set.id, file->place(node));
        if (!stored || node == file->header().entry) continue;
        const std::vector<float> query(stored->vector.begin(), stored->vector.end());
        const auto but_itself = [self = stored->row](std::int64_t row) { return row != self; };
        const auto exact = search(query, {.k = k, .allow = but_itself, .method = Method::exact});
        parts_->without = node;
        const auto found = search(query, {.k = k, .allow = but_itself, .ef = ef});
        parts_->without = GraphWalk::none;
        if (exact.empty()) continue;
        ++sum.queries;
        sum.at_1 += part_reached(std::span(found).first(std::min<std::size_t>(1, found.size())),
                                 std::span(exact).first(1));
        sum.at_k += part_reached(found, exact);
    }
    if (sum.queries == 0) return sum;
    sum.at_1 /= static_cast<double>(sum.queries);
    sum.at_k /= static_cast<double>(sum.queries);
    return sum;
}

Recall Index::tune(double wanted, std::size_t queries, std::size_t k) {
    Recall reached;
    if (state().snapshot != SnapshotKind::graph) return reached;
    for (int ef = 32; ef <= widest_ef; ef *= 2) {
        reached = recall(queries, k, ef);
        if (reached.at_1 >= wanted) break;
    }
    if (reached.queries > 0) parts_->table.use_ef(reached.ef);
    return reached;
}

}  // namespace llm
