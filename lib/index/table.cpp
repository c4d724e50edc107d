#include "index/table.hpp"

#include "base/error.hpp"
#include "store/blob.hpp"
#include "store/transaction.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace llm {
namespace {

constexpr int smallest_chunk = 1;

using Gone = std::bitset<chunk_places>;

std::vector<std::byte> bytes_of_bits(const Gone& bits) {
    std::vector<std::byte> bytes(chunk_places / 8);
    for (std::size_t i = 0; i < bits.size(); ++i)
        if (bits[i]) bytes[i / 8] |= std::byte{1} << (i % 8);
    return bytes;
}

Gone bits_of_bytes(Bytes bytes) {
    Gone bits;
    for (std::size_t i = 0; i < bits.size() && i / 8 < bytes.size(); ++i)
        bits[i] = (bytes[i / 8] >> (i % 8) & std::byte{1}) != std::byte{0};
    return bits;
}

CodeChunk chunk_in(Statement& statement) {
    const auto [id, capacity, used, dead, gone] = statement.row<std::int64_t, int, int, int, Bytes>();
    CodeChunk chunk{id, capacity, used, dead, dead ? bits_of_bytes(gone) : Gone()};
    if (capacity < 0 || capacity > chunk_places || used < 0 || used > capacity) chunk.used = 0;
    return chunk;
}

}  // namespace

VectorTable::VectorTable(Database& db, IndexKey key)
    : db_(db), key_(std::move(key)), shape_{static_cast<std::size_t>(key_.dimension)} {
    if (key_.dimension <= 0)
        throw Error(Fault::internal, "an index needs a dimension above 0, not {}", key_.dimension);
}

SetRow VectorTable::set() {
    auto found = db_.prepare(
        "SELECT id, count, last, deaths, generation, ef FROM vector_set "
        "WHERE space = ?1 AND embedder = ?2 AND dimension = ?3");
    found.borrow(key_.space, key_.embedder, key_.dimension);
    SetRow set;
    if (found.step())
        std::tie(set.id, set.count, set.last, set.deaths, set.generation, set.ef) =
            found.row<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, int>();
    return set;
}

std::int64_t VectorTable::make_set() {
    if (const auto id = set().id) return id;
    db_.run("INSERT INTO vector_set (space, embedder, dimension) VALUES (?1, ?2, ?3)", key_.space,
            key_.embedder, key_.dimension);
    return db_.last_row();
}

void VectorTable::append(std::int64_t row, std::span<const float> vector) {
    if (vector.size() != shape_.dimension)
        throw Error(Fault::data, "the vector has {} components, the set '{}' of {} has {}", vector.size(),
                    key_.space, key_.embedder, key_.dimension);
    for (const float x : vector)
        if (!std::isfinite(x)) throw Error(Fault::data, "the vector of row {} has a component {}", row, x);
    Transaction all(db_);
    const auto set = make_set();
    if (const auto old = place_of(set, row))
        bury(set, *old);
    else
        db_.run("UPDATE vector_set SET count = count + 1 WHERE id = ?1", set);
    store(set, row, vector);
    all.commit();
}

void VectorTable::store(std::int64_t set, std::int64_t row, std::span<const float> vector) {
    CodeChunk chunk = chunk_with_room(set);
    const auto place = chunk.place(chunk.used);
    code_.resize(shape_.stride());
    encode(vector, shape_, code_.data());
    {
        Blob slots(db_, "vector_codes", "slots", chunk.id, Access::write);
        const auto slot = static_cast<std::size_t>(chunk.used);
        slots.write(std::as_bytes(std::span(&row, 1)), slot * sizeof row);
        slots.write(code_, static_cast<std::size_t>(chunk.capacity) * sizeof row + slot * shape_.stride());
    }
    db_.run("INSERT INTO vector_row VALUES (?1, ?2, ?3, ?4)", place, set, row, std::as_bytes(vector));
    db_.run("UPDATE vector_chunk SET used = used + 1 WHERE id = ?1", chunk.id);
    db_.run("UPDATE vector_set SET last = ?2 WHERE id = ?1", set, place);
}

