#include "pace/flights.hpp"

#include "pace/process_id.hpp"
#include "store/transaction.hpp"

namespace llm {
namespace {

constexpr std::int64_t kept = 600'000'000;  // µs that an outcome waits for passengers who never come

}  // namespace

Flights::Seat Flights::board(std::string_view key) {
    Database& db = store_.db();
    Transaction transaction{db};
    Seat seat;
    {
        auto found = db.prepare("SELECT id, pid, started, boot FROM flight WHERE key = ?1 AND outcome IS NULL");
        found.bind(key);
        if (found.step()) {
            auto [id, pid, started, boot] = found.row<std::int64_t, std::int64_t, std::int64_t, std::string>();
            if (ProcessId{pid, started, std::move(boot)}.alive()) seat = {Seat::Role::passenger, id};
            else seat.id = -id;
        }
    }
    if (seat.id > 0) {
        db.run("UPDATE flight SET waiting = waiting + 1 WHERE id = ?1", seat.id);
    } else {
        if (seat.id < 0) db.run("DELETE FROM flight WHERE id = ?1", -seat.id);
        const ProcessId& me = ProcessId::self();
        db.run("DELETE FROM flight WHERE outcome IS NOT NULL AND at < ?1", store_.now() - kept);
        db.run("INSERT INTO flight (key, waiting, at, pid, started, boot) VALUES (?1, 0, ?2, ?3, ?4, ?5)", key, store_.now(), me.pid, me.started, me.boot);
        seat = {Seat::Role::pilot, db.last_row()};
    }
    transaction.commit();
    return seat;
}

void Flights::land(std::int64_t id, std::string_view outcome) {
    Database& db = store_.db();
    Transaction transaction{db};
    if (db.run("DELETE FROM flight WHERE id = ?1 AND waiting = 0", id) == 0)
        db.run("UPDATE flight SET outcome = ?2, at = ?3 WHERE id = ?1", id, outcome, store_.now());
    transaction.commit();
}

void Flights::abandon(std::int64_t id) { store_.db().run("DELETE FROM flight WHERE id = ?1", id); }

Flights::Progress Flights::look(const Seat& seat, std::string& outcome) {
    Database& db = store_.db();
    {
        auto found = db.prepare("SELECT outcome, pid, started, boot FROM flight WHERE id = ?1");
        found.bind(seat.id);
        if (!found.step()) return Progress::lost;
        auto [landed, pid, started, boot] = found.row<std::optional<std::string>, std::int64_t, std::int64_t, std::string>();
        if (!landed) return ProcessId{pid, started, std::move(boot)}.alive() ? Progress::flying : Progress::lost;
        outcome = std::move(*landed);
    }
    leave(seat);
    return Progress::landed;
}

void Flights::leave(const Seat& seat) {
    Database& db = store_.db();
    Transaction transaction{db};
    db.run("UPDATE flight SET waiting = waiting - 1 WHERE id = ?1", seat.id);
    db.run("DELETE FROM flight WHERE id = ?1 AND waiting <= 0 AND outcome IS NOT NULL", seat.id);
    transaction.commit();
}

}  // namespace llm
