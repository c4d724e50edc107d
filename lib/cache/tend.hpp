/// Looking after the vectors by which entries are found: snapshots, recall, another embedder.
#pragma once

#include "cache/store.hpp"
#include "call/embedding.hpp"
#include "index/index.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// What is searched together: the entries of one namespace that have all but the question in common.
struct CacheSet {
    IndexKey key;
    std::string space, fingerprint;
    std::size_t vectors = 0;
};
std::vector<CacheSet> cache_sets(CacheStore&, const std::optional<std::string>& space);

struct BuiltSet {
    CacheSet set;
    SnapshotKind kind = SnapshotKind::none;  ///< in force now
    BuildResult result = BuildResult::unneeded;
};
/// Builds whatever snapshots are due, graphs too (a million vectors take minutes), from `graph_from` vectors on. Each under a lease: what another process is at is `busy`.
/// `progress` is told the set's number of vectors and the part done, 0 to 1; false stops. Outside of any transaction.
std::vector<BuiltSet> build_snapshots(CacheStore&, const std::optional<std::string>& space, std::optional<std::size_t> graph_from,
                                      const std::function<bool(const CacheSet&, double)>& progress);

struct SetRecall {
    CacheSet set;
    Recall recall;  ///< without queries: there is no graph, every search is exact
};
/// Measures each graph against the exact scan and searches it more widely from now on until the nearest, and those the gate is given,
/// are found so often as `wanted` says (or ef is 2,048).
std::vector<SetRecall> tune_recall(CacheStore&, const std::optional<std::string>& space, double wanted);

/// Makes the vectors that are missing, and those of other embedders or other dimensions anew, with this one, a batch a transaction; may be
/// interrupted and taken up again. The old ones go when all are there. How many were made. Throws as Embedding::embed does.
std::size_t reembed(CacheStore&, Embedding&, const std::optional<std::string>& space, const std::function<void(std::size_t)>& progress);

/// How many entries could be found by similarity, but have no vector.
std::size_t entries_without_vector(CacheStore&);

}  // namespace llm
