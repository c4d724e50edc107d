/// One line on stderr that is written over while a run goes on: "1,204 done, 3 failed, 210/s".
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace llm {

/// `when_terminal` shows only where stderr is a terminal and stdout is not (else the line would stand
/// in the middle of the answers).
enum class Show { never, when_terminal, always };

class Progress {
public:
    using Instant = std::chrono::steady_clock::time_point;

    /// `total` where it is known. `now` tells the time; tests bring their own.
    Progress(Show, std::optional<std::uint64_t> total = {}, std::function<Instant()> now = std::chrono::steady_clock::now);
    /// Wipes the line.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void done() { step(done_); }
    void failed() { step(failed_); }

    /// What follows the counts in the line: tokens, cost.
    void more(std::function<std::string()> f) { more_ = std::move(f); }
    /// Whether there is a line at all.
    bool shown() const noexcept { return shown_; }

    /// What the line says now, without control characters.
    std::string line() const;

private:
    void step(std::uint64_t& counter);
    void draw();

    bool shown_;
    bool drawn_ = false;
    std::optional<std::uint64_t> total_;
    std::function<Instant()> now_;
    std::function<std::string()> more_;
    Instant start_, last_;
    std::uint64_t done_ = 0, failed_ = 0;
};

}  // namespace llm
