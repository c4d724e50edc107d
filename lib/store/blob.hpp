/// One blob of one row, read and written in part; only the pages touched are written.
/// https://www.sqlite.org/c3ref/blob_open.html
#pragma once

#include "store/database.hpp"

namespace llm {

class Blob {
public:
    /// The blob in `column` of the row `row` (its rowid) of `table`. Writing wants an open Transaction.
    Blob(Database& db, const char* table, const char* column, std::int64_t row, Access access);
    Blob(const Blob&) = delete;
    Blob& operator=(const Blob&) = delete;
    ~Blob();

    std::size_t size() const noexcept;
    /// Within the blob's size, which never changes.
    void read(std::span<std::byte> to, std::size_t offset) const;
    void write(Bytes from, std::size_t offset);
    /// The same column of another row.
    void move_to(std::int64_t row);

private:
    struct Opened;
    Database::Handle& handle_;
    Opened* opened_ = nullptr;
};

}  // namespace llm
