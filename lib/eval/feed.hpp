/// Lines that this process makes for its own loop: a pipe that is filled as fast as it is read.
#pragma once

#include "base/loop.hpp"

#include <functional>
#include <string>

namespace llm {

class Feed {
public:
    /// Puts the next line (without its newline) into its argument; false at the end.
    using Next = std::function<bool(std::string&)>;
    Feed(Loop&, Next);
    ~Feed();
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;
    /// What to read from.
    int fd() const noexcept { return out_; }

private:
    void fill();
    void close();
    Loop& loop_;
    Next next_;
    int in_ = -1, out_ = -1;
    std::string waiting_;
    std::size_t written_ = 0;
    bool ended_ = false;
};

}  // namespace llm
