/// Nearest vectors, kept in the owner's SQLite store.
///
/// An Index is one *set* of vectors: one space (whatever the owner searches together: a namespace, a
/// fingerprint), one embedder, one dimension. Its tables (index_schema()) stand in the owner's store, so a
/// vector is appended in the transaction that writes the row it belongs to, under that row's id, and both
/// or neither are there afterwards. SQLite is the only truth.
///
///     migrate(db, {store_schema(), index_schema(), cache_schema()});
///     Index index(db, {.space = "faq", .embedder = "builtin-1", .dimension = 256});
///     Transaction all(db);
///     db.run("INSERT INTO entry …");
///     index.append(db.last_row(), vector);
///     all.commit();
///     index.search(vector, {.k = 5, .allow = [&](std::int64_t row) { return tagged(row); }});
///
/// How it searches. Vectors are also kept as int8 codes, which nominate; the best of them are scored again
/// in f32 from SQLite, so a hit's row and score always come from the truth. Small sets are scanned from
/// SQLite. A bigger one gets a *snapshot*, a file in `<store>.index/` that is mapped and never changed:
/// codes alone (scanned whole), or with an HNSW graph (https://arxiv.org/abs/1603.09320). A search is the
/// snapshot joined with a scan of what came since, without what was deleted since. A snapshot that is
/// damaged or of another store is left aside with one word to `warn`, and SQLite is scanned.
/// Anything in `<store>.index/` may be deleted at any time, in silence; build() makes it anew.
///
/// Vectors are expected to have length 1; scores are dot products, so cosines. Equal scores: smaller row
/// first. One thread at a time, like its Database; any number of processes.
#pragma once

#include "store/lease.hpp"

#include <functional>

namespace llm {

std::span<const Migration> index_schema();

struct IndexKey {
    std::string space;
    std::string embedder;  ///< id of embedder and model; vectors of different ones never meet
    int dimension = 0;
};

struct Hit {
    std::int64_t row;
    float score;
};

enum class Method {
    automatic,  ///< the graph where there is one
    exact,      ///< every vector is looked at
};

struct SearchOptions {
    std::size_t k = 10;
    float floor = -2;  ///< hits below this are left out
    /// Which rows may be found. Asked inside the scan, and only about rows that would be among the best.
    std::function<bool(std::int64_t row)> allow = {};
    Method method = Method::automatic;
    int ef = 0;  ///< how wide the graph is searched; 0: as measured by tune(), else 128
};

enum class SnapshotKind { none,
                          codes,
                          graph };

struct IndexOptions {
    std::size_t codes_from = 4'000;    ///< vectors from which on a snapshot of codes pays
    std::size_t graph_from = 200'000;  ///< and one with a graph
    /// Told, at most once an object, why a snapshot was left aside.
    std::function<void(std::string_view)> warn = {};
};

struct BuildOptions {
    std::optional<SnapshotKind> kind = {};  ///< none given: what the size asks for
    unsigned threads = 0;                   ///< 0: as many as the machine has
    std::chrono::milliseconds lease{60'000};
    /// Called now and then with the part done, 0 to 1; false ends the build without a result.
    std::function<bool(double)> progress = {};
};

enum class BuildResult {
    built,
    unneeded,  ///< too few vectors
    busy,      ///< another process is at it
    stopped,   ///< `progress` said so
};

struct IndexState {
    std::size_t count = 0;  ///< vectors
    SnapshotKind snapshot = SnapshotKind::none;
    std::size_t tail = 0;  ///< vectors the snapshot does not have
    std::size_t dead = 0;  ///< deleted vectors it still has
    int ef = 0;
    bool lost = false;  ///< a snapshot was built, and is not there any more or cannot be used
    SnapshotKind due = SnapshotKind::none;  ///< what build() would make now; none: nothing to do
    /// A snapshot of codes is worth making at once, by whoever appended last: build({.kind = codes}) takes
    /// about 2 s a million vectors. A graph takes minutes and is for a command of its own.
    bool codes_due = false;
};

struct Recall {
    double at_1 = 0, at_k = 0;
    std::size_t queries = 0;
    int ef = 0;
};

class Index {
public:
    /// Touches nothing before the first call below. `db` must outlive it and have index_schema() applied.
    Index(Database& db, IndexKey key, IndexOptions options = {});
    Index(Index&&) noexcept;
    Index& operator=(Index&&) noexcept;
    ~Index();

    /// Adds the vector of `row`, or puts it in place of the one there. Fault::data where it has another
    /// dimension or a component that is no number.
    void append(std::int64_t row, std::span<const float> vector);
    /// False where there is none.
    bool remove(std::int64_t row);
    /// Removes all vectors of the set.
    void clear();

    std::size_t count();
    bool contains(std::int64_t row);
    std::optional<std::vector<float>> vector(std::int64_t row);

    /// Best first, at most `k`. Fault::data where the query has another dimension.
    std::vector<Hit> search(std::span<const float> query, const SearchOptions& options = {});

    IndexState state();
    /// Builds a snapshot aside, under a lease, and puts it in force. Readers are never disturbed, writers
    /// hardly (one small transaction at the end).
    BuildResult build(const BuildOptions& options = {});

    /// Everything wrong in tables and snapshot; reads all of it. A damaged snapshot is repaired by build(); one that is not there is no problem.
    std::vector<std::string> problems();

    /// Graph against exact scan, over `queries` queries: a quarter stored vectors, each asked as if it were not
    /// stored itself, the others between two of them, as new questions are. The worse kind's recall is
    /// given. No queries where there is no graph: everything else is exact.
    Recall recall(std::size_t queries, std::size_t k, int ef);
    /// Raises ef, from what it is, until recall at 1 and at k is `wanted` or ef is 2,048, and remembers it in the store until the next build.
    Recall tune(double wanted, std::size_t queries, std::size_t k);

    const IndexKey& key() const noexcept;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// The sets in a store; those of `space` where one is given. An owner that finds its space under another
/// embedder alone knows that its vectors are to be made anew.
struct SetInfo {
    IndexKey key;
    std::size_t count;
};
std::vector<SetInfo> index_sets(Database& db, std::optional<std::string_view> space = {});
/// The owner's row ids in a set.
std::vector<std::int64_t> index_rows(Database& db, const IndexKey& key);
/// Removes a set with its vectors and its snapshot.
void drop_index(Database& db, const IndexKey& key);

}  // namespace llm
