#include "batch/store.hpp"

#include "base/error.hpp"
#include "base/paths.hpp"
#include "log/ulid.hpp"
#include "log/when.hpp"
#include "pace/process_id.hpp"
#include "store/migrate.hpp"
#include "store/transaction.hpp"

#include <algorithm>

namespace llm {

std::span<const Migration> batch_schema();

namespace {

constexpr std::size_t group_size = 1000, group_bytes = std::size_t{4} << 20;

std::optional<std::int64_t> null_if_0(std::int64_t n) { return n == 0 ? std::nullopt : std::optional{n}; }

}  // namespace

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
    db_.run("INSERT INTO job (id, made, reading, told, flags, pid, started, boot) VALUES (?1, ?2, 1, 0, ?3, ?4, ?5, ?6)", id, now, dump(flags), me.pid, me.started, me.boot);
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

std::string BatchStore::end_reading(const std::string& job, std::string_view sum, Done done) {
    flush();
    std::string same;
    Transaction t{db_};
    {
        auto rows = db_.prepare(
            "SELECT id, pid, started, boot, EXISTS (SELECT 1 FROM part WHERE part.job = job.id AND state IN ('ready', 'sending')), told, collected IS NOT NULL "
            "FROM job WHERE sum = ?1 AND id <> ?2 AND reading = 0 AND "
            "(cancelled IS NULL OR EXISTS (SELECT 1 FROM part WHERE part.job = job.id AND (state = 'sending' OR (state = 'waiting' AND lost) OR (state = 'sent' AND NOT stopping)))) ORDER BY id");
        rows.bind(sum, job);
        for (auto [id, pid, started, boot, unsent, told, collected] : rows.rows<std::string, std::int64_t, std::int64_t, std::string, bool, bool, bool>()) {
            const ProcessId owner{pid, started, std::move(boot)};
            const bool is_free = pid == 0 || owner == ProcessId::self() || !owner.alive();
            const bool goes_on = unsent ? is_free : !collected && (done == Done::when_collected || (!told && is_free));
            if (same.empty() && goes_on) same = std::move(id);
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

void BatchStore::set_told(const std::string& job) { db_.run("UPDATE job SET told = 1 WHERE id = ?1", job); }
void BatchStore::set_collected(const std::string& job) { db_.run("UPDATE job SET collected = ?2 WHERE id = ?1 AND collected IS NULL", job, unix_microseconds()); }
void BatchStore::set_cancelled(const std::string& job, bool yes) {
    if (yes)
        db_.run("UPDATE job SET cancelled = ?2 WHERE id = ?1 AND cancelled IS NULL", job, unix_microseconds());
    else
        db_.run("UPDATE job SET cancelled = NULL WHERE id = ?1", job);
}

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

std::filesystem::path batch_path(const Settings& settings, const Environment& environment) {
    const std::string path = settings.text("batch.path").value_or("");
    return path.empty() ? data_folder(environment) / "batch.db" : expand_home(path, environment);
}

}  // namespace llm
