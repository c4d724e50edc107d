#include "pace/store.hpp"

#include "base/paths.hpp"
#include "log/when.hpp"
#include "store/migrate.hpp"

#include <span>

namespace llm {

std::span<const Migration> pace_schema();

PaceStore::PaceStore(std::filesystem::path path, Clock now) : path_(std::move(path)), now_(std::move(now)) {}

Database& PaceStore::db() {
    if (!db_) {
        DatabaseOptions options;
        options.durability = Durability::normal;
        auto opened = std::make_unique<Database>(path_, options);
        migrate(*opened, pace_schema());
        db_ = std::move(opened);
    }
    return *db_;
}

bool PaceStore::exists() const {
    std::error_code ignored;
    return db_ || std::filesystem::exists(path_, ignored);
}

std::int64_t PaceStore::wall_clock() { return unix_microseconds(); }

std::filesystem::path pace_path(const Settings& settings, const Environment& environment) {
    const std::string path = settings.text("pace.path").value_or("");
    return path.empty() ? state_folder(environment) / "pace.db" : expand_home(path, environment);
}

}  // namespace llm
