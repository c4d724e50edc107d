#include "cache/near.hpp"

#include "cache/apart.hpp"
#include "cache/decisions.hpp"
#include "cache/tend.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace llm {
namespace {

/// In the order in which a look-up would find out.
std::string verdict_on(CacheStore& store, const Hit& hit, std::string_view asked, std::string_view stored, double threshold) {
    if (!store.is_live(hit.row)) return "expired or flushed";
    if (is_distrusted(store, hit.row, CacheKey{}, Trust::counted)) return "was wrong more often than right";
    if (double{hit.score} < threshold) return fmt::format("below {:.2f}", threshold);
    const std::string apart = held_apart(with_marks_of(stored, std::string{asked}), stored, Gating::questions);
    return apart.empty() ? "hit" : apart;
}

}  // namespace

std::vector<NearEntry> near_entries(CacheStore& store, std::string_view embedder, std::string_view text, const Vector& vector, const NearOptions& options) {
    std::vector<NearEntry> out;
    store.reading();
    for (const CacheSet& set : cache_sets(store, options.space)) {
        if (set.key.embedder != embedder || set.key.dimension != static_cast<int>(vector.size())) continue;
        SearchOptions search;
        search.k = options.limit;
        for (const Hit& hit : Index(store.db(), set.key).search(vector, search)) {
            auto entry = store.db().prepare("SELECT lower(hex(e.key)), a.question FROM entry e JOIN answer a ON a.entry = e.id WHERE e.id = ?1");
            entry.borrow(hit.row);
            if (!entry.step()) continue;
            NearEntry one{entry.column<std::string>(0), set.space, set.fingerprint, entry.column<std::string>(1), double{hit.score}, {}};
            one.verdict = verdict_on(store, hit, text, one.question, options.threshold);
            one.question = without_marks(std::move(one.question));
            out.push_back(std::move(one));
        }
        std::ranges::stable_sort(out, std::greater{}, &NearEntry::score);
        if (out.size() > options.limit) out.resize(options.limit);
    }
    return out;
}

}  // namespace llm
