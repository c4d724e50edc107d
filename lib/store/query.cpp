#include "store/query.hpp"

#include "base/hash.hpp"
#include "store/handle.hpp"

namespace llm {
namespace {

SqlCell cell(sqlite3_stmt* s, int i) {
    switch (sqlite3_column_type(s, i)) {
        case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(s, i)};
        case SQLITE_FLOAT: return sqlite3_column_double(s, i);
        case SQLITE_NULL: return nullptr;
        case SQLITE_BLOB: return to_hex(static_cast<const std::uint8_t*>(sqlite3_column_blob(s, i)), static_cast<std::size_t>(sqlite3_column_bytes(s, i)));
        default: return std::string(reinterpret_cast<const char*>(sqlite3_column_text(s, i)), static_cast<std::size_t>(sqlite3_column_bytes(s, i)));
    }
}

}  // namespace

void query(Database& db, std::string_view sql, const std::function<bool(const std::vector<std::string>&, const std::vector<SqlCell>&)>& each,
           const std::function<void(const std::vector<std::string>&)>& header) {
    sqlite3* const handle = db.handle().db;
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    if (sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &raw, &rest) != SQLITE_OK)
        throw Error(Fault::usage, "SQL: {}", sqlite3_errmsg(handle));
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{raw, sqlite3_finalize};
    if (!raw) throw Error(Fault::usage, "there is no SQL statement");
    if (std::string_view{rest, static_cast<std::size_t>(sql.data() + sql.size() - rest)}.find_first_not_of(" \t\r\n;") != std::string_view::npos)
        throw Error(Fault::usage, "SQL: give one statement");
    if (!sqlite3_stmt_readonly(raw)) throw Error(Fault::usage, "SQL: the statement writes, and only reading is allowed here");
    const int width = sqlite3_column_count(raw);
    std::vector<std::string> names;
    for (int i = 0; i < width; ++i) names.emplace_back(sqlite3_column_name(raw, i));
    if (header) header(names);
    std::vector<SqlCell> cells(names.size());
    for (int code = 0; (code = sqlite3_step(raw)) != SQLITE_DONE;) {
        if (code != SQLITE_ROW) db.handle().fail(code, sql);
        for (int i = 0; i < width; ++i) cells[static_cast<std::size_t>(i)] = cell(raw, i);
        if (!each(names, cells)) return;
    }
}

}  // namespace llm
