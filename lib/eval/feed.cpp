#include "eval/feed.hpp"

#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace llm {
namespace {
constexpr std::size_t together = 32 * 1024;  // lines written at once
}

Feed::Feed(Loop& loop, Next next) : loop_(loop), next_(std::move(next)) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(Fault::io, "cannot make a pipe: {}", std::strerror(errno));
    out_ = ends[0];
    in_ = ends[1];
    ::fcntl(in_, F_SETFL, O_NONBLOCK);
    loop_.watch(in_, Loop::write, [this](unsigned) { fill(); });
}

Feed::~Feed() {
    close();
    ::close(out_);
}

void Feed::close() {
    if (in_ < 0) return;
    loop_.forget(in_);
    ::close(in_);
    in_ = -1;
}

void Feed::fill() {
    for (;;) {
        if (written_ == waiting_.size()) {
            waiting_.clear();
            written_ = 0;
            std::string line;
            while (!ended_ && waiting_.size() < together) {
                if (next_(line)) waiting_.append(line).push_back('\n');
                else ended_ = true;
            }
            if (waiting_.empty()) return close();
        }
        const ssize_t n = ::write(in_, waiting_.data() + written_, waiting_.size() - written_);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) return close();  // nobody reads any more
        written_ += static_cast<std::size_t>(n);
    }
}

}  // namespace llm
