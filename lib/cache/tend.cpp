#include "cache/tend.hpp"

#include "cache/semantic.hpp"

#include <algorithm>
#include <charconv>
#include <map>
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

struct Asked {
    std::vector<std::int64_t> rows;
    std::vector<std::string> texts;
    std::int64_t last = 0;  ///< 0: there are no more
};

Asked next_batch(CacheStore& store, std::int64_t space, const std::string& fingerprint, std::int64_t after) {
    Asked asked;
    auto rows = store.db().prepare("SELECT e.id, a.question FROM entry e JOIN answer a ON a.entry = e.id "
                                   "WHERE e.space = ?1 AND e.fingerprint = ?2 AND e.id > ?3 AND a.question IS NOT NULL ORDER BY e.id LIMIT ?4");
    rows.bind(space, fingerprint, after, batch);
    while (rows.step()) {
        asked.last = rows.column<std::int64_t>(0);
        asked.rows.push_back(asked.last);
        asked.texts.push_back(rows.column<std::string>(1));
    }
    return asked;
}

/// An earlier run may have been interrupted, and put goes on meanwhile.
void leave_out_made(Index& made, Asked& asked) {
    for (std::size_t i = asked.rows.size(); i-- > 0;) {
        if (!made.contains(asked.rows[i])) continue;
        asked.rows.erase(asked.rows.begin() + static_cast<std::ptrdiff_t>(i));
        asked.texts.erase(asked.texts.begin() + static_cast<std::ptrdiff_t>(i));
    }
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
        const Recall recall = index.tune(wanted, recall_queries, 5);
        out.push_back({std::move(set), recall});
    }
    return out;
}

std::size_t reembed(CacheStore& store, Embedding& embedding, const std::optional<std::string>& space, const std::function<void(std::size_t)>& progress) {
    std::size_t count = 0;
    const std::string id = embedding.id();
    const std::vector<Vector> probe = embedding.embed_now(std::vector<std::string>{"dimension"});
    const auto dimension = static_cast<int>(probe.at(0).size());
    std::map<std::string, std::vector<IndexKey>> strangers;  // by what is searched together
    for (const CacheSet& set : cache_sets(store, space))
        if (set.key.embedder != id || set.key.dimension != dimension) strangers[set.key.space].push_back(set.key);
    for (const auto& [where, old] : strangers) {
        const auto [space_id, fingerprint] = *parts_of(where);
        Index index(store.db(), {where, id, dimension});
        for (Asked asked = next_batch(store, space_id, fingerprint, 0); asked.last != 0; asked = next_batch(store, space_id, fingerprint, asked.last)) {
            leave_out_made(index, asked);
            if (asked.rows.empty()) continue;
            store.settle();  // nothing is held while a server thinks
            const std::vector<Vector> vectors = embedding.embed_now(texts_to_embed(embedding, asked.texts));
            Transaction all(store.db());
            for (std::size_t i = 0; i < vectors.size(); ++i) {
                const bool gone = !store.db().value<int>("SELECT 1 FROM entry WHERE id = ?1", asked.rows[i]);
                if (!gone && std::ranges::any_of(vectors[i], [](float x) { return x != 0; })) index.append(asked.rows[i], vectors[i]);
            }
            all.commit();
            count += vectors.size();
            progress(count);
        }
        for (const IndexKey& key : old) drop_index(store.db(), key);
        BuildOptions codes;
        codes.kind = SnapshotKind::codes;
        if (index.state().codes_due) index.build(codes);
    }
    return count;
}

}  // namespace llm
