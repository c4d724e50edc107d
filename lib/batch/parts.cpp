// The parts of a job in its store, their requests, and what became of them.
#include "base/error.hpp"
#include "batch/store.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::array<std::string_view, 6> states{"ready", "waiting", "sending", "sent", "ended", "fetched"};

PartState state_named(std::string_view text) {
    const auto it = std::ranges::find(states, text);
    if (it == states.end()) throw Error(Fault::io, "the store of batches holds a state '{}', which this release does not know", text);
    return static_cast<PartState>(it - states.begin());
}

}  // namespace

std::string_view name(PartState s) noexcept { return states[static_cast<std::size_t>(s)]; }

std::string charge_name(const std::string& job, const BatchPart& part) { return fmt::format("batch {} part {}", job, part.number); }

std::vector<BatchPart> BatchStore::parts(std::string_view where, std::string_view key) {
    std::vector<BatchPart> out;
    auto rows = db_.prepare(fmt::format(
        "SELECT id, number, model, server, requests, rates, worst, state, tried, over, tries, staged, remote, status, why, supposed, files, done, failed, charged, stopping, fetches, lost "
        "FROM part WHERE {} = ?1 ORDER BY number",
        where));
    rows.bind(key);
    while (rows.step()) {
        BatchPart& p = out.emplace_back();
        p.id = rows.column<std::int64_t>(0);
        p.number = rows.column<int>(1);
        p.model = rows.column<std::string>(2);
        p.server = rows.column<std::string>(3);
        p.requests = rows.column<long>(4);
        p.rates = batch_rates_of(rows.column<std::string_view>(5));
        p.worst = rows.column<Nano>(6);
        p.state = state_named(rows.column<std::string_view>(7));
        p.tried = rows.column<std::int64_t>(8);
        p.over = rows.column<std::int64_t>(9);
        p.tries = rows.column<int>(10);
        p.staged = rows.column<std::string>(11);
        p.remote = rows.column<std::string>(12);
        p.status = rows.column<std::string>(13);
        p.why = rows.column<std::string>(14);
        p.supposed = rows.column<bool>(15);
        if (const Json files = read_json(rows.column<std::string_view>(16)); files.is_array())
            for (const Json& f : files)
                if (f.is_string()) p.files.push_back(f.get<std::string>());
        p.done = rows.column<long>(17);
        p.failed = rows.column<long>(18);
        p.charged = rows.column<Nano>(19);
        p.stopping = rows.column<bool>(20);
        p.fetches = rows.column<int>(21);
        p.lost = rows.column<bool>(22);
    }
    return out;
}

void BatchStore::save(const BatchPart& p) {
    db_.run("UPDATE part SET state = ?2, tried = ?3, over = ?4, tries = ?5, staged = ?6, status = ?7, why = ?8, files = ?9, done = ?10, failed = ?11, charged = ?12, stopping = ?13, fetches = ?14, lost = ?15 WHERE id = ?1", p.id,
            name(p.state), p.tried, p.over, p.tries, p.staged, p.status, p.why, dump(Json(p.files)), p.done, p.failed, p.charged, p.stopping, p.fetches, p.lost);
}

void BatchStore::saw(const BatchPart& p) {
    db_.run("UPDATE part SET state = ?3, status = ?4, files = ?5, done = ?6, failed = ?7, over = ?8 WHERE id = ?1 AND remote = ?2 AND state = 'sent'", p.id, p.remote, name(p.state),
            p.status, dump(Json(p.files)), p.done, p.failed, p.over);
}

bool BatchStore::bind(BatchPart& part, const BatchProgress& batch, Proof proof) {
    Transaction t{db_};
    if (proof == Proof::supposed) {
        if (db_.value<int>("SELECT 1 FROM part WHERE server = ?1 AND remote = ?2 AND id <> ?3", part.server, batch.id, part.id)) return false;
    } else {
        const auto holder = db_.value<std::int64_t>("SELECT id FROM part WHERE server = ?1 AND remote = ?2 AND state IN ('sent', 'ended') AND id <> ?3", part.server, batch.id, part.id);
        if (holder) {
            if (db_.value<int>("SELECT supposed FROM part WHERE id = ?1", *holder) != 1) return false;
            db_.run("UPDATE part SET remote = '', supposed = 0, state = 'sending' WHERE id = ?1", *holder);
        }
    }
    part.remote = batch.id;
    part.status = batch.status;
    part.state = PartState::sent;
    part.supposed = proof == Proof::supposed;
    part.why.clear();
    part.over = 0;
    part.lost = false;
    part.stopping = false;
    part.fetches = 0;
    db_.run("UPDATE part SET remote = ?2, supposed = ?3 WHERE id = ?1", part.id, part.remote, part.supposed);
    save(part);
    t.commit();
    return true;
}

void BatchStore::unbind(BatchPart& part, PartState state) {
    Transaction t{db_};
    if (!part.remote.empty()) db_.run("INSERT INTO past VALUES (?1, ?2) ON CONFLICT DO NOTHING", part.id, part.remote);
    db_.run("UPDATE part SET remote = '', supposed = 0 WHERE id = ?1", part.id);
    part.remote.clear();
    part.supposed = false;
    part.files.clear();
    part.done = part.failed = 0;
    part.stopping = false;
    part.fetches = 0;
    part.state = state;
    save(part);
    t.commit();
}

