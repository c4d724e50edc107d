/// Lines from a descriptor, cut at '\n', without copying them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

inline constexpr std::size_t max_line = 64 * 1024 * 1024;

class LineReader {
public:
    /// Borrows the descriptor. Lines longer than `limit` bytes are skipped to their end and reported as `too_long`.
    explicit LineReader(int fd, std::size_t limit = max_line);

    enum class Got { line, too_long, need_more, end };
    /// The next whole line out of the buffer, without its newline, good until the next call of next or fill. At the end of
    /// input a last line without newline counts as a line. A byte order mark ahead of the first line is dropped.
    /// `too_long`: `line` is its beginning.
    Got next(std::string_view& line);
    /// One read(2). Call after need_more. Throws Error{io}.
    void fill();

    long number() const noexcept { return number_; }  ///< of the line given last, from 1
    int fd() const noexcept { return fd_; }

private:
    int fd_;
    std::size_t limit_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0, end_ = 0, searched_ = 0;
    long number_ = 0;
    bool at_end_ = false;
    bool skipping_ = false;
};

/// All of a descriptor, at most `limit` bytes; more is Error{data}.
std::string read_all(int fd, std::size_t limit = max_line);

}  // namespace llm
