#include "record/window.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace llm {
namespace {

constexpr std::size_t memory_limit = 16 * 1024 * 1024;

int temporary_file() {
    const char* folder = std::getenv("TMPDIR");
    if (folder == nullptr || *folder == '\0') folder = "/tmp";
    int fd = ::open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {  // file systems without O_TMPFILE
        std::string name = std::string{folder} + "/llm-window-XXXXXX";
        fd = ::mkostemp(name.data(), O_CLOEXEC);
        if (fd >= 0) ::unlink(name.c_str());
    }
    if (fd < 0)
        throw Error(Fault::io, "cannot make a temporary file in {}: {}; set TMPDIR to a folder with room", folder, std::strerror(errno));
    return fd;
}

}  // namespace

Window::~Window() {
    if (spill_ >= 0) ::close(spill_);
}

std::uint64_t Window::reserve() {
    slots_.emplace_back();
    return first_ + slots_.size() - 1;
}

void Window::put(std::string_view lines) {
    if (slots_.empty()) {
        out_.put(lines);
        return;
    }
    // neighbours that are ready share a place, so a million of them behind one slow call cost no more than their bytes
    constexpr std::size_t together = 64 * 1024;
    if (!slots_.back().done || slots_.back().spilled_size > 0 || slots_.back().bytes.size() > together)
        slots_.emplace_back().done = true;
    keep(slots_.back(), lines);
}

void Window::finish(std::uint64_t place, std::string_view lines) {
    Slot& slot = slots_[static_cast<std::size_t>(place - first_)];
    slot.done = true;
    if (place == first_) {
        out_.put(lines);
        slots_.pop_front();
        ++first_;
        drain();
    } else {
        keep(slot, lines);
    }
}

void Window::keep(Slot& slot, std::string_view lines) {
    if (in_memory_ + lines.size() <= memory_limit) {
        slot.bytes.append(lines);
        in_memory_ += lines.size();
        return;
    }
    std::string all = std::move(slot.bytes);
    in_memory_ -= all.size();
    all.append(lines);
    slot.bytes = {};
    if (spill_ < 0) spill_ = temporary_file();
    slot.spilled_at = spill_end_;
    slot.spilled_size = all.size();
    std::string_view rest = all;
    while (!rest.empty()) {
        const ssize_t n = ::pwrite(spill_, rest.data(), rest.size(), static_cast<off_t>(spill_end_));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) throw Error(Fault::io, "cannot write a temporary file: {}; set TMPDIR to a folder with room", std::strerror(errno));
        spill_end_ += static_cast<std::uint64_t>(n);
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
}

void Window::drain() {
    while (!slots_.empty() && slots_.front().done) {
        Slot& slot = slots_.front();
        in_memory_ -= slot.bytes.size();
        out_.put(slot.bytes);
        std::string part;
        for (std::uint64_t done = 0; done < slot.spilled_size;) {
            part.resize(static_cast<std::size_t>(std::min<std::uint64_t>(slot.spilled_size - done, 1 << 20)));
            const ssize_t n = ::pread(spill_, part.data(), part.size(), static_cast<off_t>(slot.spilled_at + done));
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) throw Error(Fault::io, "cannot read a temporary file back: {}", n == 0 ? "it is cut short" : std::strerror(errno));
            out_.put(std::string_view{part}.substr(0, static_cast<std::size_t>(n)));
            done += static_cast<std::uint64_t>(n);
        }
        slots_.pop_front();
        ++first_;
    }
    if (slots_.empty() && spill_end_ > 0) {
        spill_end_ = 0;
        [[maybe_unused]] const int ignored = ::ftruncate(spill_, 0);
    }
}

}  // namespace llm
