/// What an Index is made of. Included by this folder's .cpp files alone.
#pragma once

#include "index/hnsw.hpp"
#include "index/tail.hpp"

namespace llm {

/// How wide a graph is searched where nothing was measured.
inline constexpr int usual_ef = 128;

struct Index::Parts {
    VectorTable table;
    IndexOptions options;
    Tail tail{};
    GraphWalk walk{};

    std::unique_ptr<SnapshotFile> snapshot{};
    std::int64_t tried = 0;    ///< the generation last opened or refused
    std::int64_t deaths = -1;  ///< of the set when `dead` was made
    std::vector<bool> dead{};  ///< nodes of the snapshot; empty: none
    std::size_t dead_count = 0;
    bool warned = false;
    std::uint32_t without = GraphWalk::none;  ///< a node the graph is walked around, while recall is measured

    SetRow refresh();
    std::filesystem::path folder();
    std::filesystem::path snapshot_path(std::int64_t set, std::int64_t generation);
    std::uint64_t key_hash() const;
    void remove_snapshots(std::int64_t set, std::int64_t but);
    void warn(std::string_view why);

    /// Nothing where the snapshot turned out to be damaged; it has been left aside then.
    std::optional<std::vector<Hit>> search(const SetRow& set, const Query& query,
                                           const SearchOptions& options);
    IndexState state_of(const SetRow& set) const;

private:
    void open_snapshot(const SetRow& set);
    void leave_aside();
    void mark_the_dead(const SetRow& set);
    void search_snapshot(const Query& query, const SearchOptions& options, std::size_t width, Top& top);
};

}  // namespace llm
