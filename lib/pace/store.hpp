/// The store that paces every process of a user together: limits, budgets, the health of endpoints, calls in flight.
/// Opened when something is first asked of it, and not before: whoever uses none of them pays nothing.
#pragma once

#include "base/environment.hpp"
#include "base/settings.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace llm {

class PaceStore {
public:
    using Clock = std::function<std::int64_t()>;  ///< microseconds since 1970

    explicit PaceStore(std::filesystem::path path, Clock now = wall_clock);

    /// Opened and brought up to date at the first call; created where missing. Throws as Database and migrate do.
    Database& db();
    /// Whether there is a store at all; one that is missing has nothing to tell.
    bool exists() const;
    const std::filesystem::path& path() const noexcept { return path_; }
    std::int64_t now() const { return now_(); }

    static std::int64_t wall_clock();

private:
    std::filesystem::path path_;
    Clock now_;
    std::unique_ptr<Database> db_;
};

/// `pace.path` of the settings, else pace.db in the state folder.
std::filesystem::path pace_path(const Settings&, const Environment&);

}  // namespace llm
