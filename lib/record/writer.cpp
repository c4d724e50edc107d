#include "record/writer.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace llm {

bool write_all(int fd, std::string_view bytes, std::string_view what) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (errno == EAGAIN) {
            pollfd p{fd, POLLOUT, 0};
            ::poll(&p, 1, -1);
        } else if (errno == EPIPE) {
            return false;
        } else if (errno != EINTR) {
            if (fd == STDERR_FILENO) return false;
            throw Error(Fault::io, "cannot write {}: {}", what, std::strerror(errno));
        }
    }
    return true;
}

void Writer::flush() {
    if (buffer_.empty()) return;
    if (before_flush_) before_flush_();
    if (!closed_) {
        std::string out;
        out.swap(buffer_);  // a failure must not print the same bytes again at the next flush
        if (!write_all(fd_, out, "standard output")) closed_ = true;
        out.clear();
        buffer_.swap(out);
    }
    buffer_.clear();
}

}  // namespace llm
