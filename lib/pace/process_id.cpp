#include "pace/process_id.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <unistd.h>

namespace llm {
namespace {

std::string first_bytes(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return {};
    std::string text(1024, '\0');
    const ssize_t n = ::read(fd, text.data(), text.size());
    ::close(fd);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
}

/// Ticks after boot at which a living process began; nothing where there is none of that number.
std::optional<std::int64_t> start_of(std::int64_t pid) {
    const std::string text = first_bytes(fmt::format("/proc/{}/stat", pid));
    const std::size_t name_end = text.rfind(')');  // the name in field 2 may hold blanks and brackets
    if (name_end == std::string::npos || name_end + 2 >= text.size()) return std::nullopt;
    std::string_view rest = std::string_view{text}.substr(name_end + 2);
    if (rest.front() == 'Z' || rest.front() == 'X') return std::nullopt;
    for (int field = 3; field < 22; ++field) {
        const std::size_t blank = rest.find(' ');
        if (blank == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(blank + 1);
    }
    std::int64_t ticks = 0;
    if (std::from_chars(rest.data(), rest.data() + rest.size(), ticks).ec != std::errc{}) return std::nullopt;
    return ticks;
}

ProcessId look_at_myself() {
    ProcessId me;
    me.pid = ::getpid();
    me.started = start_of(me.pid).value_or(0);
    me.boot = first_bytes("/proc/sys/kernel/random/boot_id");
    while (!me.boot.empty() && me.boot.back() == '\n') me.boot.pop_back();
    return me;
}

}  // namespace

const ProcessId& ProcessId::self() {
    static ProcessId me = look_at_myself();
    if (me.pid != ::getpid()) me = look_at_myself();  // after fork()
    return me;
}

bool ProcessId::alive() const { return boot == self().boot && start_of(pid) == started; }

}  // namespace llm
