/// Times whole processes, commands in turn so that a noisy moment hits all alike. Small itself, so that
/// starting a child costs the same whoever asks, and so that the child's peak memory is its own.
///
///   spawn ROUNDS [--stdin FILE] -- COMMAND… -- COMMAND…
///
/// Runs every command once a round, ROUNDS rounds; stdin is FILE or /dev/null, stdout /dev/null. Prints a
/// JSON line for each command, in order: {"median", "least", "most": seconds, "kib": peak resident of one
/// process, "code": worst exit}.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

struct Command {
    std::vector<char*> argv;
    std::vector<double> seconds;
    long kib = 0;
    int code = 0;
};

[[noreturn]] void fail(const char* what, const char* which, int why) {
    std::fprintf(stderr, "spawn: %s %s: %s\n", what, which, std::strerror(why));
    std::exit(2);
}

void run(Command& command, const posix_spawn_file_actions_t& files) {
    const auto began = std::chrono::steady_clock::now();
    pid_t child = 0;
    const int error = posix_spawnp(&child, command.argv[0], &files, nullptr, command.argv.data(), environ);
    if (error != 0) fail("cannot start", command.argv[0], error);
    int status = 0;
    rusage usage{};
    if (wait4(child, &status, 0, &usage) < 0) fail("cannot wait for", command.argv[0], errno);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    command.seconds.push_back(took.count());
    command.kib = std::max(command.kib, usage.ru_maxrss);
    command.code = std::max(command.code, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

}  // namespace

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 0;
    const char* input = "/dev/null";
    std::vector<Command> commands;
    for (int at = 2; at < argc; ++at) {
        if (commands.empty() && std::string_view(argv[at]) == "--stdin" && at + 1 < argc) {
            input = argv[++at];
        } else if (std::string_view(argv[at]) == "--") {
            commands.emplace_back();
        } else if (!commands.empty()) {
            commands.back().argv.push_back(argv[at]);
        }
    }
    const auto empty = [](const Command& one) { return one.argv.empty(); };
    if (rounds < 1 || commands.empty() || std::ranges::any_of(commands, empty)) {
        std::fputs("usage: spawn ROUNDS [--stdin FILE] -- COMMAND… -- COMMAND…\n", stderr);
        return 2;
    }
    for (auto& command : commands) command.argv.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    for (int round = 0; round < rounds; ++round) {
        for (auto& command : commands) run(command, files);
    }
    posix_spawn_file_actions_destroy(&files);

    for (auto& command : commands) {
        std::ranges::sort(command.seconds);
        const auto& seconds = command.seconds;
        std::printf(R"({"median":%.9f,"least":%.9f,"most":%.9f,"kib":%ld,"code":%d})" "\n",
                    seconds[seconds.size() / 2], seconds.front(), seconds.back(), command.kib, command.code);
    }
}
