/// The event loop: descriptors (epoll), timers, signals. One thread, one loop a process.
#pragma once

#include "base/task.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace llm {

using Steady = std::chrono::steady_clock;
using Instant = Steady::time_point;
using Seconds = std::chrono::duration<double>;

/// `from` plus a number of seconds that may be huge or infinite.
Instant after(Instant from, double seconds);

class Loop {
public:
    enum Events : unsigned { none = 0, read = 1, write = 2, hangup = 4 };
    using Ready = std::function<void(unsigned events)>;
    using Fire = std::function<void()>;
    using TimerId = std::pair<Instant, std::uint64_t>;

    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Calls `ready` whenever the descriptor is; `hangup` is always reported. Watching again replaces the events and, where
    /// given, the callback. A regular file counts as always ready.
    void watch(int fd, unsigned events, Ready ready);
    void change(int fd, unsigned events);
    void forget(int fd);

    TimerId at(Instant, Fire);
    void cancel(const TimerId&);

    /// Called from run_once before it would wait: the place to flush output.
    void before_wait(Fire f) { before_wait_ = std::move(f); }

    /// One round: waits for events or the next timer, at most until `until`; descriptors are served before timers.
    void run_once(Instant until = Instant::max());

    /// Signals SIGINT and SIGTERM from now on: counted, and the wait is interrupted. SIGPIPE and SIGXFSZ are ignored.
    void catch_signals();
    /// 0, or the first signal caught.
    static int signal_caught() noexcept;
    /// How many have been caught.
    static int signals_caught() noexcept;
    /// As if none had come (a conversation goes on after Ctrl-C has stopped an answer).
    static void forget_signals() noexcept;

    /// `co_await loop.sleep_until(t)`
    auto sleep_until(Instant t) {
        struct Awaiter {
            Loop& loop;
            Instant t;
            TimerId id{};
            bool armed = false;
            Awaiter(Loop& l, Instant i) : loop(l), t(i) {}
            Awaiter(const Awaiter&) = delete;
            Awaiter& operator=(const Awaiter&) = delete;
            ~Awaiter() {
                if (armed) loop.cancel(id);
            }
            bool await_ready() const noexcept { return Steady::now() >= t; }
            void await_suspend(std::coroutine_handle<> h) {
                armed = true;
                id = loop.at(t, [this, h] {
                    armed = false;
                    h.resume();
                });
            }
            void await_resume() const noexcept {}
        };
        return Awaiter{*this, t};
    }

private:
    struct Watch {
        unsigned events = 0;
        std::shared_ptr<Ready> ready;
        bool always_ready = false;
    };
    int epoll_ = -1;
    std::unordered_map<int, Watch> watches_;
    std::map<TimerId, Fire> timers_;
    std::uint64_t next_timer_ = 0;
    int always_ready_ = 0;
    Fire before_wait_;
    int wake_ = -1;
};

}  // namespace llm
