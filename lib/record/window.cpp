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

const char* temporary_folder() {
    const char* folder = std::getenv("TMPDIR");
    return folder == nullptr || *folder == '\0' ? "/tmp" : folder;
}

/// -1 where there can be none.
int temporary_file() {
    const char* folder = temporary_folder();
    int fd = ::open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {  // file systems without O_TMPFILE
        std::string name = std::string{folder} + "/llm-window-XXXXXX";
        fd = ::mkostemp(name.data(), O_CLOEXEC);
        if (fd >= 0) ::unlink(name.c_str());
    }
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
    if (in_memory_ + lines.size() > memory_limit && !no_spill_) {
        std::string all = std::move(slot.bytes);
        in_memory_ -= all.size();
        all.append(lines);
        slot.bytes = {};
        const std::uint64_t at = spill_end_;
        if (spill(all)) {
            slot.spilled_at = at;
            slot.spilled_size = all.size();
            return;
        }
        slot.bytes = std::move(all);
        in_memory_ += slot.bytes.size();
        return;
    }
    slot.bytes.append(lines);
    in_memory_ += lines.size();
}

/// False where the file takes no more, from now on.
bool Window::spill(std::string_view lines) {
    if (spill_ < 0) spill_ = temporary_file();
    const std::uint64_t before = spill_end_;
    int code = spill_ < 0 ? errno : 0;
    while (code == 0 && !lines.empty()) {
        const ssize_t n = ::pwrite(spill_, lines.data(), lines.size(), static_cast<off_t>(spill_end_));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) code = n < 0 ? errno : ENOSPC;
        if (code != 0) break;
        spill_end_ += static_cast<std::uint64_t>(n);
        lines.remove_prefix(static_cast<std::size_t>(n));
    }
    if (code == 0) return true;
    spill_end_ = before;
    no_spill_ = true;
    if (warn_)
        warn_(fmt::format("no temporary file in {} for what waits for its place in the order: {}. No more input is taken than memory holds; set TMPDIR to a folder with room, or use --unordered",
                          temporary_folder(), std::strerror(code)));
    return false;
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