CodeChunk VectorTable::chunk_with_room(std::int64_t set) {
    auto last = db_.prepare(
        "SELECT id, capacity, used, dead, gone FROM vector_chunk "
        "WHERE set_id = ?1 ORDER BY id DESC LIMIT 1");
    last.borrow(set);
    if (last.step())
        if (const CodeChunk chunk = chunk_in(last); chunk.used < chunk.capacity) return chunk;
    last.reset();
    // As big as everything before it, so that many small sets stay small.
    const auto count =
        db_.value<std::uint64_t>("SELECT count FROM vector_set WHERE id = ?1", set).value_or(0);
    CodeChunk chunk;
    chunk.capacity =
        static_cast<int>(std::clamp<std::uint64_t>(std::bit_ceil(count), smallest_chunk, chunk_places));
    db_.run("INSERT INTO vector_chunk (set_id, capacity, gone) VALUES (?1, ?2, ?3)", set, chunk.capacity,
            bytes_of_bits({}));
    chunk.id = db_.last_row();
    const auto slot_size = sizeof(std::int64_t) + shape_.stride();
    db_.run("INSERT INTO vector_codes VALUES (?1, zeroblob(?2))", chunk.id,
            static_cast<std::size_t>(chunk.capacity) * slot_size);
    return chunk;
}

std::optional<std::int64_t> VectorTable::place_of(std::int64_t set, std::int64_t row) {
    return db_.value<std::int64_t>("SELECT place FROM vector_row WHERE set_id = ?1 AND row = ?2", set, row);
}

CodeChunk VectorTable::chunk(std::int64_t id) {
    auto found = db_.prepare("SELECT id, capacity, used, dead, gone FROM vector_chunk WHERE id = ?1");
    found.borrow(id);
    return found.step() ? chunk_in(found) : CodeChunk{};
}

bool VectorTable::remove(std::int64_t row) {
    const auto id = set().id;
    if (!id) return false;
    Transaction all(db_);
    const auto place = place_of(id, row);
    if (!place) return false;
    bury(id, *place);
    db_.run("UPDATE vector_set SET count = count - 1 WHERE id = ?1", id);
    all.commit();
    return true;
}

void VectorTable::bury(std::int64_t set, std::int64_t place) {
    db_.run("DELETE FROM vector_row WHERE place = ?1", place);
    CodeChunk in = chunk(place / chunk_places);
    in.gone.set(static_cast<std::size_t>(place % chunk_places));
    in.dead = static_cast<int>(in.gone.count());
    db_.run("UPDATE vector_chunk SET dead = ?2, gone = ?3 WHERE id = ?1", in.id, in.dead,
            bytes_of_bits(in.gone));
    db_.run("UPDATE vector_set SET deaths = deaths + 1 WHERE id = ?1", set);
    if (in.used == in.capacity && in.dead * 2 >= in.used) move_the_living(set, in);
}

// A chunk that is half dead gives its space back: each vector moves at most once for each deletion.
void VectorTable::move_the_living(std::int64_t set, const CodeChunk& chunk) {
    std::vector<std::pair<std::int64_t, std::vector<float>>> living;
    for (int slot = 0; slot < chunk.used; ++slot)
        if (const auto stored = at(set, chunk.place(slot)))
            living.emplace_back(stored->row, std::vector(stored->vector.begin(), stored->vector.end()));
    db_.run("DELETE FROM vector_row WHERE place BETWEEN ?1 AND ?2", chunk.place(0),
            chunk.place(static_cast<int>(chunk_places) - 1));
    db_.run("DELETE FROM vector_chunk WHERE id = ?1", chunk.id);
    for (const auto& [row, vector] : living) store(set, row, vector);
}

