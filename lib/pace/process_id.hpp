/// Which process did something, told apart from a later one of the same number.
#pragma once

#include <cstdint>
#include <string>

namespace llm {

struct ProcessId {
    std::int64_t pid = 0;
    std::int64_t started = 0;  ///< clock ticks after boot, proc(5), /proc/PID/stat field 22
    std::string boot;          ///< /proc/sys/kernel/random/boot_id

    static const ProcessId& self();
    /// Whether it runs still. One that cannot be seen (another boot, another pid namespace) counts as dead, as does a zombie.
    bool alive() const;
    friend bool operator==(const ProcessId&, const ProcessId&) = default;
};

}  // namespace llm
