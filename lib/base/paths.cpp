#include "base/paths.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstring>

#include <sys/stat.h>

namespace llm {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> absolute(const Environment& environment, std::string_view variable) {
    const auto value = environment.filled(variable);
    if (!value || value->front() != '/') return std::nullopt;
    return fs::path{*value};
}

std::optional<fs::path> find(const Environment& environment, std::string_view variable,
                             std::string_view below_home) {
    if (const auto folder = absolute(environment, variable)) return *folder / "llm-utils";
    if (const auto home = absolute(environment, "HOME")) return *home / below_home / "llm-utils";
    return std::nullopt;
}

fs::path folder(const Environment& environment, std::string_view variable, std::string_view below_home) {
    if (auto found = find(environment, variable, below_home)) return *std::move(found);
    throw Error(Fault::config, "neither HOME nor {} holds an absolute path; set one of them", variable);
}

}  // namespace

std::optional<fs::path> find_config_folder(const Environment& e) {
    return find(e, "XDG_CONFIG_HOME", ".config");
}

fs::path config_folder(const Environment& e) { return folder(e, "XDG_CONFIG_HOME", ".config"); }
fs::path data_folder(const Environment& e) { return folder(e, "XDG_DATA_HOME", ".local/share"); }
fs::path cache_folder(const Environment& e) { return folder(e, "XDG_CACHE_HOME", ".cache"); }
fs::path state_folder(const Environment& e) { return folder(e, "XDG_STATE_HOME", ".local/state"); }

fs::path runtime_folder(const Environment& e) {
    if (const auto runtime = absolute(e, "XDG_RUNTIME_DIR")) return *runtime / "llm-utils";
    return state_folder(e) / "run";
}

fs::path expand_home(std::string_view path, const Environment& environment) {
    if (path != "~" && !path.starts_with("~/")) return fs::path{path};
    const auto home = absolute(environment, "HOME");
    if (!home) throw Error(Fault::config, "{} needs HOME, which holds no absolute path", path);
    return path.size() <= 2 ? *home : *home / path.substr(2);
}

void make_private_folder(const fs::path& path) {
    std::error_code ignored;
    if (path.empty() || fs::is_directory(path, ignored)) return;
    const fs::path parent = path.parent_path();
    if (parent != path) make_private_folder(parent);
    if (::mkdir(path.c_str(), 0700) == 0) return;
    const int why = errno;
    if (why == EEXIST && fs::is_directory(path, ignored)) return;
    throw Error(Fault::io, "cannot create the folder {}: {}", path.string(), std::strerror(why));
}

}  // namespace llm
