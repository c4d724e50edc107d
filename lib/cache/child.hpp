/// A command that is fed lines and gives lines back, at its own pace: feeding never waits for what comes back.
#pragma once

#include "base/loop.hpp"
#include "record/reader.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace llm {

class Child {
public:
    using OnLine = std::function<void(std::string_view line)>;
    /// The command has closed its output and ended: exit status, or 128 and the signal.
    using OnEnd = std::function<void(int status)>;

    /// Starts it, without a shell, its stderr ours. Throws Error{config} where it cannot be started.
    Child(Loop&, const std::vector<std::string>& argv, OnLine, OnEnd);
    /// One still at work is asked to end, and killed where it does not within a second.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Queues the line; a newline is added.
    void send(std::string_view line);
    /// No more lines: its input is closed when all are written.
    void end_input();
    /// Sends it a signal, where it has not ended.
    void signal(int number) const noexcept;
    /// Bytes not yet taken by the command.
    std::size_t queued() const noexcept { return queued_; }

private:
    void write();
    void read();
    void close_input();
    void close_output();
    void wait_for_end();
    bool reap();

    Loop& loop_;
    OnLine on_line_;
    OnEnd on_end_;
    pid_t pid_ = -1;
    int in_ = -1, out_ = -1;
    std::optional<LineReader> reader_;
    std::deque<std::string> queue_;
    std::size_t written_ = 0;  ///< of the queue's first
    std::size_t queued_ = 0;
    bool ending_ = false;
    bool watching_input_ = false;
    int status_ = 0;
    std::optional<Loop::TimerId> timer_;
};

}  // namespace llm
