#include "batch/store.hpp"

#include "base/error.hpp"
#include "base/paths.hpp"
#include "log/ulid.hpp"
#include "log/when.hpp"
#include "pace/process_id.hpp"
#include "store/migrate.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <array>

namespace llm {

std::span<const Migration> batch_schema();

namespace {

constexpr std::array<std::string_view, 6> states{"ready", "waiting", "sending", "sent", "ended", "fetched"};
constexpr std::size_t group_size = 1000, group_bytes = std::size_t{4} << 20;

PartState state_named(std::string_view text) {
    const auto it = std::ranges::find(states, text);
    if (it == states.end()) throw Error(Fault::io, "the store of batches holds a state '{}', which this release does not know", text);
    return static_cast<PartState>(it - states.begin());
}

std::optional<std::int64_t> null_if_0(std::int64_t n) { return n == 0 ? std::nullopt : std::optional{n}; }

}  // namespace

std::string_view name(PartState s) noexcept { return states[static_cast<std::size_t>(s)]; }

std::string charge_name(const std::string& job, const BatchPart& part) { return fmt::format("batch {} part {}", job, part.number); }

bool BatchJob::all(PartState s) const {
    return std::ranges::all_of(parts, [s](const BatchPart& p) { return p.state == s; });
}
bool BatchJob::any(PartState s) const {
    return std::ranges::any_of(parts, [s](const BatchPart& p) { return p.state == s; });
}
bool BatchJob::unsent() const { return any(PartState::ready) || any(PartState::sending); }
long BatchJob::asked() const {
    long n = 0;
    for (const BatchPart& p : parts) n += p.requests;
    return n;
}

BatchStore::BatchStore(const std::filesystem::path& path) : db_(path) {
    db_.script("PRAGMA secure_delete=ON");
    migrate(db_, batch_schema());
}

// --- a new job ---

std::string BatchStore::begin(const Json& flags) {
    std::vector<std::string> gone;
    {
        auto rows = db_.prepare("SELECT id, pid, started, boot FROM job WHERE reading = 1");
        for (auto [id, pid, started, boot] : rows.rows<std::string, std::int64_t, std::int64_t, std::string>())
            if (!ProcessId{pid, started, std::move(boot)}.alive()) gone.push_back(std::move(id));
    }
    for (const std::string& id : gone) drop(id);
    const std::int64_t now = unix_microseconds();
    const std::string id = new_ulid(now);
    const ProcessId& me = ProcessId::self();
    db_.run("INSERT INTO job (id, made, reading, flags, pid, started, boot) VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6)", id, now, dump(flags), me.pid, me.started, me.boot);
    places_ = 0;
    waiting_.clear();
    waiting_bytes_ = 0;
    waiting_job_ = id;
    return id;
}

void BatchStore::add(const std::string& job, BatchItem item) {
    waiting_job_ = job;
    waiting_bytes_ += item.line.size() + item.body.size();
    waiting_.push_back(std::move(item));
    if (waiting_.size() >= group_size || waiting_bytes_ >= group_bytes) flush();
}

void BatchStore::flush() {
    if (waiting_.empty()) return;
    Transaction t{db_};
    auto insert = db_.prepare("INSERT INTO item (job, place, line, part, body, shape, input, output) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    for (const BatchItem& i : waiting_) {
        insert.borrow(waiting_job_, ++places_, i.line, null_if_0(i.part), i.part == 0 ? std::nullopt : std::optional<std::string_view>{i.body}, null_if_0(i.shape), i.input, i.output);
        insert.step();
    }
    insert.reset();
    t.commit();
    waiting_.clear();
    waiting_bytes_ = 0;
}

std::int64_t BatchStore::add_part(const std::string& job, int number, std::string_view model, std::string_view server, const BatchRates& rates) {
    db_.run("INSERT INTO part (job, number, model, server, rates, state) VALUES (?1, ?2, ?3, ?4, ?5, 'ready')", job, number, model, server, to_text(rates));
    return db_.last_row();
}

std::int64_t BatchStore::add_shape(const std::string& job, std::string_view text) {
    db_.run("INSERT INTO shape (job, text) VALUES (?1, ?2)", job, text);
    return db_.last_row();
}

void BatchStore::add_to_part(std::int64_t part, long requests, Nano worst) {
    db_.run("UPDATE part SET requests = requests + ?2, worst = worst + ?3 WHERE id = ?1", part, requests, worst);
}

std::string BatchStore::end_reading(const std::string& job, std::string_view sum) {
    flush();
    std::string same;
    Transaction t{db_};
    {
        auto rows = db_.prepare(
            "SELECT id, pid, started, boot FROM job WHERE sum = ?1 AND id <> ?2 AND reading = 0 AND cancelled IS NULL AND EXISTS "
            "(SELECT 1 FROM part WHERE part.job = job.id AND state IN ('ready', 'sending')) ORDER BY id");
        rows.bind(sum, job);
        for (auto [id, pid, started, boot] : rows.rows<std::string, std::int64_t, std::int64_t, std::string>()) {
            const ProcessId owner{pid, started, std::move(boot)};
            if (same.empty() && (pid == 0 || owner == ProcessId::self() || !owner.alive())) same = std::move(id);
        }
    }
    if (same.empty()) db_.run("UPDATE job SET reading = 0, sum = ?2 WHERE id = ?1", job, sum);
    t.commit();
    if (same.empty()) return job;
    drop(job);
    return same;
}

void BatchStore::drop(const std::string& job) {
    if (waiting_job_ == job) {
        waiting_.clear();
        waiting_bytes_ = 0;
    }
    Transaction t{db_};
    db_.run("DELETE FROM item WHERE job = ?1", job);
    db_.run("DELETE FROM past WHERE part IN (SELECT id FROM part WHERE job = ?1)", job);
    db_.run("DELETE FROM part WHERE job = ?1", job);
    db_.run("DELETE FROM shape WHERE job = ?1", job);
    db_.run("DELETE FROM job WHERE id = ?1", job);
    t.commit();
}

void BatchStore::wipe_log() { db_.script("PRAGMA wal_checkpoint(TRUNCATE)"); }

// --- jobs ---

std::vector<BatchPart> BatchStore::parts(std::string_view where, std::string_view key) {
    std::vector<BatchPart> out;
    auto rows = db_.prepare(fmt::format("SELECT id, number, model, server, requests, rates, worst, state, tried, over, tries, staged, remote, status, why, supposed, files, done, failed, charged "
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
    }
    return out;
}

void BatchStore::read(BatchJob& j) {
    j.records = db_.value<std::int64_t>("SELECT max(place) FROM item WHERE job = ?1", j.id).value_or(0);
    j.parts = parts("job", j.id);
}

std::vector<BatchJob> BatchStore::jobs() {
    const Snapshot all_at_once{db_};
    std::vector<BatchJob> out;
    {
        auto rows = db_.prepare("SELECT id, made, reading, collected IS NOT NULL, cancelled IS NOT NULL, flags, pid, started, boot FROM job ORDER BY id");
        while (rows.step()) {
            const bool reading = rows.column<bool>(2);
            if (reading && !ProcessId{rows.column<std::int64_t>(6), rows.column<std::int64_t>(7), rows.column<std::string>(8)}.alive()) continue;
            BatchJob& j = out.emplace_back();
            j.id = rows.column<std::string>(0);
            j.made = rows.column<std::int64_t>(1);
            j.reading = reading;
            j.collected = rows.column<bool>(3);
            j.cancelled = rows.column<bool>(4);
            j.flags = read_json(rows.column<std::string_view>(5));
        }
    }
    for (BatchJob& j : out) read(j);
    return out;
}

BatchJob BatchStore::job(const std::optional<std::string>& id) {
    std::vector<BatchJob> all = jobs();
    std::erase_if(all, [](const BatchJob& j) { return j.reading; });
    if (!id) {
        std::erase_if(all, [](const BatchJob& j) { return j.collected; });
        if (all.empty()) throw Error(Fault::usage, "there is no batch that waits to be collected; llm-ask --batch status lists all");
        if (all.size() > 1) {
            std::vector<std::string> ids;
            for (const BatchJob& j : all) ids.push_back(j.id);
            throw Error(Fault::usage, "several batches wait to be collected; name one: {}", fmt::join(ids, ", "));
        }
        return std::move(all.front());
    }
    std::vector<std::string> ids;
    for (BatchJob& j : all) {
        if (j.id == *id) return std::move(j);
        ids.push_back(j.id);
    }
    const std::string near = nearest(*id, ids);
    throw Error(Fault::usage, "there is no batch '{}'{}; llm-ask --batch status lists all", *id, near.empty() ? "" : "; did you mean " + near + "?");
}

void BatchStore::set_collected(const std::string& job) { db_.run("UPDATE job SET collected = ?2 WHERE id = ?1 AND collected IS NULL", job, unix_microseconds()); }
void BatchStore::set_cancelled(const std::string& job) { db_.run("UPDATE job SET cancelled = ?2 WHERE id = ?1 AND cancelled IS NULL", job, unix_microseconds()); }

BatchStore::Claim::Claim(BatchStore& store, std::string job) : store_(store), job_(std::move(job)) {
    Transaction t{store_.db_};
    {
        auto row = store_.db_.prepare("SELECT pid, started, boot FROM job WHERE id = ?1");
        row.bind(job_);
        if (!row.step()) throw Error(Fault::usage, "the batch {} is gone", job_);
        const ProcessId owner{row.column<std::int64_t>(0), row.column<std::int64_t>(1), row.column<std::string>(2)};
        if (owner.pid != 0 && owner != ProcessId::self() && owner.alive())
            throw Error(Fault::locked, "process {} is at work on the batch {}; try again when it is done", owner.pid, job_);
    }
    const ProcessId& me = ProcessId::self();
    store_.db_.run("UPDATE job SET pid = ?2, started = ?3, boot = ?4 WHERE id = ?1", job_, me.pid, me.started, me.boot);
    t.commit();
}

BatchStore::Claim::~Claim() {
    try {
        store_.db_.run("UPDATE job SET pid = 0 WHERE id = ?1", job_);
    } catch (...) {  // our end gives it back as well
    }
}

// --- parts ---

void BatchStore::save(const BatchPart& p) {
    db_.run("UPDATE part SET state = ?2, tried = ?3, over = ?4, tries = ?5, staged = ?6, status = ?7, why = ?8, files = ?9, done = ?10, failed = ?11, charged = ?12 WHERE id = ?1", p.id,
            name(p.state), p.tried, p.over, p.tries, p.staged, p.status, p.why, dump(Json(p.files)), p.done, p.failed, p.charged);
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

std::optional<BatchStore::Open> BatchStore::open(const std::string& job, std::int64_t place, std::int64_t part) {
    auto row = db_.prepare(
        "SELECT line, text, input, output FROM item LEFT JOIN shape ON shape.id = item.shape WHERE item.job = ?1 AND place = ?2 AND part = ?3 AND answer IS NULL AND error IS NULL");
    row.bind(job, place, part);
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
    db_.run("UPDATE item SET answer = ?3, cost = ?4 WHERE job = ?1 AND place = ?2", job, place, response, cost);
}

void BatchStore::fail(const std::string& job, std::int64_t place, std::string_view error, Nano cost) {
    db_.run("UPDATE item SET error = ?3, cost = ?4 WHERE job = ?1 AND place = ?2", job, place, error, cost);
}

Nano BatchStore::spent(std::int64_t part) { return db_.value<Nano>("SELECT sum(cost) FROM item WHERE part = ?1", part).value_or(0); }

void BatchStore::each_line(const std::string& job, const std::function<bool(std::int64_t, std::string_view, std::optional<std::string_view>, std::optional<std::string_view>)>& f) {
    auto rows = db_.prepare("SELECT place, line, answer, error FROM item WHERE job = ?1 ORDER BY place");
    rows.bind(job);
    while (rows.step())
        if (!f(rows.column<std::int64_t>(0), rows.column<std::string_view>(1), rows.column<std::optional<std::string_view>>(2), rows.column<std::optional<std::string_view>>(3))) break;
}

std::filesystem::path batch_path(const Settings& settings, const Environment& environment) {
    const std::string path = settings.text("batch.path").value_or("");
    return path.empty() ? data_folder(environment) / "batch.db" : expand_home(path, environment);
}

}  // namespace llm
