#include "pace/budget.hpp"

#include "store/transaction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

namespace llm {
namespace {

constexpr double billion = 1e9;
constexpr std::string_view days_kept = "-400 days";

Nano one(Database& db, std::string_view sql, const auto& key) { return db.value<Nano>(sql, key).value_or(0); }

void spend(Database& db, const std::string& day, std::int64_t run, Nano cost) {
    db.run("INSERT INTO day VALUES (?1, ?2, 1) ON CONFLICT (name) DO UPDATE SET spent = spent + excluded.spent, calls = calls + 1", day, cost);
    db.run("UPDATE run SET spent = spent + ?2 WHERE id = ?1", run, cost);
}

/// What dead processes had put aside: charged whole where it was sent, given back where not. True where there was any.
bool bury_the_dead(Database& db) {
    struct Left {
        std::int64_t id, run;
        std::string day;
        Nano amount;
        bool sent;
    };
    std::vector<Left> left;
    {
        auto rows = db.prepare("SELECT id, run, day, amount, sent, pid, started, boot FROM reservation");
        for (auto [id, run, day, amount, sent, pid, started, boot] : rows.rows<std::int64_t, std::int64_t, std::string, Nano, bool, std::int64_t, std::int64_t, std::string>())
            if (!ProcessId{pid, started, std::move(boot)}.alive()) left.push_back({id, run, std::move(day), amount, sent});
    }
    for (const Left& l : left) {
        db.run("DELETE FROM reservation WHERE id = ?1", l.id);
        if (l.sent) spend(db, l.day, l.run, l.amount);
    }
    return !left.empty();
}

}  // namespace

Nano nano(double dollars) { return static_cast<Nano>(std::ceil(std::min(dollars, 9e9) * billion - 1e-6)); }
double dollars(Nano n) { return static_cast<double>(n) / billion; }

std::string day_of(std::int64_t micros) {
    const std::time_t seconds = micros / 1'000'000;
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return fmt::format("{:04}-{:02}-{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

Budget::Budget(PaceStore& store, BudgetLimits limits, std::string tool) : store_(store), limits_(limits), tool_(std::move(tool)) {}

Budget::~Budget() {
    try {
        close();
    } catch (...) {  // the run's row stays until somebody finds its process dead
    }
}

void Budget::close() {
    if (const std::int64_t id = std::exchange(run_, 0); id != 0) store_.db().run("DELETE FROM run WHERE id = ?1", id);
}

std::int64_t Budget::run() {
    if (run_ != 0) return run_;
    Database& db = store_.db();
    const ProcessId& me = ProcessId::self();
    std::vector<std::int64_t> gone;
    {
        auto rows = db.prepare("SELECT id, pid, started, boot FROM run");
        for (auto [id, pid, started, boot] : rows.rows<std::int64_t, std::int64_t, std::int64_t, std::string>())
            if (!ProcessId{pid, started, std::move(boot)}.alive()) gone.push_back(id);
    }
    for (const std::int64_t id : gone) db.run("DELETE FROM run WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM reservation WHERE run = ?1)", id);
    db.run("DELETE FROM day WHERE name < date('now', ?1)", days_kept);
    db.run("INSERT INTO run (tool, cap, spent, began, pid, started, boot) VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6)", tool_, limits_.run, store_.now(), me.pid, me.started, me.boot);
    run_ = db.last_row();
    return run_;
}

Budget::Answer Budget::reserve(Nano worst, std::string_view model, Sent sent) {
    Database& db = store_.db();
    Transaction transaction{db};
    const std::int64_t before = run_;
    const std::int64_t mine = run();
    const std::string today = day_of(store_.now());
    Answer answer;
    for (bool again = true;; again = false) {
        answer.fit = Fit::yes;
        const auto check = [&](std::optional<Nano> cap, Nano spent, Nano held, std::string_view which) {
            if (!cap || answer.fit != Fit::yes || worst <= *cap - spent - held) return;
            answer.fit = held > 0 && worst <= *cap - spent ? Fit::later : Fit::no;  // what was spent never comes back
            answer.left = std::max<Nano>(0, *cap - spent - held);
            answer.which = which;
        };
        check(limits_.run, one(db, "SELECT spent FROM run WHERE id = ?1", mine), one(db, "SELECT sum(amount) FROM reservation WHERE run = ?1", mine), "--budget");
        check(limits_.day, one(db, "SELECT spent FROM day WHERE name = ?1", today), one(db, "SELECT sum(amount) FROM reservation WHERE day = ?1", today), "budget.day");
        if (answer.fit == Fit::yes || !again || !bury_the_dead(db)) break;
    }
    if (answer.fit == Fit::yes) {
        const ProcessId& me = ProcessId::self();
        db.run("INSERT INTO reservation (run, day, amount, sent, model, at, pid, started, boot) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", mine, today, worst,
               sent == Sent::yes, model, store_.now(), me.pid, me.started, me.boot);
        answer.id = db.last_row();
    }
    try {
        transaction.commit();
    } catch (...) {
        run_ = before;
        throw;
    }
    return answer;
}

void Budget::sent(std::int64_t id) { store_.db().run("UPDATE reservation SET sent = 1 WHERE id = ?1", id); }

void Budget::settle(std::int64_t id, Nano cost) {
    Database& db = store_.db();
    Transaction transaction{db};
    const auto day = db.value<std::string>("SELECT day FROM reservation WHERE id = ?1", id);
    if (!day) return;  // somebody took us for dead and has charged it whole
    const Nano run = one(db, "SELECT run FROM reservation WHERE id = ?1", id);
    db.run("DELETE FROM reservation WHERE id = ?1", id);
    if (cost > 0) spend(db, *day, run, cost);
    transaction.commit();
}

bool Budget::charge(std::int64_t id, Nano amount, std::string_view name, std::string_view model) {
    Database& db = store_.db();
    Transaction transaction{db};
    const auto day = db.value<std::string>("SELECT day FROM reservation WHERE id = ?1", id);
    if (!day) return false;
    if (db.run("INSERT INTO charge (name, day, amount, model, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING", name, *day, amount, model, store_.now()) > 0)
        spend(db, *day, one(db, "SELECT run FROM reservation WHERE id = ?1", id), amount);
    db.run("UPDATE reservation SET amount = max(0, amount - ?2) WHERE id = ?1", id, amount);
    transaction.commit();
    return true;
}

void settle_charge(PaceStore& store, std::string_view name, Nano spent) {
    Database& db = store.db();
    Transaction transaction{db};
    const auto day = db.value<std::string>("SELECT day FROM charge WHERE name = ?1", name);
    if (!day) return;
    const Nano amount = one(db, "SELECT amount FROM charge WHERE name = ?1", name);
    db.run("DELETE FROM charge WHERE name = ?1", name);
    db.run("UPDATE day SET spent = max(0, spent - ?2) WHERE name = ?1", *day, amount - spent);
    transaction.commit();
}

void divide_charge(PaceStore& store, std::string_view name, std::string_view other, Nano amount) {
    Database& db = store.db();
    Transaction transaction{db};
    if (db.run("INSERT INTO charge (name, day, amount, model, at) SELECT ?2, day, ?3, model, at FROM charge WHERE name = ?1 ON CONFLICT DO NOTHING", name, other, amount) > 0)
        db.run("UPDATE charge SET amount = amount - ?2 WHERE name = ?1", name, amount);
    transaction.commit();
}

bool is_charged(PaceStore& store, std::string_view name) { return store.exists() && store.db().value<int>("SELECT 1 FROM charge WHERE name = ?1", name).has_value(); }

BudgetStatus budget_status(PaceStore& store, std::size_t days) {
    BudgetStatus s;
    const std::string today = day_of(store.now());
    if (!store.exists()) {
        s.days.push_back({today, 0, 0, 0, 0});
        return s;
    }
    Database& db = store.db();
    Transaction transaction{db};
    bury_the_dead(db);
    {
        auto rows = db.prepare(
            "SELECT name, coalesce(spent, 0), coalesce(calls, 0), (SELECT coalesce(sum(amount), 0) FROM reservation r WHERE r.day = n.name), "
            "(SELECT count(*) FROM reservation r WHERE r.day = n.name) FROM (SELECT ?1 AS name UNION SELECT name FROM day UNION SELECT day FROM reservation) n "
            "LEFT JOIN day USING (name) ORDER BY name DESC LIMIT ?2");
        rows.bind(today, static_cast<std::int64_t>(days));
        for (auto [name, spent, calls, held, flying] : rows.rows<std::string, Nano, long, Nano, long>()) s.days.push_back({std::move(name), spent, held, calls, flying});
    }
    {
        auto rows = db.prepare(
            "SELECT id, tool, pid, began, cap, spent, (SELECT coalesce(sum(amount), 0) FROM reservation r WHERE r.run = run.id), started, boot FROM run ORDER BY id");
        for (auto [id, tool, pid, began, cap, spent, held, started, boot] :
             rows.rows<std::int64_t, std::string, std::int64_t, std::int64_t, std::optional<Nano>, Nano, Nano, std::int64_t, std::string>())
            if (ProcessId{pid, started, std::move(boot)}.alive()) s.runs.push_back({id, std::move(tool), pid, began, cap, spent, held});
    }
    {
        auto rows = db.prepare("SELECT id, run, pid, at, model, amount, sent FROM reservation ORDER BY id");
        for (auto [id, run, pid, at, model, amount, sent] : rows.rows<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::string, Nano, bool>())
            s.reservations.push_back({id, run, pid, at, std::move(model), amount, sent, true});
    }
    {
        auto rows = db.prepare("SELECT name, model, day, amount, at FROM charge ORDER BY name");
        for (auto [name, model, day, amount, at] : rows.rows<std::string, std::string, std::string, Nano, std::int64_t>())
            s.charges.push_back({std::move(name), std::move(model), std::move(day), amount, at});
    }
    transaction.commit();
    return s;
}

}  // namespace llm
