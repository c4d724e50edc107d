#include "log/journal.hpp"

#include "log/writer.hpp"

#include <algorithm>

namespace llm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_waiting = 8192;
constexpr std::size_t most_waiting_bytes = std::size_t{32} << 20;

/// About what it holds in memory.
std::size_t weight(const Call& call) {
    std::size_t bytes = sizeof call + call.completion.text.size() + call.completion.reasoning.size();
    for (const Message& turn : call.request->messages)
        for (const Part& part : turn.parts) bytes += part.text.size() + part.media.data.size();
    return bytes;
}

}  // namespace

Journal::Journal(JournalOptions options) : options_(std::move(options)) {}

Journal::~Journal() { close(); }

void Journal::start_writer() {
    if (!writer_.joinable() && !closing_) writer_ = std::thread([this] { run(); });
}

void Journal::open_ahead() {
    const std::lock_guard lock(mutex_);
    start_writer();
}

bool Journal::is_full() const { return waiting_.size() >= most_waiting || waiting_bytes_ >= most_waiting_bytes; }

void Journal::push(Call call) {
    const std::size_t bytes = weight(call);
    bool wake = false;
    {
        std::unique_lock lock(mutex_);
        if (closing_) {
            ++lost_;
            return;
        }
        start_writer();
        written_.wait(lock, [this] { return !is_full(); });
        if (waiting_.empty()) first_push_ = Clock::now();
        waiting_.push_back(std::move(call));
        waiting_bytes_ += bytes;
        ++pushed_;
        wake = waiting_.size() == 1 || waiting_.size() == options_.group || is_full();
    }
    if (wake) wake_.notify_one();
}

void Journal::flush() {
    std::unique_lock lock(mutex_);
    wanted_ = pushed_;
    wake_.notify_one();
    written_.wait(lock, [this, until = pushed_] { return committed_ + lost_ >= until; });
}

void Journal::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_one();
    if (writer_.joinable()) writer_.join();
}

std::uint64_t Journal::committed() const {
    const std::lock_guard lock(mutex_);
    return committed_;
}

std::uint64_t Journal::lost() const {
    const std::lock_guard lock(mutex_);
    return lost_;
}

/// Takes what waits; nothing when the journal is closed and all is written. `into` is empty and lends its memory to the next ones.
void Journal::next_calls(std::unique_lock<std::mutex>& lock, std::vector<Call>& into) {
    wake_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    wake_.wait_until(lock, first_push_ + options_.delay, [this] {
        return closing_ || wanted_ > committed_ + lost_ || waiting_.size() >= options_.group || is_full();
    });
    waiting_bytes_ = 0;
    std::swap(waiting_, into);
}

void Journal::run() {
    JournalWriter writer(options_);
    writer.open();
    std::vector<Call> calls;
    for (std::unique_lock lock(mutex_);;) {
        next_calls(lock, calls);
        if (calls.empty()) break;
        lock.unlock();
        written_.notify_all();
        for (std::size_t at = 0; at < calls.size(); at += options_.group) {
            const std::size_t n = std::min(options_.group, calls.size() - at);
            const bool kept = writer.write(std::span(calls).subspan(at, n));
            const std::lock_guard again(mutex_);
            (kept ? committed_ : lost_) += n;
        }
        written_.notify_all();
        calls.clear();
        writer.prune_if_due();
        lock.lock();
    }
}

}  // namespace llm