void VectorTable::clear() {
    const auto id = set().id;
    if (!id) return;
    Transaction all(db_);
    db_.run("DELETE FROM vector_row WHERE set_id = ?1", id);
    db_.run("DELETE FROM vector_chunk WHERE set_id = ?1", id);
    db_.run("UPDATE vector_set SET count = 0, deaths = deaths + 1, generation = 0 WHERE id = ?1", id);
    all.commit();
}

void VectorTable::use_generation(std::int64_t set, std::int64_t generation) {
    db_.run("UPDATE vector_set SET generation = ?2, ef = 0 WHERE id = ?1", set, generation);
}

void VectorTable::use_ef(int ef) { db_.run("UPDATE vector_set SET ef = ?2 WHERE id = ?1", set().id, ef); }

std::vector<CodeChunk> VectorTable::chunks(std::int64_t set, std::int64_t first) {
    std::vector<CodeChunk> found;
    auto statement = db_.prepare(
        "SELECT id, capacity, used, dead, gone FROM vector_chunk "
        "WHERE set_id = ?1 AND id >= ?2 ORDER BY id");
    statement.borrow(set, first);
    while (statement.step()) found.push_back(chunk_in(statement));
    return found;
}

void VectorTable::read_slots(const CodeChunk& chunk, std::vector<std::byte>& to) {
    const Blob slots(db_, "vector_codes", "slots", chunk.id, Access::read);
    const auto size = static_cast<std::size_t>(chunk.capacity) * (sizeof(std::int64_t) + shape_.stride());
    if (slots.size() != size)
        throw Error(Fault::io, "{} is damaged: chunk {} has {} bytes of codes, not {}", db_.path().string(),
                    chunk.id, slots.size(), size);
    to.resize(size);
    slots.read(to, 0);
}

std::optional<VectorTable::Stored> VectorTable::at(std::int64_t set, std::int64_t place) {
    auto found = db_.prepare("SELECT row, vector FROM vector_row WHERE place = ?1 AND set_id = ?2");
    found.borrow(place, set);
    if (!found.step()) return std::nullopt;
    const auto [row, bytes] = found.row<std::int64_t, Bytes>();
    if (bytes.size() != shape_.dimension * sizeof(float)) return std::nullopt;
    vector_.resize(shape_.dimension);
    std::memcpy(vector_.data(), bytes.data(), bytes.size());
    return Stored{row, vector_};
}

std::vector<std::string> VectorTable::problems() {
    std::vector<std::string> found;
    const auto in = set();
    if (!in.id) return found;
    std::int64_t living = 0;
    std::vector<std::byte> slots, code(shape_.stride());
    for (const auto& chunk : chunks(in.id)) {
        read_slots(chunk, slots);
        const auto* codes = slots.data() + static_cast<std::size_t>(chunk.capacity) * sizeof(std::int64_t);
        for (int slot = 0; slot < chunk.used; ++slot) {
            const auto i = static_cast<std::size_t>(slot);
            if (chunk.gone[i]) continue;
            ++living;
            std::int64_t row = 0;
            std::memcpy(&row, slots.data() + i * sizeof row, sizeof row);
            const auto stored = at(in.id, chunk.place(slot));
            if (!stored || stored->row != row) {
                found.push_back(fmt::format("row {} at place {} has no vector", row, chunk.place(slot)));
                continue;
            }
            encode(stored->vector, shape_, code.data());
            if (std::memcmp(code.data(), codes + i * shape_.stride(), shape_.stride()) != 0)
                found.push_back(fmt::format("the codes of row {} are not those of its vector", row));
        }
    }
    const auto rows = db_.value<std::int64_t>("SELECT count(*) FROM vector_row WHERE set_id = ?1", in.id);
    if (living != in.count || rows != in.count)
        found.push_back(fmt::format("{} vectors and {} codes where the set '{}' says {}", rows.value_or(0),
                                    living, key_.space, in.count));
    return found;
}

}  // namespace llm
