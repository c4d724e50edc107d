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

// Copies the living codes of the set, as one read transaction sees them, into a new file.
std::unique_ptr<SnapshotWriter> copy_codes(VectorTable& table, const std::filesystem::path& path, const SetRow& set) {
    const auto chunks = table.chunks(set.id);
    std::uint64_t nodes = 0, filled = 0;
    for (const auto& chunk : chunks) {
        const auto living = static_cast<std::uint64_t>(chunk.used - chunk.dead);
        nodes += living;
        filled += living > 0;
    }
    auto writer = std::make_unique<SnapshotWriter>(path, table.shape(), nodes, filled);
    const auto stride = table.shape().stride();
    std::byte* codes = writer->codes();
    std::int64_t* places = writer->places();
    std::int64_t* rows = writer->rows();
    ChunkStart* starts = writer->chunks();
    std::uint64_t node = 0;
    std::vector<std::byte> slots;
    for (const auto& chunk : chunks) {
        if (chunk.used == chunk.dead) continue;
        *starts++ = {chunk.id, node};
        table.read_slots(chunk, slots);
        const std::byte* code = slots.data() + static_cast<std::size_t>(chunk.capacity) * sizeof(std::int64_t);
        for (int slot = 0; slot < chunk.used; ++slot) {
            const auto i = static_cast<std::size_t>(slot);
            if (chunk.gone[i] || node == nodes) continue;
            std::memcpy(codes + node * stride, code + i * stride, stride);
            std::memcpy(rows + node, slots.data() + i * sizeof(std::int64_t), sizeof(std::int64_t));
            places[node++] = chunk.place(slot);
        }
    }
    writer->header().last_place = set.last;
    writer->header().deaths = set.deaths;
    return writer;
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
    std::unique_ptr<SnapshotWriter> writer;
    {
        const Snapshot view(db);
        writer = copy_codes(table, parts_->snapshot_path(id, generation), table.set());
    }
    auto& header = writer->header();
    header.generation = generation;
    header.key = parts_->key_hash();
    if (kind == SnapshotKind::graph) {
        auto renewed = std::chrono::steady_clock::now();
        GraphOptions graph_options;
        graph_options.threads = options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
        graph_options.progress = [&](double part) {
            const auto now = std::chrono::steady_clock::now();
            if (now - renewed > options.lease / 4) {
                renewed = now;
                if (!lease->renew(options.lease)) return false;
            }
            return !options.progress || options.progress(part);
        };
        const auto graph =
            build_graph(writer->codes(), table.shape(), static_cast<std::uint32_t>(header.nodes), graph_options);
        if (!graph) return BuildResult::stopped;
        writer->add(*graph);
    }
    writer->finish();
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
    if (!opened.file) found.push_back("the snapshot cannot be used: " + opened.refusal);
    if (opened.file)
        for (const auto& problem : opened.file->problems()) found.push_back("the snapshot is damaged: " + problem);
    return found;
}

void drop_index(Database& db, const IndexKey& key) {
    Index index(db, key);
    index.clear();
    db.run("DELETE FROM vector_set WHERE space = ?1 AND embedder = ?2 AND dimension = ?3", key.space, key.embedder,
           key.dimension);
}

}  // namespace llm
