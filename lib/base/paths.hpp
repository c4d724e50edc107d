/// Where files go: the XDG Base Directory Specification 0.8, each folder with `llm-utils` at its end.
/// A variable that holds no absolute path is ignored, as the specification asks. Nothing is created here
/// but by `make_private_folder`.
#pragma once

#include "base/environment.hpp"

#include <filesystem>
#include <optional>

namespace llm {

/// `$XDG_CONFIG_HOME`, else `~/.config`. Nothing where neither it nor HOME is known.
std::optional<std::filesystem::path> find_config_folder(const Environment&);

/// These throw Error{config} that names the variables to set where the place cannot be known.
std::filesystem::path config_folder(const Environment&);
std::filesystem::path data_folder(const Environment&);     ///< `$XDG_DATA_HOME`, else `~/.local/share`
std::filesystem::path cache_folder(const Environment&);    ///< `$XDG_CACHE_HOME`, else `~/.cache`
std::filesystem::path state_folder(const Environment&);    ///< `$XDG_STATE_HOME`, else `~/.local/state`
std::filesystem::path runtime_folder(
    const Environment&);  ///< `$XDG_RUNTIME_DIR`, else `run` in the state folder

/// `~` and `~/…` with HOME put in; every other path as it is.
std::filesystem::path expand_home(std::string_view path, const Environment&);

/// Creates the folder and what is missing above it, readable by the user alone (0700). Folders that are there
/// already keep their mode. Throws Error{io}.
void make_private_folder(const std::filesystem::path&);

}  // namespace llm
