#include "store/database.hpp"

#include "base/paths.hpp"
#include "store/handle.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <thread>

namespace llm {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view in_memory = ":memory:";
constexpr int checkpoint_pages = 1000;
// Whoever opens a store first reads its whole log: about 1 ms a megabyte.
constexpr int pages_left_in_log = 128;

// Only a file that is not there yet is opened here: closing a descriptor of a store that this process
// has open would drop SQLite's locks on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
void create_private_file(const fs::path& path) {
    if (::access(path.c_str(), F_OK) == 0) return;
    if (path.has_parent_path()) make_private_folder(path.parent_path());
    const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        ::close(fd);
    else if (errno != EEXIST)
        throw Error(Fault::io, "cannot create the store {}: {}; check the folder's permissions",
                    path.string(), std::strerror(errno));
}

// Waits a little longer each time, at random, so that many writers do not wake together.
int wait_while_busy(void* context, int attempt) {
    auto& handle = *static_cast<Database::Handle*>(context);
    const auto now = Clock::now();
    if (attempt == 0) handle.busy_since = now;
    if (now - handle.busy_since >= handle.options.busy_timeout) return 0;
    thread_local std::minstd_rand random{std::random_device{}()};
    const int longest = std::min(8'000, 200 << std::min(attempt, 6));
    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution<int>(longest / 4, longest)(random)));
    return 1;
}

int after_commit(void* context, sqlite3* db, const char* schema, int pages) {
    static_cast<Database::Handle*>(context)->log_pages = pages;
    if (pages >= checkpoint_pages) {
        int left = 0, moved = 0;
        sqlite3_wal_checkpoint_v2(db, schema, SQLITE_CHECKPOINT_PASSIVE, &left, &moved);
    }
    return SQLITE_OK;
}

void execute(Database::Handle& handle, const char* sql) {
    handle.check(sqlite3_exec(handle.db, sql, nullptr, nullptr, nullptr), sql);
}

// SQLite does not wait for others while it changes the journal mode, so we do.
void use_write_ahead_log(Database::Handle& handle) {
    constexpr const char* sql = "PRAGMA journal_mode=WAL";
    for (int attempt = 0;; ++attempt) {
        const int code = sqlite3_exec(handle.db, sql, nullptr, nullptr, nullptr);
        if ((code & 0xff) != SQLITE_BUSY || !wait_while_busy(&handle, attempt))
            return handle.check(code, sql);
    }
}

void open(Database::Handle& handle) {
    const bool writing = handle.options.access == Access::write;
    const bool lasting = handle.path != in_memory;
    if (writing && lasting) create_private_file(handle.path);
    const int flags = SQLITE_OPEN_NOMUTEX | (writing ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    handle.check(sqlite3_open_v2(handle.path.c_str(), &handle.db, flags, nullptr), "open");
    sqlite3_extended_result_codes(handle.db, 1);
    sqlite3_busy_handler(handle.db, wait_while_busy, &handle);
    sqlite3_db_config(handle.db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    sqlite3_db_config(handle.db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(handle.db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    if (!lasting) return;
    // The log stays where it is between processes, so that opening creates and removes no files.
    int keep = 1;
    sqlite3_file_control(handle.db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    if (!writing) return;
    use_write_ahead_log(handle);
    execute(handle, handle.options.durability == Durability::full ? "PRAGMA synchronous=FULL"
                                                                  : "PRAGMA synchronous=NORMAL");
    execute(handle, "PRAGMA journal_size_limit=4194304");
    sqlite3_wal_hook(handle.db, after_commit, &handle);
}

}  // namespace

Database::Handle::~Handle() {
    if (!db) return;
    for (auto& [sql, prepared] : statements) sqlite3_finalize(prepared->statement);
    if (log_pages <= pages_left_in_log) sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_close_v2(db);
}

void Database::Handle::fail(int code, std::string_view sql) const {
    const std::string file = path.string();
    const int system = db ? sqlite3_system_errno(db) : 0;
    const std::string why = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw Error(
                Fault::locked,
                "the store {} was in use by another process for {} ms; try again when that one is done", file,
                options.busy_timeout.count());
        case SQLITE_FULL:
            throw Error(Fault::io, "no room left on the disk of {}: free some space and try again", file);
        case SQLITE_IOERR:
            throw Error(Fault::io,
                        "cannot read or write {}: {}; check the disk, its quota and its free space", file,
                        system ? std::strerror(system) : why);
        case SQLITE_READONLY:
            throw Error(Fault::io,
                        "cannot write {}: it is read-only; check the permissions of it and its folder", file);
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            throw Error(Fault::io, "cannot open the store {}: {}", file,
                        system ? std::strerror(system) : why);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            throw Error(Fault::io,
                        "{} is damaged or no store ({}); restore a copy, or save what can be read with "
                        "`sqlite3 {} .recover`",
                        file, why, file);
        default:
            throw Error(Fault::internal, "{}: {} (in: {})", file, why, sql);
    }
}

Database::Database(const fs::path& path, const DatabaseOptions& options)
    : handle_(std::make_unique<Handle>()) {
    handle_->path = path;
    handle_->options = options;
    open(*handle_);
}

Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Statement Database::prepare(std::string_view sql) {
    const auto [first, last] = handle_->statements.equal_range(sql);
    for (auto it = first; it != last; ++it) {
        if (it->second->in_use) continue;
        it->second->in_use = true;
        return Statement(*it->second);
    }
    sqlite3_stmt* compiled = nullptr;
    handle_->check(sqlite3_prepare_v3(handle_->db, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &compiled, nullptr),
                   sql);
    auto prepared = std::make_unique<Statement::Prepared>(
        Statement::Prepared{handle_.get(), std::string(sql), compiled, true});
    auto& kept = *prepared;
    handle_->statements.emplace(std::string_view(kept.sql), std::move(prepared));
    return Statement(kept);
}

void Database::script(const std::string& sql) { execute(*handle_, sql.c_str()); }

std::int64_t Database::changes() const noexcept { return sqlite3_changes64(handle_->db); }
std::int64_t Database::last_row() const noexcept { return sqlite3_last_insert_rowid(handle_->db); }
bool Database::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_->db) == 0; }
Access Database::access() const noexcept { return handle_->options.access; }
const fs::path& Database::path() const noexcept { return handle_->path; }

void Database::checkpoint() {
    handle_->check(
        sqlite3_wal_checkpoint_v2(handle_->db, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr),
        "checkpoint");
}

std::vector<std::string> Database::damage() {
    std::vector<std::string> found;
    auto statement = prepare("PRAGMA quick_check");
    for (auto [line] : statement.rows<std::string>())
        if (line != "ok") found.push_back(std::move(line));
    return found;
}

}  // namespace llm
