#include "record/resume.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"
#include "record/scan.hpp"
#include "record/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace llm {
namespace {

constexpr std::string_view title = "{\"llm-utils\":\"resume\",\"version\":2}";
constexpr std::string_view title_without_sums = "{\"llm-utils\":\"resume\",\"version\":1}";
constexpr std::string_view titled = title.substr(0, title.size() - 2);  // a version and '}' follow
constexpr std::string_view head = "{\"key\":\"";       // 16 hexadecimal digits follow
constexpr std::string_view summed = "\",\"sum\":\"";   // 16 more
constexpr std::string_view middle = "\",\"record\":";  // the record follows, then '}'
constexpr std::size_t digits = 16;

struct Entry {
    std::uint64_t key = 0;
    std::string_view record;
    std::optional<std::uint64_t> sum;  ///< none in files of before
};

/// Takes 16 hexadecimal digits off the line's beginning.
std::optional<std::uint64_t> take_digits(std::string_view& line) {
    std::uint64_t n = 0;
    if (line.size() < digits) return std::nullopt;
    const auto [stop, code] = std::from_chars(line.data(), line.data() + digits, n, 16);
    if (code != std::errc{} || stop != line.data() + digits) return std::nullopt;
    line.remove_prefix(digits);
    return n;
}

bool take(std::string_view& line, std::string_view word) {
    if (!line.starts_with(word)) return false;
    line.remove_prefix(word.size());
    return true;
}

/// What a line that begins as entries do says; of a last line that is cut short the record may lack its end.
std::optional<Entry> entry_in(std::string_view line) {
    Entry e;
    if (!take(line, head)) return std::nullopt;
    const auto key = take_digits(line);
    if (!key) return std::nullopt;
    if (take(line, summed) && !(e.sum = take_digits(line))) return std::nullopt;
    if (!take(line, middle) || !line.starts_with('{')) return std::nullopt;
    e.key = *key;
    e.record = line.substr(0, line.size() - (line.ends_with('}') ? 1 : 0));
    return e;
}

std::uint64_t sum_of(std::string_view record, std::uint64_t key) { return fast_hash(record, key); }

bool is_newer(std::string_view line) {
    return line.starts_with(titled) && line.ends_with('}') && line.size() > titled.size() + 1 &&
           line.substr(0, line.size() - 1).find_first_not_of("0123456789", titled.size()) == std::string_view::npos;
}

/// What a run that was killed, or a power loss, leaves of an entry that it was writing: its beginning, or zeros.
bool is_cut_entry(std::string_view line) {
    return line.substr(0, head.size()) == head.substr(0, line.size()) || line.find_first_not_of('\0') == std::string_view::npos;
}

/// The lines of a file from its beginning on, however long they are.
class FileLines {
public:
    FileLines(int fd, const std::string& path) : fd_(fd), path_(path) {}

    /// False at the end. `line` is good until the next call.
    bool next(std::string_view& line) {
        at_ += taken_;
        begin_ += taken_;
        std::size_t searched = begin_;
        for (;;) {
            const void* newline = searched < end_ ? std::memchr(buffer_.data() + searched, '\n', end_ - searched) : nullptr;
            if (newline != nullptr || at_end_) {
                const std::size_t stop = newline != nullptr ? static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.data()) : end_;
                line = {buffer_.data() + begin_, stop - begin_};
                ended_ = newline != nullptr;
                taken_ = line.size() + (ended_ ? 1 : 0);
                return taken_ > 0;
            }
            if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
            end_ -= std::exchange(begin_, 0);
            searched = end_;
            if (end_ == buffer_.size()) buffer_.resize(std::max<std::size_t>(256 * 1024, 2 * end_));
            fill();
        }
    }
    std::uint64_t at() const noexcept { return at_; }  ///< where the line begins
    bool ended() const noexcept { return ended_; }     ///< whether its newline is there

private:
    void fill() {
        const ssize_t n = ::pread(fd_, buffer_.data() + end_, buffer_.size() - end_, static_cast<off_t>(at_ + end_));
        if (n < 0 && errno == EINTR) return;
        if (n < 0) throw Error(Fault::io, "cannot read --resume {}: {}", path_, std::strerror(errno));
        at_end_ = n == 0;
        end_ += static_cast<std::size_t>(n);
    }

    int fd_;
    const std::string& path_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0, end_ = 0, taken_ = 0;
    std::uint64_t at_ = 0;
    bool ended_ = false, at_end_ = false;
};

}  // namespace

bool HashSet::put(Shard& shard, std::uint64_t hash) {
    const std::size_t mask = shard.slots.size() - 1;
    for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
        if (shard.slots[i] == hash) return false;
        if (shard.slots[i] != 0) continue;
        shard.slots[i] = hash;
        ++shard.used;
        return true;
    }
}

bool HashSet::insert(std::uint64_t hash) {
    if (hash == 0) hash = 1;
    Shard& shard = shards_[hash >> 56];
    if (shard.used * 5 >= shard.slots.size() * 4) {
        Shard wider;
        wider.slots.resize(std::max<std::size_t>(8, 2 * shard.slots.size()));
        for (const std::uint64_t one : shard.slots)
            if (one != 0) put(wider, one);
        shard = std::move(wider);
    }
    return put(shard, hash);
}

