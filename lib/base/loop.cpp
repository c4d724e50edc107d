#include "base/loop.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace llm {
namespace {

std::atomic<int> first_signal{0};
std::atomic<int> signal_count{0};
std::atomic<int> wake_fd{-1};

/// The second signal means at once: where the loop does not come to see it (a jq program that never ends), the process ends here.
void on_alarm(int) { ::_exit(128 + first_signal.load()); }

void on_signal(int number) {
    const int saved = errno;
    int expected = 0;
    first_signal.compare_exchange_strong(expected, number);
    if (signal_count.fetch_add(1) == 1) ::alarm(1);
    const std::uint64_t one = 1;
    if (const int fd = wake_fd.load(); fd >= 0) [[maybe_unused]]
        const auto n = ::write(fd, &one, sizeof one);
    errno = saved;
}

std::uint32_t epoll_events(unsigned events) {
    std::uint32_t e = 0;
    if (events & Loop::read) e |= EPOLLIN;
    if (events & Loop::write) e |= EPOLLOUT;
    return e;
}

}  // namespace

Instant after(Instant from, double seconds) {
    constexpr double far = 1e8;  // three years: beyond it, arithmetic could overflow and nobody waits
    if (!(seconds < far)) return Instant::max();
    return from + std::chrono::duration_cast<Steady::duration>(Seconds{seconds});
}

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw Error(Fault::io, "epoll: {}", std::strerror(errno));
}

Loop::~Loop() {
    if (wake_ >= 0) {
        wake_fd.store(-1);
        ::close(wake_);
    }
    ::close(epoll_);
}

void Loop::watch(int fd, unsigned events, Ready ready) {
    auto [it, fresh] = watches_.try_emplace(fd);
    Watch& w = it->second;
    w.events = events;
    if (ready) w.ready = std::make_shared<Ready>(std::move(ready));
    epoll_event e{};
    e.events = epoll_events(events);
    e.data.fd = fd;
    if (w.always_ready) return;
    if (::epoll_ctl(epoll_, fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &e) == 0) return;
    if (errno == EEXIST || errno == ENOENT) {  // the number was closed and reused behind our back
        if (::epoll_ctl(epoll_, errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e) == 0) return;
    }
    if (errno == EPERM) {
        w.always_ready = true;
        ++always_ready_;
        return;
    }
    const int code = errno;
    watches_.erase(it);
    throw Error(Fault::io, "cannot wait for descriptor {}: {}", fd, std::strerror(code));
}

void Loop::change(int fd, unsigned events) {
    const auto it = watches_.find(fd);
    if (it != watches_.end() && it->second.events != events) watch(fd, events, nullptr);
}

void Loop::forget(int fd) {
    const auto it = watches_.find(fd);
    if (it == watches_.end()) return;
    if (it->second.always_ready) --always_ready_;
    else ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    watches_.erase(it);
}

Loop::TimerId Loop::at(Instant t, Fire fire) {
    const TimerId id{t, ++next_timer_};
    timers_.emplace(id, std::move(fire));
    return id;
}

void Loop::cancel(const TimerId& id) { timers_.erase(id); }

void Loop::run_once(Instant until) {
    bool ready_files = false;
    if (always_ready_ > 0)
        for (const auto& [fd, w] : watches_)
            if (w.always_ready && w.events != none) ready_files = true;

    int wait_ms = 0;
    if (!ready_files) {
        Instant next = until;
        if (!timers_.empty()) next = std::min(next, timers_.begin()->first.first);
        if (next == Instant::max()) {
            wait_ms = -1;
        } else {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Steady::now()).count();
            wait_ms = static_cast<int>(std::clamp<decltype(left)>(left, 0, 3'600'000));
        }
    }
    std::array<epoll_event, 128> events{};
    int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    if (n == 0 && wait_ms != 0) {
        if (before_wait_) before_wait_();
        n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms);
    }
    for (int i = 0; i < n; ++i) {
        const auto& e = events[static_cast<std::size_t>(i)];
        const auto it = watches_.find(e.data.fd);
        if (it == watches_.end() || !it->second.ready) continue;
        const auto ready = it->second.ready;  // kept alive: the callback may forget its own descriptor
        unsigned what = none;
        if (e.events & EPOLLIN) what |= read;
        if (e.events & EPOLLOUT) what |= write;
        if (e.events & (EPOLLERR | EPOLLHUP)) what |= hangup;
        (*ready)(what);
    }
    if (ready_files) {
        std::vector<int> files;
        for (const auto& [fd, w] : watches_)
            if (w.always_ready && w.events != none) files.push_back(fd);
        for (const int fd : files) {
            const auto it = watches_.find(fd);
            if (it == watches_.end()) continue;
            const auto ready = it->second.ready;
            (*ready)(it->second.events);
        }
    }
    if (!timers_.empty()) {
        const Instant now = Steady::now();
        while (!timers_.empty() && timers_.begin()->first.first <= now) {
            auto node = timers_.extract(timers_.begin());
            node.mapped()();
        }
    }
}

void Loop::catch_signals() {
    if (wake_ >= 0) return;
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a write that fails
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_ >= 0) {
        wake_fd.store(wake_);
        watch(wake_, read, [this](unsigned) {
            std::uint64_t n = 0;
            [[maybe_unused]] const auto got = ::read(wake_, &n, sizeof n);
        });
    }
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigemptyset(&action.sa_mask);
    std::signal(SIGALRM, on_alarm);
    for (const int number : {SIGINT, SIGTERM}) {
        struct sigaction old {};
        ::sigaction(number, nullptr, &old);
        if (old.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);  // nohup, background jobs
    }
}

int Loop::signal_caught() noexcept { return first_signal.load(); }
int Loop::signals_caught() noexcept { return signal_count.load(); }
void Loop::forget_signals() noexcept {
    first_signal.store(0);
    signal_count.store(0);
}

}  // namespace llm
