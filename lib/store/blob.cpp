#include "store/blob.hpp"

#include "store/handle.hpp"

namespace llm {
namespace {
sqlite3_blob* as_sqlite(void* opened) { return static_cast<sqlite3_blob*>(opened); }
}  // namespace

Blob::Blob(Database& db, const char* table, const char* column, std::int64_t row, Access access)
    : handle_(db.handle()) {
    sqlite3_blob* blob = nullptr;
    handle_.check(sqlite3_blob_open(handle_.db, "main", table, column, row, access == Access::write, &blob),
                  table);
    opened_ = reinterpret_cast<Opened*>(blob);
}

Blob::~Blob() { sqlite3_blob_close(as_sqlite(opened_)); }

std::size_t Blob::size() const noexcept {
    return static_cast<std::size_t>(sqlite3_blob_bytes(as_sqlite(opened_)));
}

void Blob::read(std::span<std::byte> to, std::size_t offset) const {
    handle_.check(sqlite3_blob_read(as_sqlite(opened_), to.data(), static_cast<int>(to.size()),
                                    static_cast<int>(offset)),
                  "read a blob");
}

void Blob::write(Bytes from, std::size_t offset) {
    handle_.check(sqlite3_blob_write(as_sqlite(opened_), from.data(), static_cast<int>(from.size()),
                                     static_cast<int>(offset)),
                  "write a blob");
}

void Blob::move_to(std::int64_t row) {
    handle_.check(sqlite3_blob_reopen(as_sqlite(opened_), row), "move a blob");
}

}  // namespace llm
