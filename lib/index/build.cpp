#include "base/error.hpp"
#include "base/paths.hpp"
#include "index/hnsw_build.hpp"
#include "index/parts.hpp"
#include "store/transaction.hpp"

#include <cstring>
#include <random>
#include <thread>

namespace llm {
namespace {

std::int64_t new_generation() {
    std::random_device random;
    const auto bits = (std::uint64_t{random()} << 32 | random()) & 0x7fff'ffff'ffff'ffffu;
    return static_cast<std::int64_t>(bits | 1);
}

// Puts the living codes of the set, as one read transaction sees them, and the sections that tell whose they
// are.
SnapshotHeader put_codes(SnapshotWriter& writer, VectorTable& table) {
    const Snapshot view(table.database());
    const SetRow set = table.set();
    std::vector<std::int64_t> places, rows;
    std::vector<ChunkStart> starts;
    std::vector<std::byte> slots;
    const auto stride = table.shape().stride();
    for (const auto& chunk : table.chunks(set.id)) {
        if (chunk.used == chunk.dead) continue;
        starts.push_back({chunk.id, places.size()});
        table.read_slots(chunk, slots);
        const auto codes =
            std::span(slots).subspan(static_cast<std::size_t>(chunk.capacity) * sizeof(std::int64_t));
        for (int slot = 0; slot < chunk.used; ++slot) {
            const auto i = static_cast<std::size_t>(slot);
            if (chunk.gone[i]) continue;
            writer.put(codes.subspan(i * stride, stride));
            places.push_back(chunk.place(slot));
            std::memcpy(&rows.emplace_back(), slots.data() + i * sizeof(std::int64_t), sizeof(std::int64_t));
        }
    }
    writer.end_section();
    for (const auto section : {bytes_of(places), bytes_of(rows), bytes_of(starts)}) {
        writer.put(section);
        writer.end_section();
    }
    SnapshotHeader header{};
    header.last_place = set.last;
    header.deaths = set.deaths;
    header.nodes = places.size();
    header.chunks = starts.size();
    return header;
}

void put_graph(SnapshotWriter& writer, const Graph& graph, SnapshotHeader& header) {
    header.degree0 = graph.degree0;
    header.degree = graph.degree;
    header.entry = graph.entry;
    header.levels = graph.levels;
    header.words = graph.lists.size();
    for (const auto section : {bytes_of(graph.links), bytes_of(graph.upper), bytes_of(graph.lists)}) {
        writer.put(section);
        writer.end_section();
    }
}

}  // namespace

void Index::Parts::remove_snapshots(std::int64_t set, std::int64_t but) {
    const auto keep = snapshot_path(set, but).filename().string();
    const auto prefix = fmt::format("{}-", set);
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder(), ignored)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with(prefix) && name != keep) std::filesystem::remove(entry.path(), ignored);
    }
}

BuildResult Index::build(const BuildOptions& options) {
    auto& table = parts_->table;
    auto& db = table.database();
    const auto id = table.set().id;
    if (!id) return BuildResult::unneeded;
    Leases leases(db);
    auto lease = Held::acquire(leases, fmt::format("index/{}", id), options.lease);
    if (!lease) return BuildResult::busy;
    // Looked at under the lease: somebody may just have built it.
    const auto kind = options.kind.value_or(state().due);
    if (kind == SnapshotKind::none) return BuildResult::unneeded;

    make_private_folder(parts_->folder());
    const auto generation = new_generation();
    SnapshotWriter writer(parts_->snapshot_path(id, generation), table.shape());
    SnapshotHeader header = put_codes(writer, table);
    header.generation = generation;
    header.key = parts_->key_hash();
    if (kind == SnapshotKind::graph) {
        auto renewed = std::chrono::steady_clock::now();
        GraphOptions graph_options;
        graph_options.threads =
            options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
        graph_options.progress = [&](double part) {
            const auto now = std::chrono::steady_clock::now();
            if (now - renewed > options.lease / 4) {
                renewed = now;
                if (!lease->renew(options.lease)) return false;
            }
            return !options.progress || options.progress(part);
        };
        const Mapping written = writer.codes();
        const auto graph = build_graph(written.data() + SnapshotLayout(header).codes, table.shape(),
                                       static_cast<std::uint32_t>(header.nodes), graph_options);
        if (!graph) return BuildResult::stopped;
        put_graph(writer, *graph, header);
    }
    writer.finish(header);
    table.use_generation(id, generation);
    parts_->remove_snapshots(id, generation);
    return BuildResult::built;
}

std::vector<std::string> Index::problems() {
    const Snapshot view(parts_->table.database());
    auto found = parts_->table.problems();
    const SetRow set = parts_->refresh();
    if (!set.generation) return found;
    auto opened = SnapshotFile::open(parts_->snapshot_path(set.id, set.generation),
                                     {parts_->key_hash(), set.generation, set.last, parts_->table.shape()});
    if (!opened.file && !opened.refusal.empty()) found.push_back("the snapshot cannot be used: " + opened.refusal);
    if (opened.file)
        for (const auto& problem : opened.file->problems())
            found.push_back("the snapshot is damaged: " + problem);
    return found;
}

void drop_index(Database& db, const IndexKey& key) {
    Index index(db, key);
    index.clear();
    db.run("DELETE FROM vector_set WHERE space = ?1 AND embedder = ?2 AND dimension = ?3", key.space,
           key.embedder, key.dimension);
}

}  // namespace llm
