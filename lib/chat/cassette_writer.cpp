#include "base/utf8.hpp"
#include "chat/canonical.hpp"
#include "chat/cassette.hpp"
#include "chat/error_json.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace llm {
namespace {

constexpr std::size_t shown_text = 200;

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view what) {
    throw Error(Fault::io, "cannot {} the cassette {}: {}", what, path.string(), std::strerror(errno));
}

/// Nobody else writes the file as long as this lives.
class Locked {
public:
    explicit Locked(int file) : file_(file) {
        while (::flock(file_, LOCK_EX) != 0 && errno == EINTR) {}
    }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;
    ~Locked() { ::flock(file_, LOCK_UN); }

private:
    int file_;
};

off_t size_of(int file) {
    struct stat status {};
    return ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
}

/// The text after the last line end.
std::string unfinished_line(int file, off_t size) {
    std::string tail;
    char block[65536];
    while (size > 0) {
        const off_t from = size > off_t{sizeof block} ? size - off_t{sizeof block} : 0;
        const ssize_t got = ::pread(file, block, static_cast<std::size_t>(size - from), from);
        if (got <= 0) break;
        const std::string_view read(block, static_cast<std::size_t>(got));
        const std::size_t end = read.rfind('\n');
        tail.insert(0, read.substr(end == read.npos ? 0 : end + 1));
        if (end != read.npos) break;
        size = from;
    }
    return tail;
}

std::string shown(const Message& message) {
    std::string text;
    for (const Part& part : message.parts)
        text += part.kind == Part::Kind::text ? part.text : fmt::format("[{}]", part.media.type);
    return std::string{truncate_utf8(text, shown_text)};
}

Json summary(const Request& request) {
    Json turns = Json::array();
    for (const Message& message : request.messages)
        turns.push_back({{"role", name(message.role)}, {"text", shown(message)}});
    return {{"messages", std::move(turns)}};
}

std::string line_of(const Request& request, const Take& take) {
    Json line{{"key", request_key(request, "")}, {"model", take.model}, {"request", summary(request)}};
    if (take.error)
        line["error"] = to_json(*take.error);
    else
        line["completion"] = to_json(take.completion);
    for (const Chunk& chunk : take.deltas)
        line["deltas"].push_back(chunk.kind == Delta::Kind::text ? Json(chunk.text) : Json{{"reasoning", chunk.text}});
    return dump(line) + '\n';
}

}  // namespace

CassetteWriter::CassetteWriter(std::filesystem::path path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ < 0) fail(path_, "open");
    const Locked locked(file_);
    const off_t size = size_of(file_);
    const std::string cut = unfinished_line(file_, size);
    if (cut.empty()) return;
    const bool whole = Json::accept(cut);
    const bool mended = whole ? ::write(file_, "\n", 1) == 1 : ::ftruncate(file_, size - static_cast<off_t>(cut.size())) == 0;
    if (mended) return;
    const int why = errno;
    ::close(std::exchange(file_, -1));
    errno = why;
    fail(path_, "mend the last line of");
}

CassetteWriter::CassetteWriter(CassetteWriter&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

CassetteWriter::~CassetteWriter() {
    if (file_ < 0) return;
    ::fsync(file_);
    ::close(file_);
}

void CassetteWriter::record(const Request& request, const Take& take) {
    const std::string line = line_of(request, take);
    const Locked locked(file_);
    const off_t before = size_of(file_);
    std::string_view left = line;
    while (!left.empty()) {
        const ssize_t written = ::write(file_, left.data(), left.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const int why = errno;
            [[maybe_unused]] const int undone = ::ftruncate(file_, before);
            errno = why;
            fail(path_, "write");
        }
        left.remove_prefix(static_cast<std::size_t>(written));
    }
}

void CassetteWriter::close() {
    if (file_ < 0) return;
    // A pipe or a terminal cannot be synchronised, and need not be.
    if (::fsync(file_) != 0 && errno != EINVAL && errno != EROFS) fail(path_, "write");
    if (::close(std::exchange(file_, -1)) != 0) fail(path_, "close");
}

}  // namespace llm
