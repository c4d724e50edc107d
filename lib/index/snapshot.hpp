/// A snapshot file: the codes of a set as they stood once, with or without a graph. Mapped, never changed.
///
///     file    = header *section          ; each section begins at a multiple of 64 bytes; little-endian
///     header  = SnapshotHeader           ; the manifest, with a checksum of itself and one of the rest
///     codes   = nodes * coded-row        ; code.hpp; nodes ascend by place
///     places  = nodes * i64              ; where the vector stands in the store
///     rows    = nodes * i64              ; the owner's row id
///     chunks  = chunks * (i64 u64)       ; chunk id, its first node
///     links   = nodes * (u32 degree0 * u32)   ; graph, level 0: how many, which nodes
///     upper   = nodes * u32              ; 0, or 1 + where in `lists` the node's upper levels begin
///     lists   = words * u32              ; levels, then per level: how many, `degree` nodes
///     sums    = blocks * u32             ; of each page of the file between header and sums, XXH3's lower half
///
/// A file is trusted for nothing but speed: every length and link is checked before it is followed, so that
/// a damaged one can cost a hit but neither crash nor make one up. That it cost one is noticed too: a page is
/// held against its sum when a walk first touches it. To do so for all codes before a scan would double the
/// time of a process that asks once, so its one scan is preceded by a sixteenth of them, chosen by chance, and
/// a second scan by all.
#pragma once

#include "index/code.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace llm {

struct SnapshotHeader {
    char magic[8];
    std::uint64_t header_checksum, body_checksum;
    std::uint64_t size;
    std::uint64_t key;  ///< hash of space, embedder and dimension
    std::int64_t generation, last_place, deaths;
    std::uint64_t nodes, chunks, words;
    std::uint32_t dimension, degree0, degree, entry, levels, unused;
};

/// Where the sections of a file with these counts begin.
struct SnapshotLayout {
    std::uint64_t codes, places, rows, chunks, links, upper, lists, sums, end;
    explicit SnapshotLayout(const SnapshotHeader&);
};
inline constexpr std::uint64_t snapshot_page = 4096;

struct ChunkStart {
    std::int64_t chunk;
    std::uint64_t node;
};

/// What hnsw_build makes; the sections of the same names.
struct Graph {
    std::uint32_t degree0 = 0, degree = 0, entry = 0, levels = 0;
    std::vector<std::uint32_t> links, upper, lists;
};

/// A file in memory, unmapped at the end.
class Mapping {
public:
    Mapping() = default;
    Mapping(int file, std::size_t size);
    Mapping(Mapping&& other) noexcept;
    Mapping& operator=(Mapping&& other) noexcept;
    ~Mapping();

    std::byte* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

class SnapshotFile {
public:
    /// What the store expects of the file.
    struct Expected {
        std::uint64_t key;
        std::int64_t generation, last_place;
        CodeShape shape;
    };
    /// The file, or why it cannot be used; neither where there is none.
    struct Opened {
        std::unique_ptr<SnapshotFile> file;
        std::string refusal;
    };
    static Opened open(const std::filesystem::path& path, const Expected& expected);

    const SnapshotHeader& header() const noexcept { return header_; }
    std::uint32_t nodes() const noexcept { return static_cast<std::uint32_t>(header_.nodes); }
    bool has_graph() const noexcept { return header_.degree0 > 0; }
    const std::byte* codes() const noexcept { return at(layout_.codes); }
    const std::byte* code(std::uint32_t node) const noexcept { return codes() + node * shape_.stride(); }
    std::int64_t place(std::uint32_t node) const noexcept { return checked<std::int64_t>(layout_.places, node); }
    std::int64_t row(std::uint32_t node) const noexcept { return checked<std::int64_t>(layout_.rows, node); }
    std::span<const ChunkStart> chunks() const noexcept {
        check(layout_.chunks, header_.chunks * sizeof(ChunkStart));
        return {section<ChunkStart>(layout_.chunks), static_cast<std::size_t>(header_.chunks)};
    }
    /// Neighbours as stored: their number is checked, they themselves are not.
    std::span<const std::uint32_t> links(std::uint32_t node) const noexcept;
    std::span<const std::uint32_t> upper_links(std::uint32_t node, std::uint32_t level) const noexcept;
    /// To be called before the nodes' codes are used.
    void check_codes(std::span<const std::uint32_t> of_nodes) const noexcept {
        for (const auto node : of_nodes) check(layout_.codes + node * shape_.stride(), shape_.stride());
    }
    /// To be called before all codes are scanned.
    void check_some_codes() const noexcept;
    /// Whether any page that was used since it was opened is not as it was written.
    bool damaged() const noexcept { return damaged_; }

    /// Asks for all codes at once, ahead of a scan.
    void fetch_codes() const noexcept;
    /// To be told of each walk over the graph. One alone touches little and asks for no more; a stream of them
    /// comes by everything, page by page, and from the 32nd on has all of it at hand (measured at a million, the
    /// file in memory but not mapped: .98 → .35 ms a search).
    void note_walk() const noexcept;
    /// Reads everything: checksum and links.
    std::vector<std::string> problems() const;

private:
    SnapshotFile(Mapping mapping, const SnapshotHeader& header, CodeShape shape);

    void fetch(std::uint64_t size) const noexcept;
    void check(std::uint64_t offset, std::uint64_t size) const noexcept {
        if (size == 0) return;
        for (std::uint64_t page = offset / snapshot_page; page <= (offset + size - 1) / snapshot_page; ++page)
            if ((checked_[page / 64] >> (page % 64) & 1) == 0) check_page(page);
    }
    void check_page(std::uint64_t page) const noexcept;
    template <typename T>
    T checked(std::uint64_t begin, std::uint64_t index) const noexcept {
        check(begin + index * sizeof(T), sizeof(T));
        return section<T>(begin)[index];
    }
    const std::byte* at(std::uint64_t offset) const noexcept { return mapping_.data() + offset; }
    template <typename T>
    const T* section(std::uint64_t offset) const noexcept {
        return reinterpret_cast<const T*>(at(offset));
    }

    Mapping mapping_;
    SnapshotHeader header_;
    SnapshotLayout layout_;
    CodeShape shape_;
    mutable std::vector<std::uint64_t> checked_;  ///< one bit a page
    mutable bool fetched_ = false, damaged_ = false;
    mutable int walks_ = 0, scans_ = 0;
};

/// Writes a file under a name of its own and renames it when it is whole and on the disk. Sections are put
/// one after the other. Written with write(), not through a mapping: the system then keeps the file in bigger
/// pieces, and mapping it later costs a third (measured: 3.1 → 1.0 ms for a first search among 100,000).
class SnapshotWriter {
public:
    SnapshotWriter(std::filesystem::path path, CodeShape shape);
    SnapshotWriter(const SnapshotWriter&) = delete;
    SnapshotWriter& operator=(const SnapshotWriter&) = delete;
    ~SnapshotWriter();

    void put(std::span<const std::byte> bytes);
    void end_section();
    /// The codes, once their section has ended.
    Mapping codes();
    /// Writes the header; `header`'s counts are those of the sections put. Sizes and checksums are filled in.
    void finish(SnapshotHeader header);

private:
    void flush();
    void write_at(std::span<const std::byte> bytes, std::uint64_t offset);
    [[noreturn]] void fail(const char* what) const;

    std::filesystem::path path_, unfinished_;
    CodeShape shape_;
    int file_ = -1;
    std::uint64_t written_ = 0;
    std::vector<std::byte> waiting_;
};

}  // namespace llm
