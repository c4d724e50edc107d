#include "cache/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace llm {

void CacheStore::write_counts() {
    std::vector<std::pair<std::int64_t, Use>> uses(uses_.begin(), uses_.end());
    std::ranges::sort(uses, {}, [](const auto& u) { return u.first; });  // neighbours share pages
    for (const auto& [row, use] : uses) {  // an entry may have been removed meanwhile
        db_.run("INSERT INTO entry_use SELECT id, ?2, ?3 FROM entry WHERE id = ?1 "
                "ON CONFLICT (entry) DO UPDATE SET hits = hits + excluded.hits, used = excluded.used",
                row, use.hits, use.used);
        if (use.until) db_.run("UPDATE entry SET expires = ?2 WHERE id = ?1 AND expires < ?2", row, *use.until);
    }
    uses_.clear();
}

void CacheStore::write_sums() {
    for (auto& [name, s] : spaces_) {
        if (s.entries == 0 && s.bytes == 0 && s.exact + s.semantic + s.missed == 0 && !s.over) continue;
        space_to_write(name);
        db_.run("UPDATE space SET entries = entries + ?2, bytes = bytes + ?3, exact = exact + ?4, semantic = semantic + ?5, "
                "missed = missed + ?6, refused = refused + ?7, saved = saved + ?8 WHERE id = ?1",
                s.id, s.entries, s.bytes, s.exact, s.semantic, s.missed, s.refused, s.saved);
        const bool grown = s.entries > 0 || s.bytes > 0 || std::exchange(s.over, false);
        s.entries = s.bytes = s.exact = s.semantic = s.missed = s.refused = 0;
        s.saved = 0;
        if (grown && (bounds_.entries || bounds_.bytes)) evict(name);
    }
}

void CacheStore::hold_bounds(std::string_view name) { space_to_write(name).over = true; }

void CacheStore::evict(std::string_view name) {
    const Space& s = space(name);
    std::int64_t entries = 0, bytes = 0;
    {
        auto row = db_.prepare("SELECT entries, bytes FROM space WHERE id = ?1");
        row.borrow(s.id);
        row.step();
        std::tie(entries, bytes) = row.row<std::int64_t, std::int64_t>();
    }
    const std::int64_t most_entries = bounds_.entries.value_or(entries);
    const std::int64_t most_bytes = bounds_.bytes ? static_cast<std::int64_t>(*bounds_.bytes) : bytes;
    if (entries <= most_entries && bytes <= most_bytes) return;
    // A little more than needed, so that not every put has to look for what goes.
    const std::int64_t keep_entries = bounds_.entries ? most_entries - most_entries / 20 : entries;
    const std::int64_t keep_bytes = bounds_.bytes ? most_bytes - most_bytes / 20 : bytes;
    const bool by_use = bounds_.evict != Evict::cost;
    const std::string_view order = bounds_.evict == Evict::lru   ? "used"
                                   : bounds_.evict == Evict::lfu ? "hits, used"
                                                                 : "coalesce(e.cost, 0) * (coalesce(u.hits, 0) + 1), used";
    std::vector<std::pair<std::int64_t, std::int64_t>> going, fresh;
    {
        auto rows = db_.prepare(fmt::format(
            "SELECT e.id, e.bytes, coalesce(u.hits, 0) AS hits, coalesce(u.used, e.created) AS used FROM entry e "
            "LEFT JOIN entry_use u ON u.entry = e.id WHERE e.space = ?1 "
            "ORDER BY (e.epoch = ?2 AND coalesce(e.expires, ?3) >= ?3), {}, e.id", order));
        rows.borrow(s.id, s.epoch, now_());
        while ((entries > keep_entries || bytes > keep_bytes) && rows.step()) {
            const auto row = rows.column<std::int64_t>(0), size = rows.column<std::int64_t>(1);
            if (by_use && written_.contains(row)) {
                fresh.emplace_back(row, size);
                continue;
            }
            going.emplace_back(row, size);
            --entries;
            bytes -= size;
        }
    }
    // What was stored a moment ago, and could not be used yet, goes only where that alone is too much.
    for (auto it = fresh.begin(); it != fresh.end() && (entries > most_entries || bytes > most_bytes); ++it) {
        going.push_back(*it);
        --entries;
        bytes -= it->second;
    }
    for (const auto& [row, size] : going) remove(row);
}

}  // namespace llm
