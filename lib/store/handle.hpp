/// What stands behind Database, Statement and Blob. Included by this folder's .cpp files alone.
#pragma once

#include "base/error.hpp"
#include "store/database.hpp"

#include <sqlite3.h>

#include <chrono>
#include <unordered_map>

namespace llm {

struct Statement::Prepared {
    Database::Handle* owner;
    std::string sql;
    sqlite3_stmt* statement;
    bool in_use;
};

struct Database::Handle {
    std::filesystem::path path;
    DatabaseOptions options;
    sqlite3* db = nullptr;
    std::unordered_multimap<std::string_view, std::unique_ptr<Statement::Prepared>> statements;
    std::chrono::steady_clock::time_point busy_since{};
    int log_pages = 0;  ///< pages in the write-ahead log after our last commit

    ~Handle();
    /// Throws what `code` means for this store; `sql` says what was being done.
    [[noreturn]] void fail(int code, std::string_view sql) const;
    void check(int code, std::string_view sql) const {
        if (code != SQLITE_OK) fail(code, sql);
    }
};

}  // namespace llm
