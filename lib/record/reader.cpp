#include "record/reader.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace llm {
namespace {

constexpr std::size_t block = 256 * 1024;
constexpr std::size_t beginning = 1024;  // what is kept of a line that is too long

/// Waits where the descriptor was left non-blocking by somebody else.
std::size_t read_some(int fd, char* to, std::size_t size) {
    for (;;) {
        const ssize_t n = ::read(fd, to, size);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            pollfd p{fd, POLLIN, 0};
            ::poll(&p, 1, -1);
            continue;
        }
        throw Error(Fault::io, "cannot read standard input: {}", std::strerror(errno));
    }
}

}  // namespace

LineReader::LineReader(int fd, std::size_t limit) : fd_(fd), limit_(limit) {}

LineReader::Got LineReader::next(std::string_view& line) {
    for (;;) {
        const char* base = buffer_.data();
        const void* newline = end_ > searched_ ? std::memchr(base + searched_, '\n', end_ - searched_) : nullptr;
        if (newline == nullptr && !at_end_) {
            searched_ = end_;
            if (end_ - begin_ > limit_ && !skipping_) {
                skipping_ = true;
                ++number_;
                line = {base + begin_, std::min(beginning, end_ - begin_)};
                begin_ = searched_ = end_;
                return Got::too_long;
            }
            if (skipping_) begin_ = searched_ = end_;
            return Got::need_more;
        }
        if (newline == nullptr && begin_ == end_) return Got::end;
        const std::size_t stop =
            newline != nullptr ? static_cast<std::size_t>(static_cast<const char*>(newline) - base) : end_;
        std::string_view found{base + begin_, stop - begin_};
        begin_ = searched_ = std::min(stop + 1, end_);
        if (skipping_) {
            skipping_ = false;
            continue;
        }
        if (++number_ == 1 && found.starts_with("\xEF\xBB\xBF")) found.remove_prefix(3);
        if (found.size() > limit_) {
            line = found.substr(0, beginning);
            return Got::too_long;
        }
        line = found;
        return Got::line;
    }
}

void LineReader::fill() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        searched_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() < end_ + block) buffer_.resize(std::max(end_ + block, std::min(buffer_.size() * 2, limit_ + block)));
    const std::size_t n = read_some(fd_, buffer_.data() + end_, buffer_.size() - end_);
    if (n == 0) at_end_ = true;
    end_ += n;
}

std::string read_all(int fd, std::size_t limit) {
    std::string all;
    std::array<char, 65536> part{};
    while (const std::size_t n = read_some(fd, part.data(), part.size())) {
        all.append(part.data(), n);
        if (all.size() > limit)
            throw Error(Fault::data, "standard input holds more than {} MiB; cut it into records or smaller pieces", limit >> 20);
    }
    return all;
}

}  // namespace llm
