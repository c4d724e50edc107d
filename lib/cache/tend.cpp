#include "cache/tend.hpp"

#include "cache/semantic.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t batch = 256;
constexpr std::size_t recall_queries = 400;

std::string name_of(CacheStore& store, std::int64_t space) {
    return store.db().value<std::string>("SELECT name FROM space WHERE id = ?1", space).value_or("");
}

/// "cache/ID/FINGERPRINT", as vector_space writes it.
std::optional<std::pair<std::int64_t, std::string>> parts_of(std::string_view space) {
    constexpr std::string_view begin = "cache/";
    if (!space.starts_with(begin)) return std::nullopt;
    space.remove_prefix(begin.size());
    const std::size_t slash = space.find('/');
    std::int64_t id = 0;
    if (slash == std::string_view::npos || std::from_chars(space.data(), space.data() + slash, id).ec != std::errc{}) return std::nullopt;
    return std::pair{id, std::string{space.substr(slash + 1)}};
}

/// Entries whose vectors are to be made.
struct Lacking {
    struct One {
        std::int64_t row, space;
        std::string fingerprint;
    };
    std::vector<One> entries;
    std::vector<std::string> texts;
    std::int64_t last = 0;  ///< 0: there are no more
};

/// Looks at the entries behind `after`. An earlier run may have been interrupted, and put goes on meanwhile.
Lacking next_batch(CacheStore& store, const std::optional<std::string>& space, const IndexKey& wanted, std::int64_t after) {
    Lacking out;
    auto rows = store.db().prepare(
        "SELECT e.id, e.space, e.fingerprint, a.question FROM entry e JOIN answer a ON a.entry = e.id JOIN space s ON s.id = e.space "
        "WHERE e.id > ?1 AND e.kind = 0 AND e.fingerprint IS NOT NULL AND a.question IS NOT NULL AND (?2 IS NULL OR s.name = ?2) "
        "AND NOT EXISTS (SELECT 1 FROM vector_set v JOIN vector_row r ON r.set_id = v.id AND r.row = e.id "
        "WHERE v.space = 'cache/' || e.space || '/' || e.fingerprint AND v.embedder = ?3 AND v.dimension = ?4) ORDER BY e.id LIMIT ?5");
    rows.bind(after, space, wanted.embedder, wanted.dimension, batch);
    while (rows.step()) {
        out.last = rows.column<std::int64_t>(0);
        out.entries.push_back({out.last, rows.column<std::int64_t>(1), rows.column<std::string>(2)});
        out.texts.push_back(rows.column<std::string>(3));
    }
    return out;
}

}  // namespace

std::vector<CacheSet> cache_sets(CacheStore& store, const std::optional<std::string>& space) {
    std::vector<CacheSet> out;
    for (SetInfo& set : index_sets(store.db())) {
        const auto parts = parts_of(set.key.space);
        if (!parts) continue;
        std::string name = name_of(store, parts->first);
        if (space && *space != name) continue;
        out.push_back({std::move(set.key), std::move(name), parts->second, set.count});
    }
    return out;
}

std::vector<BuiltSet> build_snapshots(CacheStore& store, const std::optional<std::string>& space, std::optional<std::size_t> graph_from,
                                      const std::function<bool(const CacheSet&, double)>& progress) {
    std::vector<BuiltSet> out;
    for (CacheSet& set : cache_sets(store, space)) {
        IndexOptions sizes;
        if (graph_from) sizes.graph_from = *graph_from;
        Index index(store.db(), set.key, std::move(sizes));
        BuildOptions options;
        options.progress = [&](double part) { return progress(set, part); };
        BuiltSet built{set, SnapshotKind::none, index.build(options)};
        built.kind = index.state().snapshot;
        out.push_back(std::move(built));
        if (out.back().result == BuildResult::stopped) break;
    }
    return out;
}

std::vector<SetRecall> tune_recall(CacheStore& store, const std::optional<std::string>& space, double wanted) {
    std::vector<SetRecall> out;
    for (CacheSet& set : cache_sets(store, space)) {
        Index index(store.db(), set.key);
        const Recall recall = index.tune(wanted, recall_queries, usual_nominees);
        out.push_back({std::move(set), recall});
    }
    return out;
}

std::size_t reembed(CacheStore& store, Embedding& embedding, const std::optional<std::string>& space, const std::function<void(std::size_t)>& progress) {
    std::size_t count = 0;
    const std::vector<Vector> probe = embedding.embed_now(std::vector<std::string>{"dimension"});
    const IndexKey made{{}, embedding.id(), static_cast<int>(probe.at(0).size())};
    std::set<std::string> grown;
    for (Lacking lacking = next_batch(store, space, made, 0); lacking.last != 0; lacking = next_batch(store, space, made, lacking.last)) {
        store.settle();  // nothing is held while a server thinks
        const std::vector<Vector> vectors = embedding.embed_now(texts_to_embed(embedding, lacking.texts));
        store.writing();
        for (std::size_t i = 0; i < vectors.size(); ++i) {
            const Lacking::One& one = lacking.entries[i];
            const bool gone = !store.db().value<int>("SELECT 1 FROM entry WHERE id = ?1", one.row);
            if (gone || std::ranges::none_of(vectors[i], [](float x) { return x != 0; })) continue;
            const std::string where = vector_space(one.space, one.fingerprint);
            Index(store.db(), {where, made.embedder, made.dimension}).append(one.row, vectors[i]);
            store.count_vectors(one.row);
            grown.insert(where);
            ++count;
        }
        store.settle();
        progress(count);
    }
    for (const CacheSet& set : cache_sets(store, space)) {
        if (set.key.embedder == made.embedder && set.key.dimension == made.dimension) continue;
        store.writing();
        const std::vector<std::int64_t> rows = index_rows(store.db(), set.key);
        drop_index(store.db(), set.key);
        for (const std::int64_t row : rows) store.count_vectors(row);
        store.settle();
    }
    for (const std::string& where : grown) {
        Index index(store.db(), {where, made.embedder, made.dimension});
        BuildOptions codes;
        codes.kind = SnapshotKind::codes;
        if (index.state().codes_due) index.build(codes);
    }
    return count;
}

std::size_t entries_without_vector(CacheStore& store) {
    return store.db()
        .value<std::size_t>("SELECT count(*) FROM entry e JOIN answer a ON a.entry = e.id WHERE e.kind = 0 AND e.fingerprint IS NOT NULL AND a.question IS NOT NULL "
                            "AND NOT EXISTS (SELECT 1 FROM vector_set v JOIN vector_row r ON r.set_id = v.id AND r.row = e.id "
                            "WHERE v.space = 'cache/' || e.space || '/' || e.fingerprint)")
        .value_or(0);
}

}  // namespace llm
