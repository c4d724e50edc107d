#include "store/transaction.hpp"

namespace llm {
namespace {

// SQLite ends a transaction by itself where the disk is full; what is over needs no ending.
void end_quietly(Database& db, const char* sql) noexcept {
    try {
        if (db.in_transaction()) db.script(sql);
    } catch (...) {
    }
}

}  // namespace

Transaction::Transaction(Database& db)
    : db_(db), kind_(db.in_transaction() ? Kind::nested : Kind::outermost) {
    db_.run(kind_ == Kind::outermost ? "BEGIN IMMEDIATE" : "SAVEPOINT inner");
}

Transaction::~Transaction() {
    if (state_ == State::closed) return;
    end_quietly(db_, kind_ == Kind::outermost ? "ROLLBACK" : "ROLLBACK TO inner; RELEASE inner");
}

void Transaction::commit() {
    db_.run(kind_ == Kind::outermost ? "COMMIT" : "RELEASE inner");
    state_ = State::closed;
}

Snapshot::Snapshot(Database& db) : db_(db), ours_(!db.in_transaction()) {
    if (ours_) db_.run("BEGIN");
}

Snapshot::~Snapshot() {
    if (ours_) end_quietly(db_, "ROLLBACK");
}

}  // namespace llm
