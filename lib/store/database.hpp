/// A SQLite store in one file, opened for as long as the object lives.
/// SQLite (https://www.sqlite.org/c3ref/intro.html) enters the project here and in no other folder.
///
/// - Write-ahead log, foreign keys on, immediate transactions (transaction.hpp).
/// - A missing store is created, its folder 0700 and its file 0600.
/// - A Database belongs to one thread at a time; any number of processes may hold the same file.
///   Never carry one across fork().
/// - Errors: Fault::locked where another process kept the store busy longer than `busy_timeout`;
///   Fault::io where the disk is full, read-only or damaged; Fault::internal where the SQL is wrong.
///   Every message names the file.
#pragma once

#include "store/statement.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

enum class Durability {
    full,    ///< an acknowledged transaction survives power loss (one fsync a commit)
    normal,  ///< it survives the process being killed; power loss may take the last ones
};

enum class Access { write,
                    read };

struct DatabaseOptions {
    Durability durability = Durability::full;
    Access access = Access::write;
    std::chrono::milliseconds busy_timeout{30'000};
};

class Database {
public:
    /// Opens `path`; ":memory:" is a store of its own that vanishes with the object.
    /// With Access::read a missing file is an error of Fault::io.
    explicit Database(const std::filesystem::path& path, const DatabaseOptions& options = {});
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// A statement, compiled at its first use and kept for the next one. It must not outlive the Database.
    Statement prepare(std::string_view sql);

    /// Runs one statement to its end, its parameters bound in order; the number of rows it changed.
    template <typename... A>
    std::int64_t run(std::string_view sql, const A&... arguments) {
        auto statement = prepare(sql);
        statement.borrow(arguments...);
        while (statement.step()) {
        }
        return changes();
    }

    /// The first column of the first row, or nothing where there is no row (or it is null).
    /// T must own its text: std::string, not std::string_view.
    template <typename T, typename... A>
    std::optional<T> value(std::string_view sql, const A&... arguments) {
        static_assert(owns_its_memory<T>, "the statement ends before the caller sees the value");
        auto statement = prepare(sql);
        statement.borrow(arguments...);
        if (!statement.step()) return std::nullopt;
        return statement.template column<std::optional<T>>(0);
    }

    /// Runs several statements separated by semicolons.
    void script(const std::string& sql);

    std::int64_t changes() const noexcept;   ///< rows changed by the last INSERT, UPDATE or DELETE
    std::int64_t last_row() const noexcept;  ///< rowid of the last INSERT
    bool in_transaction() const noexcept;
    Access access() const noexcept;
    const std::filesystem::path& path() const noexcept;

    /// Moves the write-ahead log into the file, as far as readers allow.
    void checkpoint();

    /// What SQLite's quick_check finds wrong; empty where all is well. Reads the whole file.
    std::vector<std::string> damage();

    struct Handle;  ///< for this folder only
    Handle& handle() noexcept { return *handle_; }

private:
    std::unique_ptr<Handle> handle_;
};

}  // namespace llm
