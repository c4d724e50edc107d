#include "cache/store.hpp"

#include "index/index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <tuple>

namespace llm {
namespace {

constexpr std::size_t uses_kept = 16'384;   // in memory, until they are written
constexpr std::int64_t row_overhead = 160;  // what an entry takes beside its texts, about

DatabaseOptions options_of(Access access) {
    DatabaseOptions o;
    o.durability = Durability::normal;
    o.access = access;
    return o;
}

bool in_time(std::int64_t created, const Wanted& wanted, std::int64_t now) {
    return (!wanted.max_age || created + *wanted.max_age >= now) && (!wanted.since || created >= *wanted.since) && (!wanted.until || created < *wanted.until);
}

}  // namespace

std::string vector_space(std::int64_t space, std::string_view fingerprint) {
    return fmt::format("cache/{}/{}", space, fingerprint);
}

CacheStore::CacheStore(const std::filesystem::path& path, Access access, Bounds bounds, Leases::Now now)
    : db_(path, options_of(access)), bounds_(bounds), now_(std::move(now)), leases_(db_, now_), owner_(unique_owner()),
      chance_(static_cast<unsigned>(fast_hash(owner_))) {
    migrate(db_, {store_schema(), index_schema(), cache_schema()});
}

CacheStore::~CacheStore() {
    try {
        close();
    } catch (...) {
        // Whoever wanted to know has called close().
    }
}

void CacheStore::reading() {
    if (!transaction_ && !snapshot_) snapshot_.emplace(db_);
}

void CacheStore::writing() {
    if (transaction_) return;
    if (snapshot_) {
        snapshot_.reset();  // a view cannot be written in; the transaction is a newer one
        for (auto& [name, space] : spaces_) space.fresh = false;
    }
    transaction_.emplace(db_);
    lease_table_used_ = db_.value<int>("SELECT 1 FROM lease LIMIT 1").has_value();
}

CacheStore::Space& CacheStore::space(std::string_view name) {
    auto it = spaces_.find(name);
    if (it == spaces_.end()) it = spaces_.emplace(std::string{name}, Space{}).first;
    Space& s = it->second;
    if (!s.fresh) {
        s.fresh = true;
        s.id = 0;
        auto row = db_.prepare("SELECT id, epoch FROM space WHERE name = ?1");
        row.borrow(name);
        if (row.step()) std::tie(s.id, s.epoch) = row.row<std::int64_t, std::int64_t>();
    }
    return s;
}

CacheStore::Space& CacheStore::space_to_write(std::string_view name) {
    writing();
    Space& s = space(name);
    if (s.id == 0) {
        db_.run("INSERT INTO space (name) VALUES (?1)", name);
        s.id = db_.last_row();
        s.epoch = 0;
    }
    return s;
}

std::int64_t CacheStore::space_id(std::string_view name) {
    reading();
    return space(name).id;
}

std::optional<CachedAnswer> CacheStore::find(const CacheKey& key, std::string_view name, const Lookup& want) {
    reading();
    const Space& s = space(name);
    if (s.id == 0) return std::nullopt;
    const std::int64_t now = now_();
    std::vector<std::int64_t> rows;
    CachedAnswer found;
    {
        auto entries = db_.prepare("SELECT id, key, epoch, kind, created, expires, cost FROM entry WHERE hash = ?1 ORDER BY sample");
        entries.borrow(key.hash());
        while (entries.step()) {
            const Bytes stored = entries.column<Bytes>(1);
            if (stored.size() != key.sum.size() || std::memcmp(stored.data(), key.sum.data(), stored.size()) != 0) continue;
            if (entries.column<std::int64_t>(2) != s.epoch) continue;
            const auto created = entries.column<std::int64_t>(4);
            const auto expires = entries.column<std::optional<std::int64_t>>(5);
            if (expires && *expires <= now) continue;
            if (!in_time(created, want.wanted, now)) continue;
            if (!want.wanted.tags.empty() && !has_any_tag(entries.column<std::int64_t>(0), want.wanted.tags)) continue;
            rows.push_back(entries.column<std::int64_t>(0));
            const bool error = entries.column<int>(3) == static_cast<int>(AnswerKind::error);
            if (rows.size() == 1 || error) found = {rows.back(), error ? AnswerKind::error : AnswerKind::response, created, {}, entries.column<std::optional<double>>(6)};
            if (want.samples <= 1 || error) break;
        }
    }
    if (rows.empty()) return std::nullopt;
    if (found.kind == AnswerKind::response && want.samples > 1) {
        if (rows.size() < static_cast<std::size_t>(want.samples)) return std::nullopt;
        found.row = rows[chance_() % rows.size()];
        found.created = db_.value<std::int64_t>("SELECT created FROM entry WHERE id = ?1", found.row).value_or(0);
    }
    auto answer = db_.prepare("SELECT answer FROM answer WHERE entry = ?1");
    answer.borrow(found.row);
    if (!answer.step()) return std::nullopt;
    found.answer = answer.column<std::string>(0);
    return found;
}

bool CacheStore::has_any_tag(std::int64_t row, const std::vector<std::string>& tags) {
    for (const std::string& tag : tags)
        if (db_.value<int>("SELECT 1 FROM entry_tag WHERE tag = ?1 AND entry = ?2", tag, row)) return true;
    return false;
}

bool CacheStore::is_live(std::int64_t row, const Wanted& wanted) {
    const std::int64_t now = now_();
    const auto created = db_.value<std::int64_t>("SELECT e.created FROM entry e JOIN space s ON s.id = e.space WHERE e.id = ?1 AND e.epoch = s.epoch "
                                                 "AND e.kind = 0 AND coalesce(e.expires, ?2 + 1) > ?2",
                                                 row, now);
    return created && in_time(*created, wanted, now) && (wanted.tags.empty() || has_any_tag(row, wanted.tags));
}

std::optional<CachedAnswer> CacheStore::read(std::int64_t row) {
    reading();
    if (!is_live(row)) return std::nullopt;
    auto answer = db_.prepare("SELECT e.created, a.answer, e.cost FROM entry e JOIN answer a ON a.entry = e.id WHERE e.id = ?1");
    answer.borrow(row);
    if (!answer.step()) return std::nullopt;
    return CachedAnswer{row, AnswerKind::response, answer.column<std::int64_t>(0), answer.column<std::string>(1), answer.column<std::optional<double>>(2)};
}

void CacheStore::make_findable(std::int64_t row, std::string_view fingerprint, std::string_view text) {
    writing();
    db_.run("UPDATE entry SET fingerprint = ?2 WHERE id = ?1", row, fingerprint);
    db_.run("UPDATE answer SET question = ?2 WHERE entry = ?1", row, text);
}

std::int64_t CacheStore::put(const NewAnswer& a) {
    Space& s = space_to_write(a.space);
    if (lease_table_used_) leases_.release(a.key.hex());
    const std::int64_t now = now_();
    const std::int64_t created = a.created.value_or(now);
    const std::int64_t bytes = static_cast<std::int64_t>(a.answer.size() + a.question.size()) + row_overhead;

    std::int64_t row = 0, old_bytes = 0, sample = 0, held = 0, last = 0;
    bool same_key = true;
    {
        auto entries = db_.prepare("SELECT id, sample, key, epoch, kind, expires, bytes FROM entry WHERE hash = ?1 ORDER BY sample");
        entries.borrow(a.key.hash());
        while (entries.step()) {
            sample = entries.column<std::int64_t>(1) + 1;
            const Bytes stored = entries.column<Bytes>(2);
            const bool same = stored.size() == a.key.sum.size() && std::memcmp(stored.data(), a.key.sum.data(), stored.size()) == 0;
            const auto expires = entries.column<std::optional<std::int64_t>>(5);
            const bool stale = !same || entries.column<std::int64_t>(3) != s.epoch || entries.column<int>(4) != static_cast<int>(AnswerKind::response) ||
                               (expires && *expires <= now);
            if (!stale) ++held;
            if ((stale && row == 0) || a.samples <= 1) {
                row = entries.column<std::int64_t>(0);
                old_bytes = entries.column<std::int64_t>(6);
                last = entries.column<std::int64_t>(1);
                same_key = same;
                if (a.samples <= 1) break;
            }
        }
    }
    if (a.kind == AnswerKind::error && held > 0) return 0;  // a failure never displaces an answer
    if (a.samples > 1 && held >= a.samples) return 0;

    const auto key = std::as_bytes(std::span(a.key.sum));
    const auto kind = static_cast<int>(a.kind);
    const auto model = a.model.empty() ? std::optional<std::string_view>{} : a.model;
    const auto question = a.question.empty() ? std::optional<std::string_view>{} : a.question;
    if (row != 0 && !same_key) {
        remove(row);
        sample = last;
        row = 0;
    }
    if (row != 0) {
        db_.run("UPDATE entry SET epoch = ?2, kind = ?3, created = ?4, expires = ?5, cost = ?6, bytes = ?7, model = ?8 WHERE id = ?1", row, s.epoch,
                kind, created, a.expires, a.cost, bytes, model);
        // What was learned of another answer says nothing about this one.
        if (db_.run("UPDATE answer SET question = coalesce(question, ?2), answer = ?3 WHERE entry = ?1 AND answer IS NOT ?3", row, question, a.answer) > 0)
            db_.run("DELETE FROM decision WHERE entry = ?1", row);
        db_.run("DELETE FROM entry_tag WHERE entry = ?1", row);
        s.bytes += bytes - old_bytes;
    } else {
        db_.run("INSERT INTO entry (hash, sample, key, space, epoch, kind, created, expires, cost, bytes, model) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                a.key.hash(), sample, key, s.id, s.epoch, kind, created, a.expires, a.cost, bytes, model);
        row = db_.last_row();
        db_.run("INSERT INTO answer VALUES (?1, ?2, ?3)", row, question, a.answer);
        ++s.entries;
        s.bytes += bytes;
    }
    for (const std::string& tag : a.tags) db_.run("INSERT OR IGNORE INTO entry_tag VALUES (?1, ?2)", tag, row);
    return row;
}

void CacheStore::remove(std::int64_t row) {
    writing();
    std::int64_t space_id = 0, bytes = 0;
    std::optional<std::string> fingerprint;
    {
        auto entry = db_.prepare("SELECT space, bytes, fingerprint FROM entry WHERE id = ?1");
        entry.borrow(row);
        if (!entry.step()) return;
        std::tie(space_id, bytes, fingerprint) = entry.row<std::int64_t, std::int64_t, std::optional<std::string>>();
    }
    if (fingerprint)
        for (const SetInfo& set : index_sets(db_, vector_space(space_id, *fingerprint))) Index(db_, set.key).remove(row);
    db_.run("DELETE FROM entry WHERE id = ?1", row);
    db_.run("UPDATE space SET entries = entries - 1, bytes = bytes - ?2 WHERE id = ?1", space_id, bytes);
}

void CacheStore::count(std::string_view name, Outcome outcome, std::int64_t row, std::optional<double> saved) {
    auto it = spaces_.find(name);
    if (it == spaces_.end()) it = spaces_.emplace(std::string{name}, Space{}).first;
    Space& s = it->second;
    switch (outcome) {
        case Outcome::exact: ++s.exact; break;
        case Outcome::semantic: ++s.semantic; break;
        case Outcome::missed: ++s.missed; break;
        case Outcome::refused: ++s.missed, ++s.refused; break;
    }
    s.saved += saved.value_or(0);
    if (row == 0) return;
    Use& use = uses_[row];
    ++use.hits;
    use.used = now_();
}

void CacheStore::announce(const CacheKey& key, std::chrono::milliseconds span) {
    if (span.count() > 0) announced_.emplace_back(key, span);
}

bool CacheStore::lease(const CacheKey& key, std::chrono::milliseconds span) {
    settle();
    return leases_.acquire(key.hex(), owner_, span);
}

void CacheStore::release(const CacheKey& key) {
    writing();
    if (lease_table_used_) leases_.release(key.hex());
}

void CacheStore::settle() {
    if (db_.access() == Access::read) uses_.clear();
    if (!announced_.empty() && db_.access() == Access::write) {
        writing();
        for (const auto& [key, span] : announced_) leases_.acquire(key.hex(), owner_, span);
        announced_.clear();
    }
    if (uses_.size() >= uses_kept || !decided_.empty()) writing();
    if (transaction_) {
        write_decisions();
        write_counts();
        write_sums();
        transaction_->commit();
        transaction_.reset();
    }
    snapshot_.reset();
    for (auto& [name, space] : spaces_) space.fresh = false;
}

void CacheStore::close() {
    const bool counts = !uses_.empty() || std::ranges::any_of(spaces_, [](const auto& s) { return s.second.missed > 0; });
    if (counts && db_.access() == Access::write) writing();
    settle();
}

}  // namespace llm
