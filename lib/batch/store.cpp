#include "batch/store.hpp"

#include "base/error.hpp"
#include "base/paths.hpp"
#include "log/ulid.hpp"
#include "log/when.hpp"
#include "pace/process_id.hpp"
#include "store/migrate.hpp"

#include <algorithm>
#include <array>

namespace llm {

std::span<const Migration> batch_schema();

namespace {

constexpr std::array<std::string_view, 5> states{"ready", "sending", "sent", "ended", "fetched"};
constexpr std::int64_t group_size = 1000;

PartState state_named(std::string_view text) {
    const auto it = std::ranges::find(states, text);
    if (it == states.end()) throw Error(Fault::io, "the store of batches holds a state '{}', which this release does not know", text);
    return static_cast<PartState>(it - states.begin());
}

}  // namespace

std::string_view name(PartState s) noexcept { return states[static_cast<std::size_t>(s)]; }

bool BatchJob::all(PartState s) const {
    return std::ranges::all_of(parts, [s](const BatchPart& p) { return p.state == s; });
}
bool BatchJob::unsent() const {
    return std::ranges::any_of(parts, [](const BatchPart& p) { return p.state == PartState::ready || p.state == PartState::sending; });
}
long BatchJob::asked() const {
    long n = 0;
    for (const BatchPart& p : parts) n += p.requests;
    return n;
}

BatchStore::BatchStore(const std::filesystem::path& path) : db_(path) { migrate(db_, batch_schema()); }

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
    return id;
}

void BatchStore::add(const std::string& job, std::string_view line, std::int64_t part, std::string_view body) {
    if (!group_) group_.emplace(db_);
    const auto nothing = std::optional<std::string_view>{};
    db_.run("INSERT INTO item (job, place, line, part, body) VALUES (?1, ?2, ?3, ?4, ?5)", job, ++places_, line, part == 0 ? std::optional<std::int64_t>{} : std::optional{part},
            part == 0 ? nothing : std::optional{body});
    if (places_ % group_size != 0) return;
    group_->commit();
    group_.reset();
}

std::int64_t BatchStore::add_part(const std::string& job, int number, std::string_view model) {
    if (!group_) group_.emplace(db_);
    db_.run("INSERT INTO part (job, number, model, state) VALUES (?1, ?2, ?3, 'ready')", job, number, model);
    return db_.last_row();
}

void BatchStore::add_to_part(std::int64_t part, long requests, Nano worst) {
    if (!group_) group_.emplace(db_);
    db_.run("UPDATE part SET requests = requests + ?2, worst = worst + ?3 WHERE id = ?1", part, requests, worst);
}

void BatchStore::end_reading(const std::string& job) {
    if (!group_) group_.emplace(db_);
    db_.run("UPDATE job SET reading = 0 WHERE id = ?1", job);
    group_->commit();
    group_.reset();
}

BatchJob BatchStore::read(std::string id, std::int64_t made, bool reading, bool collected, std::string_view flags) {
    BatchJob j;
    j.id = std::move(id);
    j.made = made;
    j.reading = reading;
    j.collected = collected;
    j.flags = read_json(flags);
    j.records = db_.value<std::int64_t>("SELECT max(place) FROM item WHERE job = ?1", j.id).value_or(0);
    auto rows = db_.prepare("SELECT id, number, model, requests, worst, state, tried, staged, remote, status, done, failed, charged, day FROM part WHERE job = ?1 ORDER BY number");
    rows.bind(j.id);
    while (rows.step()) {
        BatchPart& p = j.parts.emplace_back();
        p.id = rows.column<std::int64_t>(0);
        p.number = rows.column<int>(1);
        p.model = rows.column<std::string>(2);
        p.requests = rows.column<long>(3);
        p.worst = rows.column<Nano>(4);
        p.state = state_named(rows.column<std::string_view>(5));
        p.tried = rows.column<std::int64_t>(6);
        p.staged = rows.column<std::string>(7);
        p.remote = rows.column<std::string>(8);
        p.status = rows.column<std::string>(9);
        p.done = rows.column<long>(10);
        p.failed = rows.column<long>(11);
        p.charged = rows.column<Nano>(12);
        p.day = rows.column<std::string>(13);
    }
    return j;
}

