#include "cache/child.hpp"

#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t piece = 64 * 1024;  // lines are joined up to this size

struct Pipe {
    std::array<int, 2> end{-1, -1};
    Pipe() {
        if (::pipe2(end.data(), O_CLOEXEC) != 0) throw Error(Fault::io, "cannot make a pipe: {}", std::strerror(errno));
    }
    ~Pipe() {
        for (const int fd : end)
            if (fd >= 0) ::close(fd);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    int take(std::size_t i) { return std::exchange(end[i], -1); }
};

pid_t spawn(const std::vector<std::string>& argv, int in, int out) {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t defaults;
    ::sigemptyset(&defaults);
    for (const int s : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM}) ::sigaddset(&defaults, s);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> words;
    for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_t pid = -1;
    const int code = ::posix_spawnp(&pid, words[0], &actions, &attributes, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (code != 0) throw Error(Fault::config, "cannot start the command '{}': {}", argv[0], std::strerror(code));
    return pid;
}

}  // namespace

Child::Child(Loop& loop, const std::vector<std::string>& argv, OnLine on_line, OnEnd on_end)
    : loop_(loop), on_line_(std::move(on_line)), on_end_(std::move(on_end)) {
    Pipe to, from;
    pid_ = spawn(argv, to.end[0], from.end[1]);
    in_ = to.take(1);
    out_ = from.take(0);
    ::fcntl(in_, F_SETFL, O_NONBLOCK);
    ::fcntl(out_, F_SETFL, O_NONBLOCK);
    reader_.emplace(out_);
    loop_.watch(out_, Loop::read, [this](unsigned) { read(); });
}

Child::~Child() {
    if (timer_) loop_.cancel(*timer_);
    close_input();
    close_output();
    if (pid_ <= 0) return;
    for (int i = 0; i < 100 && !reap(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Child::send(std::string_view line) {
    if (in_ < 0) return;  // it reads no more; its end will say so
    if (queue_.empty() || queue_.back().size() + line.size() >= piece) queue_.emplace_back();
    queue_.back().append(line).push_back('\n');
    queued_ += line.size() + 1;
    if (watching_input_) return;
    watching_input_ = true;
    loop_.watch(in_, Loop::write, [this](unsigned) { write(); });
}

void Child::signal(int number) const noexcept {
    if (pid_ > 0) ::kill(pid_, number);
}

void Child::end_input() {
    ending_ = true;
    if (queue_.empty()) close_input();
}

void Child::write() {
    while (!queue_.empty()) {
        const std::string& first = queue_.front();
        const ssize_t n = ::write(in_, first.data() + written_, first.size() - written_);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (n < 0) {  // it reads no more
            queue_.clear();
            queued_ = 0;
            return close_input();
        }
        written_ += static_cast<std::size_t>(n);
        queued_ -= static_cast<std::size_t>(n);
        if (written_ < first.size()) return;
        queue_.pop_front();
        written_ = 0;
    }
    if (ending_) return close_input();
    watching_input_ = false;
    loop_.forget(in_);
}

void Child::read() {
    reader_->fill();
    std::string_view line;
    for (;;) {
        switch (reader_->next(line)) {
            case LineReader::Got::line:
            case LineReader::Got::too_long: on_line_(line); break;
            case LineReader::Got::need_more: return;
            case LineReader::Got::end:
                close_output();
                close_input();
                return wait_for_end();
        }
    }
}

void Child::close_input() {
    if (in_ < 0) return;
    if (std::exchange(watching_input_, false)) loop_.forget(in_);
    ::close(std::exchange(in_, -1));
}

void Child::close_output() {
    if (out_ < 0) return;
    loop_.forget(out_);
    ::close(std::exchange(out_, -1));
}

void Child::wait_for_end() {
    timer_.reset();
    if (reap()) return on_end_(status_);
    timer_ = loop_.at(Steady::now() + std::chrono::milliseconds(5), [this] { wait_for_end(); });
}

bool Child::reap() {
    int status = 0;
    const pid_t got = ::waitpid(pid_, &status, WNOHANG);
    if (got == 0) return false;
    pid_ = -1;
    status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

}  // namespace llm
