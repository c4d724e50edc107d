/// A policy with three tiers that need no network, for tests.
#pragma once

#include "base/settings.hpp"
#include "route/decide.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace llm {

struct RouteWorld {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / ("llm-route-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    Environment environment{{{"HOME", folder.string()}, {"XDG_STATE_HOME", (folder / "state").string()}, {"XDG_DATA_HOME", (folder / "data").string()}}};
    Settings settings;
    Models models{settings, environment};
    Loop loop;
    Caller caller{loop, settings, environment, {}};
    Policy policy;

    explicit RouteWorld(const std::string& toml, const std::string& config = {})
        : settings(Settings::parse(R"(
[tier]
cheap = "builtin/echo"
standard = "builtin/extract"
strong = "builtin/summary"
[model."builtin/echo"]
context = 50
input = 1
output = 2
[model."builtin/extract"]
vision = true
tools = true
[model."builtin/summary"]
vision = true
tools = true
)" + config,
                                   "config.toml")) {
        std::filesystem::create_directories(folder);
        policy = parse_policy(toml, "p.toml", folder);
    }
    ~RouteWorld() { std::filesystem::remove_all(folder); }

    void file(const std::string& name, const std::string& content) const { std::ofstream{folder / name} << content; }
    DeciderNeeds needs() { return {models, settings, environment, loop, caller, folder / "route.db"}; }

    static inline int count = 0;
};

}  // namespace llm
