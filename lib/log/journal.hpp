/// The journal of calls: every call to a provider, kept in one SQLite file for `llm-ask --log`, --continue and replay/journal.
///
/// What may be relied on:
///   - push() costs a microsecond or two. A thread of its own writes, in transactions of up to 100 calls.
///   - A call is committed at most 50 ms after its push (later only where the disk or other writers hold it up), and in any
///     case before flush(), close() or the destructor returns; from then on it survives the process being killed. Power loss
///     may take the last transactions.
///   - So a call is acknowledged once the tool that made it exited by itself; one killed with SIGKILL loses 50 ms of calls.
///   - Any number of processes may write at once; a store in use is waited for.
///   - A journal that cannot be written never fails a call: `warn` is told once, and the calls are counted as lost. Writing is
///     tried again later.
///   - What `keep` does not cover any more is removed by the writer, at most once an hour and store, a little at a time.
#pragma once

#include "base/units.hpp"
#include "log/call.hpp"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace llm {

inline constexpr Keep default_keep{30 * 86400.0, std::uint64_t{1} << 30};

struct JournalOptions {
    std::filesystem::path path;
    Keep keep = default_keep;
    std::function<void(std::string_view message)> warn;     ///< called once at most, on the writer's thread; may be empty
    std::size_t group = 100;                                ///< calls a transaction
    std::chrono::milliseconds delay{50};                    ///< longest wait for more calls
};

class Journal {
public:
    /// Opens nothing and starts nothing yet.
    explicit Journal(JournalOptions);
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    ~Journal();  ///< as close()

    /// Opens the store in the background, so that it is ready when the first call ends. Worth it while one waits for a server.
    void open_ahead();
    /// From any thread. Waits where thousands of calls, or 32 MiB of text, are waiting to be written.
    void push(Call);
    /// Returns once all calls pushed before are committed or lost.
    void flush();
    /// flush(), and ends the thread. What is pushed later is lost.
    void close();

    std::uint64_t committed() const;
    std::uint64_t lost() const;

private:
    void start_writer();
    void run();
    void next_calls(std::unique_lock<std::mutex>&, std::vector<Call>& into);
    bool is_full() const;

    const JournalOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;     // the writer
    std::condition_variable written_;  // whoever waits for it
    std::vector<Call> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::chrono::steady_clock::time_point first_push_;
    std::uint64_t pushed_ = 0, wanted_ = 0, committed_ = 0, lost_ = 0;
    bool closing_ = false;
    std::thread writer_;
};

}  // namespace llm