bool BatchStore::had(const BatchPart& part, std::string_view remote) {
    return db_.value<int>("SELECT 1 FROM past WHERE part = ?1 AND remote = ?2", part.id, remote).has_value();
}

void BatchStore::prove(BatchPart& part) {
    part.supposed = false;
    db_.run("UPDATE part SET supposed = 0 WHERE id = ?1", part.id);
}

std::optional<BatchPart> BatchStore::part_of(std::string_view job, std::int64_t place) {
    const auto id = db_.value<std::int64_t>("SELECT part FROM item WHERE job = ?1 AND place = ?2", job, place);
    if (!id) return std::nullopt;
    std::vector<BatchPart> found = parts("id", std::to_string(*id));
    return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
}

void BatchStore::set_rates(BatchPart& part, const BatchRates& rates) {
    part.rates = rates;
    part.worst = 0;
    for (const Open& o : all_open(part.id)) part.worst += rates.worst(o.input, o.output).value_or(0);
    db_.run("UPDATE part SET rates = ?2, worst = ?3 WHERE id = ?1", part.id, to_text(rates), part.worst);
}

void BatchStore::halve(const std::string& job, const BatchPart& part, int number) {
    Transaction t{db_};
    const auto middle = db_.value<std::int64_t>("SELECT place FROM item WHERE part = ?1 ORDER BY place LIMIT 1 OFFSET ?2", part.id, part.requests / 2);
    db_.run("INSERT INTO part (job, number, model, server, rates, state, tried, why) SELECT job, ?2, model, server, rates, 'waiting', tried, why FROM part WHERE id = ?1", part.id, number);
    const std::int64_t other = db_.last_row();
    db_.run("UPDATE item SET part = ?4 WHERE job = ?1 AND part = ?2 AND place >= ?3", job, part.id, middle, other);
    for (const std::int64_t id : {part.id, other}) {
        BatchPart half = parts("id", std::to_string(id)).front();
        set_rates(half, half.rates);
        db_.run("UPDATE part SET requests = (SELECT count(*) FROM item WHERE part = ?1), staged = '', tries = 0, charged = ?2 WHERE id = ?1", id, part.charged == 0 ? 0 : half.worst);
    }
    t.commit();
}

// --- requests ---

void BatchStore::each_body(std::int64_t part, const std::function<void(std::int64_t, std::string_view)>& f) {
    auto rows = db_.prepare("SELECT place, body FROM item WHERE part = ?1 AND body IS NOT NULL ORDER BY place");
    rows.bind(part);
    while (rows.step()) f(rows.column<std::int64_t>(0), rows.column<std::string_view>(1));
}

std::size_t BatchStore::bytes(std::int64_t part) { return static_cast<std::size_t>(db_.value<std::int64_t>("SELECT sum(length(body)) FROM item WHERE part = ?1", part).value_or(0)); }

void BatchStore::drop_bodies(std::int64_t part) { db_.run("UPDATE item SET body = NULL WHERE part = ?1", part); }

std::optional<BatchStore::Open> BatchStore::open(const std::string& job, std::int64_t place, std::int64_t part, bool failed) {
    auto row = db_.prepare(
        "SELECT line, text, input, output FROM item LEFT JOIN shape ON shape.id = item.shape "
        "WHERE item.job = ?1 AND place = ?2 AND part = ?3 AND answer IS NULL AND (error IS NULL OR (?4 AND cost IS NULL))");
    row.bind(job, place, part, failed);
    if (!row.step()) return std::nullopt;
    return Open{place, row.column<std::string>(0), row.column<std::string>(1), row.column<long>(2), row.column<long>(3)};
}

std::vector<BatchStore::Open> BatchStore::all_open(std::int64_t part) {
    std::vector<Open> out;
    auto rows = db_.prepare("SELECT place, input, output FROM item WHERE part = ?1 AND answer IS NULL AND error IS NULL ORDER BY place");
    rows.bind(part);
    while (rows.step()) out.push_back({rows.column<std::int64_t>(0), {}, {}, rows.column<long>(1), rows.column<long>(2)});
    return out;
}

void BatchStore::answer(const std::string& job, std::int64_t place, std::string_view response, Nano cost) {
    db_.run("UPDATE item SET answer = ?3, error = NULL, cost = ?4 WHERE job = ?1 AND place = ?2", job, place, response, cost);
}

void BatchStore::fail(const std::string& job, std::int64_t place, std::string_view error, std::optional<Nano> cost) {
    db_.run("UPDATE item SET error = ?3, cost = ?4 WHERE job = ?1 AND place = ?2", job, place, error, cost);
}

Nano BatchStore::spent(std::int64_t part) { return db_.value<Nano>("SELECT sum(cost) FROM item WHERE part = ?1", part).value_or(0); }

long BatchStore::answered(std::int64_t part) { return db_.value<long>("SELECT count(*) FROM item WHERE part = ?1 AND cost IS NOT NULL", part).value_or(0); }

void BatchStore::each_line(const std::string& job, const std::function<bool(std::int64_t, std::string_view, std::optional<std::string_view>, std::optional<std::string_view>)>& f) {
    auto rows = db_.prepare("SELECT place, line, answer, error FROM item WHERE job = ?1 ORDER BY place");
    rows.bind(job);
    while (rows.step())
        if (!f(rows.column<std::int64_t>(0), rows.column<std::string_view>(1), rows.column<std::optional<std::string_view>>(2), rows.column<std::optional<std::string_view>>(3))) break;
}

}  // namespace llm
