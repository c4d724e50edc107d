#include "index/tail.hpp"

#include <cstring>

namespace llm {
namespace {

void scan_chunk(const CodeChunk& chunk, const std::vector<std::byte>& slots, const CodeShape& shape,
                std::int64_t after, const Query& query, const std::function<bool(std::int64_t)>& allow,
                Top& top) {
    const std::byte* codes = slots.data() + static_cast<std::size_t>(chunk.capacity) * sizeof(std::int64_t);
    scan(codes, shape, static_cast<std::size_t>(chunk.used), query, top, [&](std::size_t i, float score) {
        const auto place = chunk.place(static_cast<int>(i));
        if (chunk.gone[i] || place <= after) return;
        std::int64_t row = 0;
        std::memcpy(&row, slots.data() + i * sizeof row, sizeof row);
        if (allow && !allow(row)) return;
        top.add({score, place, row, nullptr});
    });
}

}  // namespace

void Tail::refresh(VectorTable& table, const SetRow& set, std::int64_t after) {
    const bool known = seen_.id == set.id && after_ == after && seen_.deaths == set.deaths;
    if (known && seen_.last == set.last) return;
    if (seen_.id != set.id) chunks_.clear();
    const auto first = known && !chunks_.empty() ? chunks_.back().chunk.id : after / chunk_places;
    std::vector<Loaded> fresh;
    for (const auto& chunk : table.chunks(set.id, first)) {
        if (chunk.place(chunk.used) <= after) continue;
        const auto old =
            std::ranges::lower_bound(chunks_, chunk.id, {}, [](const Loaded& l) { return l.chunk.id; });
        Loaded loaded{chunk, {}};
        if (old != chunks_.end() && old->chunk.id == chunk.id && old->chunk.used == chunk.used &&
            !old->slots.empty())
            loaded.slots = std::move(old->slots);
        else
            table.read_slots(loaded.chunk, loaded.slots);
        fresh.push_back(std::move(loaded));
    }
    std::erase_if(chunks_,
                  [&](const Loaded& l) { return l.chunk.id >= first || l.chunk.id < after / chunk_places; });
    std::ranges::move(fresh, std::back_inserter(chunks_));
    seen_ = set;
    after_ = after;
}

void Tail::search(VectorTable& table, const SetRow& set, std::int64_t after, const Query& query,
                  const std::function<bool(std::int64_t)>& allow, Top& top) {
    if (keep_ == Keep::yes) {
        refresh(table, set, after);
        for (const auto& [chunk, slots] : chunks_)
            scan_chunk(chunk, slots, table.shape(), after, query, allow, top);
        return;
    }
    keep_ = Keep::yes;
    std::vector<std::byte> slots;
    for (const auto& chunk : table.chunks(set.id, after / chunk_places)) {
        if (chunk.place(chunk.used) <= after) continue;
        table.read_slots(chunk, slots);
        scan_chunk(chunk, slots, table.shape(), after, query, allow, top);
    }
}

}  // namespace llm
