/// Coroutines that wait for one another or for a moment, on one loop.
#pragma once

#include "base/loop.hpp"
#include "base/task.hpp"

#include <functional>
#include <list>

namespace llm {

/// The time that calls go by. Tests give `skip`: it is told of each wait, which then takes no time.
class CallClock {
public:
    CallClock(Loop& loop, std::function<void(double seconds)> skip) : loop_(loop), skip_(std::move(skip)) {}

    Instant now() const { return Steady::now() + skipped_; }
    /// What now() is ahead of the real time.
    Steady::duration skipped() const noexcept { return skipped_; }
    /// Returns at that moment, or soon after a signal: whoever interrupts a run does not wait on.
    Task<void> wait_until(Instant);

private:
    Loop& loop_;
    std::function<void(double)> skip_;
    Steady::duration skipped_{};
};

/// Those who wait for something to happen, first come first.
class Waiters {
public:
    explicit Waiters(Loop& loop) : loop_(loop) {}
    Waiters(const Waiters&) = delete;
    Waiters& operator=(const Waiters&) = delete;

    struct Awaiter {
        Waiters& all;
        std::coroutine_handle<> handle{};
        std::list<Awaiter*>::iterator self{};
        Loop::TimerId timer{};
        enum class State { idle, waiting, woken } state = State::idle;

        explicit Awaiter(Waiters& w) : all(w) {}
        Awaiter(const Awaiter&) = delete;
        Awaiter& operator=(const Awaiter&) = delete;
        ~Awaiter() {
            if (state == State::waiting) all.list_.erase(self);
            if (state == State::woken) {  // it goes before it could act: the next one's turn
                all.loop_.cancel(timer);
                if (!all.wake_one() && all.nobody) all.nobody();
            }
        }
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> h) {
            handle = h;
            state = State::waiting;
            self = all.list_.insert(all.list_.end(), this);
        }
        void await_resume() const noexcept {}
    };
    Awaiter wait() { return Awaiter{*this}; }
    /// Called where the last one woken goes before it could act.
    std::function<void()> nobody;

    /// From the loop's next round on; false where nobody waits.
    bool wake_one() {
        if (list_.empty()) return false;
        Awaiter* first = list_.front();
        list_.pop_front();
        first->state = Awaiter::State::woken;
        first->timer = loop_.at(Steady::now(), [first] {
            first->state = Awaiter::State::idle;
            first->handle.resume();
        });
        return true;
    }
    void wake_all() {
        while (wake_one()) {
        }
    }

private:
    Loop& loop_;
    std::list<Awaiter*> list_;
};

}  // namespace llm
