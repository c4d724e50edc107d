/// All or nothing. The outermost transaction takes the write lock at once (BEGIN IMMEDIATE), so it waits
/// for its turn before it has read anything and can never fail half-way for want of the lock; one inside
/// another is a savepoint. What is not committed is rolled back, also when an exception passes through.
#pragma once

#include "store/database.hpp"

namespace llm {

class Transaction {
public:
    explicit Transaction(Database& db);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    void commit();

private:
    enum class State { open,
                       closed };
    enum class Kind { outermost,
                      nested };

    Database& db_;
    Kind kind_;
    State state_ = State::open;
};

/// A view of the store that does not change while the object lives: several reads see the same rows.
class Snapshot {
public:
    explicit Snapshot(Database& db);
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot();

private:
    Database& db_;
    bool ours_;
};

}  // namespace llm
