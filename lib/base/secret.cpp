#include "base/secret.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/paths.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace llm {
namespace {

constexpr std::size_t longest_key = 16384;

struct Descriptor {
    int number = -1;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    explicit Descriptor(int n) : number(n) {}
    ~Descriptor() { close(); }
    void close() {
        if (number >= 0) ::close(number);
        number = -1;
    }
};

std::string trimmed_key(std::string text, const KeySource& source) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    text = first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
    for (const char c : text)
        if (c < '!' || c > '~')
            throw Error(
                Fault::config,
                "what {} gives is no key: it has blanks, newlines or other than ASCII characters in it",
                described(source));
    if (text.size() > longest_key)
        throw Error(Fault::config, "what {} gives is no key: it is longer than 16 KiB", described(source));
    return text;
}

std::string from_file(const KeySource& source, const Environment& environment) {
    const std::string path = expand_home(source.file, environment).string();
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.number < 0)
        throw Error(Fault::config, "cannot read the key file {}: {}", path, std::strerror(errno));
    struct stat about {};
    if (::fstat(file.number, &about) != 0 || !S_ISREG(about.st_mode))
        throw Error(Fault::config, "the key file {} is no plain file", path);
    if (about.st_uid != ::geteuid())
        throw Error(Fault::config,
                    "the key file {} belongs to somebody else; type: sudo chown \"$USER\" '{}'", path, path);
    if (about.st_mode & 0077u)
        throw Error(Fault::config,
                    "the key file {} may be read by others (mode {:04o}); type: chmod 600 '{}'", path,
                    about.st_mode & 07777u, path);
    std::string text(longest_key + 2, '\0');
    const ssize_t got = ::read(file.number, text.data(), text.size());
    if (got < 0) throw Error(Fault::config, "cannot read the key file {}: {}", path, std::strerror(errno));
    text.resize(static_cast<std::size_t>(got));
    text = trimmed_key(std::move(text), source);
    if (text.empty()) throw Error(Fault::config, "the key file {} is empty", path);
    return text;
}

/// A child that is never left behind.
class Child {
public:
    Child(const std::vector<std::string>& command, const Environment& environment, int output) {
        std::vector<std::string> variables;
        for (auto& [name, value] : environment.beginning_with("")) variables.push_back(name + '=' + value);
        const auto pointers = [](const std::vector<std::string>& texts) {
            std::vector<char*> out;
            for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
            out.push_back(nullptr);
            return out;
        };
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, output, 1);
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes, &signals);
        for (const int s : {SIGPIPE, SIGXFSZ}) sigaddset(&signals, s);
        posix_spawnattr_setsigdefault(&attributes, &signals);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        failure_ = ::posix_spawnp(&id_, command.front().c_str(), &actions, &attributes,
                                  pointers(command).data(), pointers(variables).data());
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (failure_ || ended_) return;
        ::kill(id_, SIGKILL);
        wait(0);
    }
    int failure() const { return failure_; }
    /// waitpid's status once it has ended.
    std::optional<int> wait(int flags) {
        int status = 0;
        pid_t got = 0;
        do got = ::waitpid(id_, &status, flags);
        while (got < 0 && errno == EINTR);
        if (got == 0) return std::nullopt;
        ended_ = true;
        return got < 0 ? 0 : status;
    }

private:
    pid_t id_ = 0;
    int failure_ = 0;
    bool ended_ = false;
};

std::string from_command(const KeySource& source, const Environment& environment, double seconds) {
    using Clock = std::chrono::steady_clock;
    const auto deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    const auto left = [&] {
        return static_cast<int>(
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count());
    };
    const auto too_slow = [&] {
        return Error(Fault::auth, "{} did not end within {} s", described(source), seconds);
    };

    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(Fault::io, "cannot make a pipe: {}", std::strerror(errno));
    const Descriptor reading{ends[0]};
    Descriptor writing{ends[1]};
    Child child{source.command, environment, writing.number};
    if (child.failure())
        throw Error(Fault::config, "cannot start {}: {}", described(source), std::strerror(child.failure()));
    writing.close();

    std::string text;
    while (text.size() <= 2 * longest_key) {
        pollfd ready{reading.number, POLLIN, 0};
        const int wait = left();
        if (wait <= 0) throw too_slow();
        const int polled = ::poll(&ready, 1, wait);
        if (polled < 0 && errno == EINTR) continue;
        if (polled == 0) throw too_slow();
        char bytes[4096];
        const ssize_t got = ::read(reading.number, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        text.append(bytes, static_cast<std::size_t>(got));
    }
    if (text.size() > 2 * longest_key) throw Error(Fault::config, "{} prints more than a key can have", described(source));
    std::optional<int> status;
    while (!(status = child.wait(WNOHANG))) {
        if (left() <= 0) throw too_slow();
        ::poll(nullptr, 0, 2);
    }
    if (WIFSIGNALED(*status))
        throw Error(Fault::auth, "{} was ended by signal {}", described(source), WTERMSIG(*status));
    if (WEXITSTATUS(*status) != 0)
        throw Error(Fault::auth, "{} ended with {}", described(source), WEXITSTATUS(*status));
    text = trimmed_key(std::move(text), source);
    if (text.empty()) throw Error(Fault::auth, "{} printed no key", described(source));
    return text;
}

void strike(std::string& text, std::string_view secret) {
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += 3)
        text.replace(at, secret.size(), "***");
}

std::string in_url(std::string_view secret) {
    std::string out;
    for (const char c : secret) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::strchr("-._~", c);
        if (plain) out += c;
        else out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return out;
}

}  // namespace

std::string described(const KeySource& source) {
    if (!source.variable.empty()) return "the variable " + source.variable;
    if (!source.command.empty()) return fmt::format("the command '{}'", fmt::join(source.command, " "));
    if (!source.file.empty()) return "the file " + source.file;
    return "nothing";
}

std::optional<std::string> read_key(const KeySource& source, const Environment& environment, double seconds) {
    if (!source.command.empty()) return from_command(source, environment, seconds);
    if (!source.file.empty()) return from_file(source, environment);
    if (source.variable.empty()) return std::nullopt;
    auto value = environment.filled(source.variable);
    if (!value) return std::nullopt;
    std::string key = trimmed_key(*std::move(value), source);
    return key.empty() ? std::nullopt : std::optional{std::move(key)};
}

std::string redact(std::string_view text, std::string_view secret) {
    std::string out{text};
    if (secret.size() < 4) return out;
    const std::string quoted = dump(Json(secret));
    strike(out, secret);
    strike(out, std::string_view{quoted}.substr(1, quoted.size() - 2));
    strike(out, in_url(secret));
    return out;
}

}  // namespace llm
