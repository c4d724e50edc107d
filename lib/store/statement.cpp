#include "store/statement.hpp"

#include "store/handle.hpp"

namespace llm {

void Statement::release() noexcept {
    if (!prepared_) return;
    sqlite3_reset(prepared_->statement);
    sqlite3_clear_bindings(prepared_->statement);
    prepared_->in_use = false;
}

void Statement::reset() noexcept { sqlite3_reset(prepared_->statement); }

bool Statement::step() {
    const int code = sqlite3_step(prepared_->statement);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) {
        // sqlite3_errmsg must be read before the reset; fail() throws with it.
        struct Reset {
            sqlite3_stmt* statement;
            ~Reset() { sqlite3_reset(statement); }
        } reset{prepared_->statement};
        prepared_->owner->fail(code, prepared_->sql);
    }
    sqlite3_reset(prepared_->statement);
    return false;
}

void Statement::bind_integer(int index, std::int64_t value) {
    prepared_->owner->check(sqlite3_bind_int64(prepared_->statement, index, value), prepared_->sql);
}

void Statement::bind_real(int index, double value) {
    prepared_->owner->check(sqlite3_bind_double(prepared_->statement, index, value), prepared_->sql);
}

void Statement::bind_text(int index, std::string_view value, Lifetime lifetime) {
    // A null pointer would bind null; an empty text is not null.
    const char* data = value.data() ? value.data() : "";
    const auto keep = lifetime == Lifetime::copied ? SQLITE_TRANSIENT : SQLITE_STATIC;
    prepared_->owner->check(
        sqlite3_bind_text64(prepared_->statement, index, data, value.size(), keep, SQLITE_UTF8),
        prepared_->sql);
}

void Statement::bind_bytes(int index, Bytes value, Lifetime lifetime) {
    const void* data = value.data() ? static_cast<const void*>(value.data()) : "";
    const auto keep = lifetime == Lifetime::copied ? SQLITE_TRANSIENT : SQLITE_STATIC;
    prepared_->owner->check(sqlite3_bind_blob64(prepared_->statement, index, data, value.size(), keep),
                            prepared_->sql);
}

void Statement::bind_null(int index) {
    prepared_->owner->check(sqlite3_bind_null(prepared_->statement, index), prepared_->sql);
}

std::int64_t Statement::integer_at(int index) const noexcept {
    return sqlite3_column_int64(prepared_->statement, index);
}

double Statement::real_at(int index) const noexcept {
    return sqlite3_column_double(prepared_->statement, index);
}

std::string_view Statement::text_at(int index) const noexcept {
    const auto* text = sqlite3_column_text(prepared_->statement, index);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(prepared_->statement, index));
    return text ? std::string_view(reinterpret_cast<const char*>(text), size) : std::string_view();
}

Bytes Statement::bytes_at(int index) const noexcept {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(prepared_->statement, index));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(prepared_->statement, index))};
}

bool Statement::null_at(int index) const noexcept {
    return sqlite3_column_type(prepared_->statement, index) == SQLITE_NULL;
}

}  // namespace llm
