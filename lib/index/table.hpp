/// The truth: vectors and their codes in SQLite (schema/0001_vectors.sql), written in the owner's
/// transaction.
#pragma once

#include "index/code.hpp"
#include "index/index.hpp"

#include <bitset>

namespace llm {

inline constexpr std::int64_t chunk_places = 256;

/// The set's row as it stands; id 0 where nothing was ever appended.
struct SetRow {
    std::int64_t id = 0, count = 0, last = 0, deaths = 0, generation = 0;
    int ef = 0;
};

struct CodeChunk {
    std::int64_t id = 0;
    int capacity = 0, used = 0, dead = 0;
    std::bitset<chunk_places> gone;

    std::int64_t place(int slot) const noexcept { return id * chunk_places + slot; }
};

class VectorTable {
public:
    VectorTable(Database& db, IndexKey key);

    Database& database() noexcept { return db_; }
    const IndexKey& key() const noexcept { return key_; }
    const CodeShape& shape() const noexcept { return shape_; }

    SetRow set();
    void append(std::int64_t row, std::span<const float> vector);
    bool remove(std::int64_t row);
    void clear();
    void use_generation(std::int64_t set, std::int64_t generation);
    void use_ef(int ef);

    /// The set's chunks from the one with id `first` on, in order.
    std::vector<CodeChunk> chunks(std::int64_t set, std::int64_t first = 0);
    /// The chunk's slots as stored: row ids, then coded rows.
    void read_slots(const CodeChunk& chunk, std::vector<std::byte>& to);
    std::optional<std::int64_t> place_of(std::int64_t set, std::int64_t row);

    /// The row and vector at `place`, if this set has one there. The view holds until the next call.
    struct Stored {
        std::int64_t row;
        std::span<const float> vector;
    };
    std::optional<Stored> at(std::int64_t set, std::int64_t place);

    /// What disagrees between chunks, codes and vectors; empty where nothing does.
    std::vector<std::string> problems();

private:
    std::int64_t make_set();
    void store(std::int64_t set, std::int64_t row, std::span<const float> vector);
    CodeChunk chunk_with_room(std::int64_t set);
    void bury(std::int64_t set, std::int64_t place);
    void move_the_living(std::int64_t set, const CodeChunk& chunk);
    CodeChunk chunk(std::int64_t id);

    Database& db_;
    IndexKey key_;
    CodeShape shape_;
    std::vector<float> vector_;
    std::vector<std::byte> code_;
};

}  // namespace llm
