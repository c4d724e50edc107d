#include "mem/stats.hpp"

namespace llm {

std::vector<Json> memory_stats(MemStore& store, const std::optional<std::string>& space) {
    const Snapshot view{store.db()};
    std::vector<Json> out;
    for (const std::string& name : store.spaces()) {
        if (space && *space != name) continue;
        const std::int64_t id = store.space_id(name);
        const auto count = [&](std::string_view sql) { return store.db().value<std::int64_t>(sql, id).value_or(0); };
        out.push_back(Json{{"namespace", name},
                           {"passages", count("SELECT count(*) FROM passage WHERE space = ?1")},
                           {"documents", count("SELECT count(DISTINCT document) FROM passage WHERE space = ?1")},
                           {"versions", count("SELECT count(*) FROM version WHERE space = ?1")},
                           {"superseded", count("SELECT count(*) FROM passage WHERE space = ?1 AND until IS NOT NULL")},
                           {"pinned", count("SELECT count(*) FROM passage WHERE space = ?1 AND pinned")},
                           {"turns", count("SELECT count(*) FROM turn t JOIN conversation c ON c.id = t.conversation WHERE c.space = ?1")},
                           {"blocks", count("SELECT count(*) FROM core WHERE space = ?1")},
                           {"without_vector", count("SELECT count(*) FROM unembedded u JOIN passage p ON p.id = u.passage WHERE p.space = ?1")},
                           {"bytes", count("SELECT sum(length(CAST(text AS BLOB))) FROM version WHERE space = ?1")}});
    }
    return out;
}

}  // namespace llm
