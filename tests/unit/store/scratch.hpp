/// A folder for one test, and processes beside it.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

struct Scratch {
    std::filesystem::path folder;

    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "llm-test-XXXXXX").string();
        folder = ::mkdtemp(name.data());
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    std::filesystem::path operator/(const char* name) const { return folder / name; }
};

/// Runs `body` in a child process; its exit code is 0 where the body returned true. It never returns to the
/// test.
inline pid_t child(const std::function<bool()>& body) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    bool well = false;
    try {
        well = body();
    } catch (const std::exception& e) {
        const std::string text = std::string(e.what()) + "\n";
        [[maybe_unused]] const auto written = ::write(2, text.data(), text.size());
    }
    ::_exit(well ? 0 : 1);
}

inline int wait_for(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return status;
}
