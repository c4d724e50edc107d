#include "record/resume.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"
#include "record/reader.hpp"
#include "record/scan.hpp"
#include "record/writer.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace llm {
namespace {

constexpr std::string_view head = "{\"key\":\"";        // 16 hexadecimal digits follow
constexpr std::string_view middle = "\",\"record\":";   // the record follows, then '}'
constexpr std::size_t record_at = head.size() + 16 + middle.size();

/// The beginning of an entry, or zeros: what a run that was killed, or a power loss, leaves of its last line.
bool is_cut_entry(std::string_view line) {
    return line.substr(0, head.size()) == head.substr(0, line.size()) || line.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

Resume::Resume(std::string path, std::string_view salt) : path_(std::move(path)), salt_(fast_hash(salt)) {
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0) throw Error(Fault::io, "cannot open --resume {}: {}", path_, std::strerror(errno));
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
        ::close(fd_);
        throw Error(Fault::locked, "--resume {} is in use by another run; give each run a file of its own", path_);
    }
    LineReader lines{fd_};
    std::uint64_t at = 0;
    for (;;) {
        std::string_view line;
        const auto got = lines.next(line);
        if (got == LineReader::Got::need_more) {
            lines.fill();
            continue;
        }
        if (got != LineReader::Got::line) break;
        Scan scanned;
        scan(line, scanned);
        std::uint64_t key = 0;
        const bool ours = scanned.kind == Scan::Kind::object && line.size() > record_at && line.starts_with(head) &&
                          line.substr(head.size() + 16, middle.size()) == middle &&
                          std::from_chars(line.data() + head.size(), line.data() + head.size() + 16, key, 16).ec == std::errc{};
        if (!ours) {
            if (at == 0 && !is_cut_entry(line)) {
                ::close(fd_);
                throw Error(Fault::config, "--resume {} is not a resume file; name a file that does not exist yet", path_);
            }
            break;  // the cut end of a run that was killed
        }
        done_[key] = {at + record_at, line.size() - record_at - 1};
        at += line.size() + 1;
    }
    end_ = at;
    if (::ftruncate(fd_, static_cast<off_t>(end_)) != 0 || ::lseek(fd_, 0, SEEK_END) < 0) {
        const int code = errno;
        ::close(fd_);
        throw Error(Fault::io, "cannot prepare --resume {}: {}", path_, std::strerror(code));
    }
    if (end_ == 0) sync_folder();
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
    const std::uint32_t nth = seen_[h]++;
    return nth == 0 ? h : fast_hash({reinterpret_cast<const char*>(&nth), sizeof nth}, h);
}

bool Resume::find(std::uint64_t key, std::string& record) const {
    const auto it = done_.find(key);
    if (it == done_.end()) return false;
    record.resize(it->second.size);
    std::size_t have = 0;
    while (have < record.size()) {
        const ssize_t n = ::pread(fd_, record.data() + have, record.size() - have, static_cast<off_t>(it->second.at + have));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        have += static_cast<std::size_t>(n);
    }
    return true;
}

void Resume::add(std::uint64_t key, std::string_view record) {
    pending_ += fmt::format("{}{:016x}{}", head, key, middle);
    pending_ += record;
    pending_ += "}\n";
}

void Resume::save() {
    if (pending_.empty()) return;
    const std::string out = std::exchange(pending_, {});
    write_all(fd_, out, path_);
    end_ += out.size();
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
