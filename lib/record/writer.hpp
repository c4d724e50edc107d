/// Buffered output to a descriptor that notices when nobody reads any more.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace llm {

class Writer {
public:
    /// Borrows the descriptor.
    explicit Writer(int fd) : fd_(fd) {}

    /// Buffers the bytes; writes when much has gathered. Does nothing once closed.
    void put(std::string_view bytes) {
        if (copy_) copy_(bytes);
        buffer_.append(bytes);
        if (buffer_.size() >= high_water_) flush();
    }
    void line(std::string_view text) {
        if (copy_) copy_(text), copy_("\n");
        buffer_.append(text);
        buffer_.push_back('\n');
        if (buffer_.size() >= high_water_) flush();
    }
    /// Writes all there is. A closed pipe sets closed(); another failure throws Error{io}.
    void flush();
    /// Called before bytes leave (a resume file makes itself durable first).
    void before_flush(std::function<void()> f) { before_flush_ = std::move(f); }

    /// Given all bytes as they come, whether or not somebody reads them.
    void copy_to(std::function<void(std::string_view)> f) { copy_ = std::move(f); }

    bool closed() const noexcept { return closed_; }
    /// How many bytes gather before they are written without being asked for.
    void gather(std::size_t bytes) noexcept { high_water_ = bytes; }
    void close() noexcept { closed_ = true; }
    int fd() const noexcept { return fd_; }

private:
    std::size_t high_water_ = 64 * 1024;
    int fd_;
    bool closed_ = false;
    std::string buffer_;
    std::function<void()> before_flush_;
    std::function<void(std::string_view)> copy_;
};

/// All bytes, however many calls it takes. False where the reader is gone, and where standard error cannot be written: a word to people that does not arrive
/// costs no answer. Throws Error{io} naming `what` else.
bool write_all(int fd, std::string_view bytes, std::string_view what);

}  // namespace llm
