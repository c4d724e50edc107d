#include "base/error.hpp"
#include "base/hash.hpp"
#include "index/parts.hpp"
#include "store/transaction.hpp"

#include <cstring>

namespace llm {
namespace {

// How many rows the codes nominate for k hits: a score from codes is off by about 0.001, so the true best
// are among the first few beyond k.
std::size_t nominees(std::size_t k, std::int64_t count) {
    const auto all = static_cast<std::size_t>(std::max<std::int64_t>(count, 1));
    return k < all / 3 ? std::min(3 * k + 16, all) : all;
}

bool better(const Hit& a, const Hit& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; }

}  // namespace

std::filesystem::path Index::Parts::folder() {
    auto path = table.database().path();
    path += ".index";
    return path;
}

std::filesystem::path Index::Parts::snapshot_path(std::int64_t set, std::int64_t generation) {
    return folder() / fmt::format("{}-{:016x}", set, generation);
}

std::uint64_t Index::Parts::key_hash() const {
    const auto& key = table.key();
    return fast_hash(fmt::format("{}\n{}\n{}", key.dimension, key.embedder, key.space));
}

void Index::Parts::warn(std::string_view why) {
    if (std::exchange(warned, true) || !options.warn) return;
    options.warn(fmt::format("the index snapshot of '{}' is left aside: {}; the store is scanned instead",
                             table.key().space, why));
}

void Index::Parts::leave_aside() {
    snapshot.reset();
    warn("it is damaged");
}

void Index::Parts::open_snapshot(const SetRow& set) {
    tried = set.generation;
    deaths = -1;
    dead.clear();
    dead_count = 0;
    snapshot.reset();
    if (set.generation == 0) return;
    auto opened = SnapshotFile::open(snapshot_path(set.id, set.generation),
                                     {key_hash(), set.generation, set.last, table.shape()});
    if (!opened.file && !opened.refusal.empty()) warn(opened.refusal);  // one that is not there may have been deleted
    snapshot = std::move(opened.file);
}

void Index::Parts::mark_the_dead(const SetRow& set) {
    deaths = set.deaths;
    dead.clear();
    dead_count = 0;
    if (set.deaths == snapshot->header().deaths) return;
    dead.resize(snapshot->nodes());
    const auto starts = snapshot->chunks();
    const auto chunks = table.chunks(set.id);
    auto chunk = chunks.begin();
    for (std::size_t i = 0; i < starts.size(); ++i) {
        while (chunk != chunks.end() && chunk->id < starts[i].chunk) ++chunk;
        const bool there = chunk != chunks.end() && chunk->id == starts[i].chunk;
        if (there && chunk->dead == 0) continue;
        const std::uint64_t next = i + 1 < starts.size() ? starts[i + 1].node : snapshot->nodes();
        const auto end = static_cast<std::uint32_t>(std::min<std::uint64_t>(next, snapshot->nodes()));
        for (auto node = static_cast<std::uint32_t>(std::min<std::uint64_t>(starts[i].node, end)); node < end;
             ++node) {
            const auto slot = snapshot->place(node) - starts[i].chunk * chunk_places;
            const bool alive =
                there && slot >= 0 && slot < chunk_places && !chunk->gone[static_cast<std::size_t>(slot)];
            if (alive || dead[node]) continue;
            dead[node] = true;
            ++dead_count;
        }
    }
}

SetRow Index::Parts::refresh() {
    const SetRow set = table.set();
    if (!set.id) {
        tail.forget();
        snapshot.reset();
        tried = 0;
        return set;
    }
    if (set.generation != tried) open_snapshot(set);
    if (snapshot && set.deaths != deaths) mark_the_dead(set);
    return set;
}

void Index::Parts::search_snapshot(const Query& query, const SearchOptions& wanted, std::size_t width,
                                   Top& top) {
    const auto accept = [&](std::uint32_t node) {
        return (dead.empty() || !dead[node]) && (!wanted.allow || wanted.allow(snapshot->row(node)));
    };
    if (snapshot->has_graph() && wanted.method == Method::automatic) {
        snapshot->note_walk();
        Top found(top.room());
        const auto end = walk.search(*snapshot, query, std::max(width, top.room()), accept, found, without);
        if (end == GraphWalk::End::damaged) return;
        if (end == GraphWalk::End::found) {
            for (const auto& candidate : std::move(found).sorted())
                if (candidate.score > top.bar()) top.add(candidate);
            return;
        }
    }
    snapshot->fetch_codes();
    snapshot->check_some_codes();
    scan(snapshot->codes(), table.shape(), snapshot->nodes(), query, top, [&](std::size_t i, float score) {
        const auto node = static_cast<std::uint32_t>(i);
        if (accept(node)) top.add({score, snapshot->place(node), snapshot->row(node), snapshot->code(node)});
    });
}

std::optional<std::vector<Hit>> Index::Parts::search(const SetRow& set, const Query& query,
                                                     const SearchOptions& wanted) {
    const std::int64_t covered = snapshot ? snapshot->header().last_place : 0;
    Top top(nominees(wanted.k, set.count));
    const int ef = wanted.ef > 0 ? wanted.ef : set.ef > 0 ? set.ef
                                                          : usual_ef;
    if (snapshot) search_snapshot(query, wanted, static_cast<std::size_t>(ef), top);
    if (snapshot && snapshot->damaged()) {
        leave_aside();
        return std::nullopt;
    }
    tail.search(table, set, covered, query, wanted.allow, top);

    std::vector<Hit> hits;
    std::vector<std::byte> code(table.shape().stride());
    for (const auto& candidate : std::move(top).sorted()) {
        const auto stored = table.at(set.id, candidate.place);
        const bool from_snapshot = candidate.code != nullptr;
        if (stored && from_snapshot) encode(stored->vector, table.shape(), code.data());
        if (from_snapshot && (!stored || candidate.place > covered || stored->row != candidate.row ||
                              std::memcmp(code.data(), candidate.code, code.size()) != 0)) {
            leave_aside();
            return std::nullopt;
        }
        // Where SQLite's own codes and vectors disagree, problems() tells.
        if (!stored || stored->row != candidate.row) continue;
        const float score =
            kernels().floats(query.vector().data(), stored->vector.data(), stored->vector.size());
        if (score >= wanted.floor) hits.push_back({stored->row, score});
    }
    std::ranges::sort(hits, better);
    if (hits.size() > wanted.k) hits.resize(wanted.k);
    return hits;
}

IndexState Index::Parts::state_of(const SetRow& set) const {
    IndexState state;
    state.count = static_cast<std::size_t>(set.count);
    state.ef = set.ef ? set.ef : usual_ef;
    state.dead = dead_count;
    state.lost = set.generation != 0 && !snapshot;
    if (snapshot) state.snapshot = snapshot->has_graph() ? SnapshotKind::graph : SnapshotKind::codes;
    const std::size_t living = snapshot ? snapshot->nodes() - dead_count : 0;
    state.tail = state.count - std::min(living, state.count);
    const auto wanted = state.count >= options.graph_from   ? SnapshotKind::graph
                        : state.count >= options.codes_from ? SnapshotKind::codes
                                                            : SnapshotKind::none;
    const bool outgrown = state.tail > std::max<std::size_t>(options.codes_from / 4, living / 10);
    const bool hollow = snapshot && state.dead > snapshot->nodes() / 5;
    state.codes_due = state.snapshot != SnapshotKind::graph && state.count >= options.codes_from &&
                      (!snapshot || outgrown || hollow);
    if (wanted > state.snapshot || (wanted != SnapshotKind::none && (outgrown || hollow))) state.due = wanted;
    return state;
}

Index::Index(Database& db, IndexKey key, IndexOptions options)
    : parts_(new Parts{.table = VectorTable(db, std::move(key)), .options = std::move(options)}) {}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

const IndexKey& Index::key() const noexcept { return parts_->table.key(); }
void Index::append(std::int64_t row, std::span<const float> vector) { parts_->table.append(row, vector); }
bool Index::remove(std::int64_t row) { return parts_->table.remove(row); }
std::size_t Index::count() { return static_cast<std::size_t>(parts_->table.set().count); }

void Index::clear() {
    const auto set = parts_->table.set().id;
    parts_->table.clear();
    if (set) parts_->remove_snapshots(set, 0);
}

bool Index::contains(std::int64_t row) {
    const auto set = parts_->table.set().id;
    return set && parts_->table.place_of(set, row);
}

std::optional<std::vector<float>> Index::vector(std::int64_t row) {
    const auto set = parts_->table.set().id;
    const auto place = set ? parts_->table.place_of(set, row) : std::nullopt;
    const auto stored = place ? parts_->table.at(set, *place) : std::nullopt;
    if (!stored) return std::nullopt;
    return std::vector<float>(stored->vector.begin(), stored->vector.end());
}

std::vector<Hit> Index::search(std::span<const float> vector, const SearchOptions& options) {
    if (vector.size() != parts_->table.shape().dimension)
        throw Error(Fault::data, "the query has {} components, the set '{}' of {} has {}", vector.size(),
                    key().space, key().embedder, key().dimension);
    const bool uncommitted = parts_->table.database().in_transaction();
    const Snapshot view(parts_->table.database());
    const SetRow set = parts_->refresh();
    if (!set.id || options.k == 0) return {};
    const Query query(vector);
    auto hits = parts_->search(set, query, options);
    if (!hits) hits = parts_->search(set, query, options);
    // What a transaction wrote may be rolled back and its places given out again.
    if (uncommitted) parts_->tail.forget();
    return std::move(*hits);
}

IndexState Index::state() {
    const Snapshot view(parts_->table.database());
    return parts_->state_of(parts_->refresh());
}

std::vector<SetInfo> index_sets(Database& db, std::optional<std::string_view> space) {
    std::vector<SetInfo> sets;
    auto found = db.prepare(
        "SELECT space, embedder, dimension, count FROM vector_set "
        "WHERE ?1 IS NULL OR space = ?1 ORDER BY id");
    found.borrow(space);
    for (auto [name, embedder, dimension, count] : found.rows<std::string, std::string, int, std::size_t>())
        sets.push_back({{std::move(name), std::move(embedder), dimension}, count});
    return sets;
}

std::vector<std::int64_t> index_rows(Database& db, const IndexKey& key) {
    std::vector<std::int64_t> rows;
    auto found = db.prepare(
        "SELECT r.row FROM vector_set s JOIN vector_row r ON r.set_id = s.id "
        "WHERE s.space = ?1 AND s.embedder = ?2 AND s.dimension = ?3 ORDER BY r.row");
    found.borrow(key.space, key.embedder, key.dimension);
    for (auto [row] : found.rows<std::int64_t>()) rows.push_back(row);
    return rows;
}

}  // namespace llm
