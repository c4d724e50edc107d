#include "index/snapshot.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <utility>

namespace llm {
namespace {

constexpr char magic[8] = {'l', 'l', 'm', 'i', 'd', 'x', '2', '\n'};
constexpr std::uint64_t alignment = 64;
constexpr std::size_t write_size = std::size_t{4} << 20;
constexpr std::uint64_t most_nodes = std::numeric_limits<std::uint32_t>::max() - 1;

std::string_view text_of(const std::byte* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

std::uint64_t checksum_of(SnapshotHeader header) {
    header.header_checksum = 0;
    return fast_hash(text_of(reinterpret_cast<const std::byte*>(&header), sizeof header));
}

std::uint64_t checksum_of_body(const Mapping& mapping) {
    return fast_hash(
        text_of(mapping.data() + sizeof(SnapshotHeader), mapping.size() - sizeof(SnapshotHeader)));
}

std::uint32_t sum_of_page(const Mapping& mapping, const SnapshotLayout& layout, std::uint64_t page) {
    const auto begin = std::max(page * snapshot_page, layout.codes), end = std::min((page + 1) * snapshot_page, layout.sums);
    return static_cast<std::uint32_t>(fast_hash(text_of(mapping.data() + begin, end - begin)));
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const noexcept { return fd_; }

private:
    int fd_;
};

std::string refusal(const SnapshotHeader& header, std::uint64_t size,
                    const SnapshotFile::Expected& expected) {
    if (std::memcmp(header.magic, magic, sizeof magic) != 0) return "it is no snapshot of this release";
    if (header.header_checksum != checksum_of(header)) return "its header is damaged";
    if (header.key != expected.key || header.dimension != expected.shape.dimension)
        return "it belongs to another embedder or space";
    if (header.generation != expected.generation || header.last_place > expected.last_place)
        return "it belongs to another store";
    if (header.nodes > most_nodes || header.chunks > header.nodes || header.words > most_nodes ||
        header.degree0 > 4096 || header.degree > 4096 || header.levels > 64)
        return "its header is damaged";
    if (size != header.size || size != SnapshotLayout(header).end) return "its length is wrong";
    if (header.degree0 > 0 && header.entry >= header.nodes) return "its entry lies outside";
    return {};
}

}  // namespace

SnapshotLayout::SnapshotLayout(const SnapshotHeader& header) {
    std::uint64_t offset = sizeof(SnapshotHeader);
    const auto place = [&](std::uint64_t count, std::uint64_t each) {
        const std::uint64_t begin = (offset + alignment - 1) / alignment * alignment;
        offset = begin + count * each;
        return begin;
    };
    const std::uint64_t graph_nodes = header.degree0 > 0 ? header.nodes : 0;
    codes = place(header.nodes, CodeShape{header.dimension}.stride());
    places = place(header.nodes, sizeof(std::int64_t));
    rows = place(header.nodes, sizeof(std::int64_t));
    chunks = place(header.chunks, sizeof(ChunkStart));
    links = place(graph_nodes, (1 + std::uint64_t{header.degree0}) * sizeof(std::uint32_t));
    upper = place(graph_nodes, sizeof(std::uint32_t));
    lists = place(header.words, sizeof(std::uint32_t));
    sums = place((offset + snapshot_page - 1) / snapshot_page, sizeof(std::uint32_t));
    end = offset;
}

Mapping::Mapping(int file, std::size_t size) : size_(size) {
    void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    if (data == MAP_FAILED) throw Error(Fault::io, "cannot map {} bytes: {}", size, std::strerror(errno));
    data_ = static_cast<std::byte*>(data);
}

Mapping::Mapping(Mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

Mapping::~Mapping() {
    if (data_) ::munmap(data_, size_);
}

SnapshotFile::SnapshotFile(Mapping mapping, const SnapshotHeader& header, CodeShape shape)
    : mapping_(std::move(mapping)), header_(header), layout_(header), shape_(shape),
      checked_(layout_.sums / snapshot_page / 64 + 1) {
    if (has_graph()) ::madvise(mapping_.data(), mapping_.size(), MADV_RANDOM);
}

SnapshotFile::Opened SnapshotFile::open(const std::filesystem::path& path, const Expected& expected) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return {nullptr, errno == ENOENT ? std::string{} : std::strerror(errno)};
    struct stat status {};
    SnapshotHeader header{};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {nullptr, "it is no file"};
    if (::pread(file.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header))
        return {nullptr, "its length is wrong"};
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (auto why = refusal(header, size, expected); !why.empty()) return {nullptr, std::move(why)};
    return {
        std::unique_ptr<SnapshotFile>(new SnapshotFile(Mapping(file.get(), size), header, expected.shape)),
        {}};
}

void SnapshotFile::check_page(std::uint64_t page) const noexcept {
    checked_[page / 64] |= std::uint64_t{1} << (page % 64);
    if (page * snapshot_page >= layout_.sums) return;
    std::uint32_t sum = 0;
    std::memcpy(&sum, at(layout_.sums + page * sizeof sum), sizeof sum);
    damaged_ = damaged_ || sum != sum_of_page(mapping_, layout_, page);
}

void SnapshotFile::check_some_codes() const noexcept {
    constexpr std::uint64_t parts = 16;
    const std::uint64_t size = layout_.places - layout_.codes, part = size / parts + 1;
    if (++scans_ > 2) return;
    if (scans_ == 2) return check(layout_.codes, size);
    const auto chance = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()) / 1000 % parts;
    const std::uint64_t begin = std::min(chance * part, size);
    check(layout_.codes + begin, std::min(part, size - begin));
}

std::span<const std::uint32_t> SnapshotFile::links(std::uint32_t node) const noexcept {
    const std::uint64_t each = (1 + std::uint64_t{header_.degree0}) * sizeof(std::uint32_t);
    check(layout_.links + node * each, each);
    const auto* list = section<std::uint32_t>(layout_.links) + node * (1 + std::size_t{header_.degree0});
    return {list + 1, std::min(list[0], header_.degree0)};
}

std::span<const std::uint32_t> SnapshotFile::upper_links(std::uint32_t node,
                                                         std::uint32_t level) const noexcept {
    const std::uint64_t begin = checked<std::uint32_t>(layout_.upper, node);
    const auto* lists = section<std::uint32_t>(layout_.lists);
    if (begin == 0 || begin > header_.words || level == 0 || level > checked<std::uint32_t>(layout_.lists, begin - 1)) return {};
    const std::uint64_t list = begin + (level - 1) * (1 + std::uint64_t{header_.degree});
    if (list + 1 + header_.degree > header_.words) return {};
    check(layout_.lists + list * sizeof(std::uint32_t), (1 + std::uint64_t{header_.degree}) * sizeof(std::uint32_t));
    return {lists + list + 1, std::min(lists[list], header_.degree)};
}

void SnapshotFile::fetch(std::uint64_t size) const noexcept {
    auto* data = mapping_.data();
    ::madvise(data, size, MADV_NORMAL);
#ifdef MADV_POPULATE_READ
    ::madvise(data, size, MADV_POPULATE_READ);
#endif
}

void SnapshotFile::fetch_codes() const noexcept {
    if (std::exchange(fetched_, true)) return;
    fetch(std::min<std::uint64_t>((layout_.places + 4095) / 4096 * 4096, mapping_.size()));
}

void SnapshotFile::note_walk() const noexcept {
    constexpr int stream = 32;
    if (walks_ >= stream || ++walks_ < stream) return;
    const auto pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
    const bool fits = pages > 0 && mapping_.size() / static_cast<std::uint64_t>(page) < static_cast<std::uint64_t>(pages) / 4;
    if (fits) fetch(mapping_.size());
}

std::vector<std::string> SnapshotFile::problems() const {
    std::vector<std::string> found;
    if (checksum_of_body(mapping_) != header_.body_checksum) found.emplace_back("its checksum is wrong");
    std::uint64_t outside = 0;
    for (std::uint32_t node = 0; has_graph() && node < nodes(); ++node)
        for (const auto link : links(node)) outside += link >= nodes();
    if (outside) found.push_back(fmt::format("{} links of its graph lead outside", outside));
    return found;
}

SnapshotWriter::SnapshotWriter(std::filesystem::path path, CodeShape shape)
    : path_(std::move(path)), unfinished_(path_), shape_(shape) {
    unfinished_ += ".new";
    file_ = ::open(unfinished_.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    if (file_ < 0) fail("create");
    waiting_.reserve(write_size);
    const SnapshotHeader none{};
    put(std::as_bytes(std::span(&none, 1)));
    end_section();
}

SnapshotWriter::~SnapshotWriter() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(unfinished_.c_str());
}

void SnapshotWriter::fail(const char* what) const {
    throw Error(Fault::io, "cannot {} {}: {}; check the disk's free space (the store itself is whole)", what,
                unfinished_.string(), std::strerror(errno));
}

void SnapshotWriter::flush() {
    for (std::span<const std::byte> left = waiting_; !left.empty();) {
        const auto done = ::write(file_, left.data(), left.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) fail("write");
        left = left.subspan(static_cast<std::size_t>(done));
    }
    written_ += waiting_.size();
    waiting_.clear();
}

void SnapshotWriter::put(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto room = std::min(bytes.size(), write_size - waiting_.size());
        waiting_.insert(waiting_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(room));
        bytes = bytes.subspan(room);
        if (waiting_.size() == write_size) flush();
    }
}

