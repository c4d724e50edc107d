#include "store/migrate.hpp"

#include "base/error.hpp"
#include "store/transaction.hpp"

#include <algorithm>

namespace llm {
namespace {

using Lists = std::initializer_list<std::span<const Migration>>;

bool contains(Lists lists, std::string_view name) {
    return std::ranges::any_of(
        lists, [&](auto list) { return std::ranges::find(list, name, &Migration::name) != list.end(); });
}

std::vector<std::string> applied(Database& db) {
    std::vector<std::string> names;
    if (!db.value<int>("SELECT 1 FROM sqlite_schema WHERE name = 'migration'")) return names;
    auto statement = db.prepare("SELECT name FROM migration");
    for (auto [name] : statement.rows<std::string>()) names.push_back(std::move(name));
    return names;
}

std::vector<const Migration*> missing(Database& db, Lists lists) {
    const auto names = applied(db);
    for (const auto& name : names)
        if (!contains(lists, name))
            throw Error(Fault::config,
                        "the store {} was written by a newer release (it knows '{}'): "
                        "install that release, or name another store",
                        db.path().string(), name);
    std::vector<const Migration*> left;
    for (const auto& list : lists)
        for (const auto& migration : list)
            if (std::ranges::find(names, migration.name) == names.end()) left.push_back(&migration);
    return left;
}

}  // namespace

void migrate(Database& db, Lists lists) {
    if (missing(db, lists).empty()) return;
    if (db.access() == Access::read) {
        try {
            Database writable(db.path());
            migrate(writable, lists);
        } catch (const Error& e) {
            throw Error(Fault::config, "the store {} was written by an older release and cannot be brought up to date: {}; run a command that may write to it once", db.path().string(),
                        e.what());
        }
        return;
    }
    Transaction transaction(db);
    db.script(
        "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID");
    // Another process may have been quicker while we waited for the lock.
    for (const Migration* migration : missing(db, lists)) {
        db.script(std::string(migration->sql));
        db.run("INSERT INTO migration VALUES (?1, unixepoch())", migration->name);
    }
    transaction.commit();
}

void migrate(Database& db, std::span<const Migration> list) { migrate(db, {list}); }

}  // namespace llm
