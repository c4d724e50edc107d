#include "net/processes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t answer_limit = 64 << 20;

std::string ended(int status) {
    if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
    return fmt::format("ended with exit status {}", WEXITSTATUS(status));
}

}  // namespace

struct Processes::Child {
    std::vector<std::string> argv;
    pid_t pid = -1;
    int in = -1;   ///< we write
    int out = -1;  ///< we read
    std::string unread;

    Child() = default;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        close_pipes();
        if (pid <= 0) return;
        for (int i = 0; i < 100; ++i) {
            if (reap()) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        kill();
        ::waitpid(pid, nullptr, 0);
    }
    void close_pipes() {
        if (in >= 0) ::close(in);
        if (out >= 0) ::close(out);
        in = out = -1;
    }
    bool reap() {
        int status = 0;
        if (::waitpid(pid, &status, WNOHANG) != pid) return false;
        pid = -1;
        return true;
    }
    void kill() const { ::kill(-pid, SIGKILL); }
    /// The status it ended with; it has closed its output, so this is short.
    std::string fate() {
        int status = 0;
        for (int i = 0; i < 100; ++i) {
            if (::waitpid(pid, &status, WNOHANG) == pid) {
                pid = -1;
                return ended(status);
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return "closed its output";
    }
};

/// One exchange with one child. A child whose exchange did not end well is not used again.
struct Processes::Lease {
    Processes& pool;
    std::unique_ptr<Child> child;
    std::string to_write;
    std::size_t written = 0;
    std::size_t received = 0;
    const OnLine& on_line;
    double idle;
    Instant deadline;
    Instant last_byte = Steady::now();
    Loop::TimerId timer{};
    bool timer_armed = false;
    bool over = false;
    std::exception_ptr thrown;
    std::coroutine_handle<> waiter;

    Lease(Processes& p, std::unique_ptr<Child> c, std::string line, const OnLine& f, const HttpLimits& limits)
        : pool(p), child(std::move(c)), to_write(std::move(line)), on_line(f), idle(limits.idle), deadline(limits.deadline) {
        pool.loop_.watch(child->out, Loop::read, [this](unsigned) { readable(); });
        pool.loop_.watch(child->in, Loop::write, [this](unsigned) { writable(); });
        arm();
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
        stop();
        if (child && (!over || thrown)) {
            if (child->pid > 0) child->kill();
        } else if (child) {
            pool.idle_.push_back(std::move(child));
        }
    }

    bool await_ready() const noexcept { return over; }
    void await_suspend(std::coroutine_handle<> h) noexcept { waiter = h; }
    void await_resume() const {
        if (thrown) std::rethrow_exception(thrown);
    }

private:
    void stop() {
        if (timer_armed) pool.loop_.cancel(timer);
        timer_armed = false;
        if (child && child->out >= 0) pool.loop_.forget(child->out);
        if (child && child->in >= 0) pool.loop_.forget(child->in);
    }
    void end(std::exception_ptr e = nullptr) {
        thrown = std::move(e);
        over = true;
        stop();
        if (const auto h = std::exchange(waiter, {})) h.resume();
    }
    void arm() {
        const Instant next = std::min(deadline, after(last_byte, idle));
        if (next == Instant::max()) return;
        timer_armed = true;
        timer = pool.loop_.at(next, [this] {
            timer_armed = false;
            const Instant now = Steady::now();
            if (now >= deadline)
                return end(std::make_exception_ptr(Error(Fault::timeout, "'{}' did not answer in the time given (--timeout)", child->argv[0])));
            if (now >= after(last_byte, idle))
                return end(std::make_exception_ptr(Error(Fault::timeout, "'{}' wrote nothing for {} s (--idle-timeout)", child->argv[0], idle)));
            arm();
        });
    }
    void writable() {
        const ssize_t n = ::write(child->in, to_write.data() + written, to_write.size() - written);
        if (n >= 0) written += static_cast<std::size_t>(n);
        else if (errno != EAGAIN && errno != EINTR) written = to_write.size();  // it reads no more; its output tells the rest
        if (written == to_write.size()) pool.loop_.forget(child->in);
    }
    void readable() {
        std::array<char, 65536> part{};
        const ssize_t n = ::read(child->out, part.data(), part.size());
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (n <= 0) {
            const std::string fate = child->fate();
            return end(std::make_exception_ptr(Error(Fault::provider, "the command '{}' {} before its answer was complete", child->argv[0], fate)));
        }
        last_byte = Steady::now();
        received += static_cast<std::size_t>(n);
        child->unread.append(part.data(), static_cast<std::size_t>(n));
        try {
            if (received > answer_limit) throw Error(Fault::provider, "the command '{}' answers with more than 64 MiB", child->argv[0]);
            std::size_t from = 0;
            for (std::size_t at; (at = child->unread.find('\n', from)) != std::string::npos;) {
                const std::string_view line{child->unread.data() + from, at + 1 - from};
                from = at + 1;
                if (!on_line(line)) {
                    child->unread.erase(0, from);
                    return end();
                }
            }
            child->unread.erase(0, from);
        } catch (...) {
            end(std::current_exception());
        }
    }
};

Processes::Processes(Loop& loop) : loop_(loop) {}

Processes::~Processes() {
    for (auto& c : idle_) c->close_pipes();  // all at once, so that they end side by side
}

std::unique_ptr<Processes::Child> Processes::start(const std::vector<std::string>& argv) {
    if (argv.empty()) throw Error(Fault::config, "the command to run is empty; set `command = [\"program\", \"argument\"]`");
    std::array<int, 2> to{}, from{};
    if (::pipe2(to.data(), O_CLOEXEC) != 0) throw Error(Fault::io, "pipe: {}", std::strerror(errno));
    if (::pipe2(from.data(), O_CLOEXEC) != 0) {
        ::close(to[0]);
        ::close(to[1]);
        throw Error(Fault::io, "pipe: {}", std::strerror(errno));
    }
    auto child = std::make_unique<Child>();
    child->argv = argv;
    child->in = to[1];
    child->out = from[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t defaults;
    ::sigemptyset(&defaults);
    for (const int s : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM}) ::sigaddset(&defaults, s);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setpgroup(&attributes, 0);  // Ctrl-C is ours to pass on or not
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    std::vector<char*> args;
    for (const auto& a : argv) args.push_back(const_cast<char*>(a.c_str()));
    args.push_back(nullptr);
    const int code = ::posix_spawnp(&child->pid, args[0], &actions, &attributes, args.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    ::close(to[0]);
    ::close(from[1]);
    if (code != 0) {
        child->pid = -1;
        throw Error(Fault::config, "cannot start the command '{}': {}", argv[0], std::strerror(code));
    }
    ::fcntl(child->in, F_SETFL, O_NONBLOCK);
    ::fcntl(child->out, F_SETFL, O_NONBLOCK);
    return child;
}

Task<void> Processes::exchange(const std::vector<std::string>& argv, const std::string& line, HttpLimits limits, OnLine on_line) {
    std::unique_ptr<Child> child;
    for (auto it = idle_.begin(); it != idle_.end(); ++it) {
        if ((*it)->argv != argv) continue;
        child = std::move(*it);
        idle_.erase(it);
        if (child->reap()) {  // it ended since
            child.reset();
        }
        break;
    }
    if (!child) child = start(argv);
    Lease lease{*this, std::move(child), line + '\n', on_line, limits};
    co_await lease;
}

}  // namespace llm