void SnapshotWriter::write_at(std::span<const std::byte> bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n <= 0) fail("write");
        bytes = bytes.subspan(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
}

void SnapshotWriter::end_section() {
    constexpr std::array<std::byte, alignment> zeros{};
    const auto over = (written_ + waiting_.size()) % alignment;
    if (over) put(std::span(zeros).first(alignment - over));
}

Mapping SnapshotWriter::codes() {
    flush();
    return Mapping(file_, written_);
}

void SnapshotWriter::finish(SnapshotHeader header) {
    std::memcpy(header.magic, magic, sizeof magic);
    header.dimension = static_cast<std::uint32_t>(shape_.dimension);
    flush();
    const SnapshotLayout layout(header);
    header.size = layout.end;
    if (::ftruncate(file_, static_cast<off_t>(header.size)) != 0) fail("write");
    {
        const Mapping written(file_, header.size);
        std::vector<std::uint32_t> sums;
        for (std::uint64_t page = 0; page * snapshot_page < layout.sums; ++page) sums.push_back(sum_of_page(written, layout, page));
        write_at(std::as_bytes(std::span(sums)), layout.sums);
    }
    header.body_checksum = checksum_of_body(Mapping(file_, header.size));
    header.header_checksum = checksum_of(header);
    write_at(std::as_bytes(std::span(&header, 1)), 0);
    if (::fsync(file_) != 0) fail("write");
    if (::rename(unfinished_.c_str(), path_.c_str()) != 0) fail("rename");
    ::close(std::exchange(file_, -1));
    const Descriptor folder(::open(path_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() >= 0) ::fsync(folder.get());
}

}  // namespace llm