std::vector<BatchJob> BatchStore::jobs() {
    std::vector<std::tuple<std::string, std::int64_t, bool, bool, std::string>> found;
    {
        auto rows = db_.prepare("SELECT id, made, reading, collected IS NOT NULL, flags, pid, started, boot FROM job ORDER BY id");
        for (auto [id, made, reading, collected, flags, pid, started, boot] :
             rows.rows<std::string, std::int64_t, bool, bool, std::string, std::int64_t, std::int64_t, std::string>())
            if (!reading || ProcessId{pid, started, std::move(boot)}.alive()) found.emplace_back(std::move(id), made, reading, collected, std::move(flags));
    }
    std::vector<BatchJob> out;
    for (auto& [id, made, reading, collected, flags] : found) out.push_back(read(std::move(id), made, reading, collected, flags));
    return out;
}

BatchJob BatchStore::job(std::string_view id) {
    std::vector<BatchJob> all = jobs();
    if (id.empty()) {
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
        if (j.id == id) return std::move(j);
        ids.push_back(j.id);
    }
    const std::string near = nearest(id, ids);
    throw Error(Fault::usage, "there is no batch '{}'{}; llm-ask --batch status lists all", id, near.empty() ? "" : "; did you mean " + near + "?");
}

void BatchStore::drop(const std::string& job) {
    group_.reset();
    Transaction t{db_};
    db_.run("DELETE FROM item WHERE job = ?1", job);
    db_.run("DELETE FROM part WHERE job = ?1", job);
    db_.run("DELETE FROM job WHERE id = ?1", job);
    t.commit();
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

void BatchStore::save(const BatchPart& p) {
    db_.run("UPDATE part SET state = ?2, tried = ?3, staged = ?4, remote = ?5, status = ?6, done = ?7, failed = ?8, charged = ?9, day = ?10 WHERE id = ?1", p.id, name(p.state),
            p.tried, p.staged, p.remote, p.status, p.done, p.failed, p.charged, p.day);
}

bool BatchStore::knows(std::string_view remote) { return db_.value<std::int64_t>("SELECT 1 FROM part WHERE remote = ?1", remote).has_value(); }

void BatchStore::each_body(std::int64_t part, const std::function<void(std::int64_t, std::string_view)>& f) {
    auto rows = db_.prepare("SELECT place, body FROM item WHERE part = ?1 AND body IS NOT NULL ORDER BY place");
    rows.bind(part);
    while (rows.step()) f(rows.column<std::int64_t>(0), rows.column<std::string_view>(1));
}

void BatchStore::drop_bodies(std::int64_t part) { db_.run("UPDATE item SET body = NULL WHERE part = ?1", part); }

std::optional<std::string> BatchStore::open_line(const std::string& job, std::int64_t place, std::int64_t part) {
    return db_.value<std::string>("SELECT line FROM item WHERE job = ?1 AND place = ?2 AND part = ?3 AND answer IS NULL AND error IS NULL", job, place, part);
}

std::vector<std::int64_t> BatchStore::open_places(std::int64_t part) {
    std::vector<std::int64_t> out;
    auto rows = db_.prepare("SELECT place FROM item WHERE part = ?1 AND answer IS NULL AND error IS NULL ORDER BY place");
    rows.bind(part);
    while (rows.step()) out.push_back(rows.column<std::int64_t>(0));
    return out;
}

void BatchStore::answer(const std::string& job, std::int64_t place, std::string_view response) {
    db_.run("UPDATE item SET answer = ?3 WHERE job = ?1 AND place = ?2", job, place, response);
}

void BatchStore::fail(const std::string& job, std::int64_t place, std::string_view error) {
    db_.run("UPDATE item SET error = ?3 WHERE job = ?1 AND place = ?2", job, place, error);
}

void BatchStore::each_line(const std::string& job, const std::function<bool(std::int64_t, std::string_view, std::optional<std::string_view>, std::optional<std::string_view>)>& f) {
    auto rows = db_.prepare("SELECT place, line, answer, error FROM item WHERE job = ?1 ORDER BY place");
    rows.bind(job);
    while (rows.step())
        if (!f(rows.column<std::int64_t>(0), rows.column<std::string_view>(1), rows.column<std::optional<std::string_view>>(2), rows.column<std::optional<std::string_view>>(3))) break;
}

void BatchStore::set_collected(const std::string& job) { db_.run("UPDATE job SET collected = ?2 WHERE id = ?1 AND collected IS NULL", job, unix_microseconds()); }

std::filesystem::path batch_path(const Settings& settings, const Environment& environment) {
    const std::string path = settings.text("batch.path").value_or("");
    return path.empty() ? data_folder(environment) / "batch.db" : expand_home(path, environment);
}

}  // namespace llm