Resume::Resume(std::string path, std::string_view salt) : path_(std::move(path)), salt_(fast_hash(salt)) {
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd_ < 0) throw Error(Fault::io, "cannot open --resume {}: {}", path_, std::strerror(errno));
    try {
        struct stat s {};
        if (::fstat(fd_, &s) != 0 || !S_ISREG(s.st_mode)) throw Error(Fault::config, "--resume {} is no ordinary file; name a file that does not exist yet", path_);
        if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) throw Error(Fault::locked, "--resume {} is in use by another run; give each run a file of its own", path_);
        s.st_size == 0 ? make_new() : read();
    } catch (...) {
        ::close(fd_);
        throw;
    }
}

void Resume::make_new() {
    const std::string first = fmt::format("{}\n", title);
    try {
        write_all(fd_, first, path_);
        unsynced_ = true;
        sync();
    } catch (...) {
        [[maybe_unused]] const int ignored = ::ftruncate(fd_, 0);  // half of it would look like a file of somebody's own
        throw;
    }
    sync_folder();
}

void Resume::read() {
    FileLines lines{fd_, path_};
    Scan scanned;
    bool ours = false, begun = false, ended = true;
    std::optional<std::uint64_t> cut_at;
    for (std::string_view line; lines.next(line); ended = lines.ended()) {
        const auto entry = entry_in(line);
        if (entry && !entry->sum) scan(line, scanned);
        if (entry && (entry->sum ? entry->sum == sum_of(entry->record, entry->key) && line.ends_with('}') : scanned.kind == Scan::Kind::object)) {
            done_.push_back({entry->key, lines.at()});
            ours = true;
        } else if (line == title || line == title_without_sums) {
            ours = true;
        } else if (is_newer(line)) {
            throw Error(Fault::config, "--resume {} was written by a newer release of llm-utils; use that one, or name another file", path_);
        } else if (!lines.ended() && is_cut_entry(line)) {
            cut_at = lines.at();
            begun = entry.has_value();
        } else {
            ++broken_;
        }
    }
    if (!ours && !(begun && broken_ == 0)) throw Error(Fault::config, "--resume {} is not a resume file; name a file that does not exist yet", path_);
    if (cut_at && ::ftruncate(fd_, static_cast<off_t>(*cut_at)) != 0) throw Error(Fault::io, "cannot prepare --resume {}: {}", path_, std::strerror(errno));
    if (!ended && !cut_at) pending_ = "\n";
    std::sort(done_.begin(), done_.end(), [](const Place& a, const Place& b) { return a.key != b.key ? a.key < b.key : a.at < b.at; });
    asked_.resize(done_.size());
}

/// A new file's name survives power loss only where its folder is synced too.
void Resume::sync_folder() const {
    const std::size_t slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;  // a folder that cannot be read cannot be synced
    ::fsync(fd);
    ::close(fd);
}

Resume::~Resume() {
    try {
        sync();
    } catch (const Error&) {  // said already when it was synced on the way
    }
    ::close(fd_);
}

std::uint64_t Resume::key(std::string_view line) {
    const std::uint64_t h = fast_hash(line, salt_);
    if (const auto it = place(h); it != done_.end()) {
        const auto asked = asked_.begin() + (it - done_.begin());
        if (!*asked) {
            *asked = true;
            return h;
        }
    } else if (seen_.insert(h)) {
        return h;
    }
    const std::uint32_t nth = ++again_[h];
    return fast_hash({reinterpret_cast<const char*>(&nth), sizeof nth}, h);
}

std::deque<Resume::Place>::const_iterator Resume::place(std::uint64_t key) const {
    const auto behind = std::upper_bound(done_.begin(), done_.end(), key, [](std::uint64_t k, const Place& p) { return k < p.key; });
    return behind == done_.begin() || std::prev(behind)->key != key ? done_.end() : std::prev(behind);
}

bool Resume::find(std::uint64_t key, std::string& record) const {
    const auto it = place(key);
    if (it == done_.end()) return false;
    std::uint64_t at = it->at;
    record.clear();
    for (std::size_t newline = std::string::npos; newline == std::string::npos;) {
        const std::size_t have = record.size();
        record.resize(have + std::max<std::size_t>(4096, have));
        const ssize_t n = ::pread(fd_, record.data() + have, record.size() - have, static_cast<off_t>(at));
        record.resize(have + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        at += static_cast<std::uint64_t>(n);
        newline = n == 0 ? record.size() : record.find('\n', have);
        if (newline != std::string::npos) record.resize(newline);
    }
    const auto entry = entry_in(record);
    if (!entry) return false;
    record = std::string{entry->record};
    return true;
}

void Resume::add(std::uint64_t key, std::string_view record) {
    pending_ += fmt::format("{}{:016x}{}{:016x}{}", head, key, summed, sum_of(record, key), middle);
    pending_ += record;
    pending_ += "}\n";
}

void Resume::save() {
    if (pending_.empty()) return;
    const std::string out = std::exchange(pending_, {});
    write_all(fd_, out, path_);
    unsynced_ = true;
}

void Resume::sync() {
    save();
    if (!unsynced_) return;
    if (::fdatasync(fd_) != 0 && errno != EINVAL && errno != EROFS)
        throw Error(Fault::io, "cannot save --resume {}: {}", path_, std::strerror(errno));
    unsynced_ = false;
}

}  // namespace llm
