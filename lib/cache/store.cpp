#include "cache/store.hpp"

#include "base/error.hpp"
#include "index/index.hpp"
#include "record/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <tuple>

namespace llm {
namespace {

constexpr std::size_t uses_kept = 16'384;  // in memory, until they are written

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

bool is_whole(std::string_view answer, std::optional<std::int64_t> hash) {
    if (hash) return static_cast<std::int64_t>(fast_hash(answer)) == *hash;
    Scan s;
    scan(answer, s);
    return s.kind == Scan::Kind::object;
}

bool is_whole_question(std::optional<std::string_view> question, std::optional<std::int64_t> hash) {
    return !hash || (question && static_cast<std::int64_t>(fast_hash(*question)) == *hash);
}

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
        auto entries = db_.prepare("SELECT id, key, epoch, kind, created, expires, cost FROM entry WHERE hash = ?1 AND space = ?2 ORDER BY sample");
        entries.borrow(key.hash(), s.id);
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
    auto answer = answer_in(found.row);
    if (!answer) return std::nullopt;
    found.answer = std::move(*answer);
    return found;
}

std::optional<std::string> CacheStore::answer_in(std::int64_t row) {
    reading();
    auto found = db_.prepare("SELECT answer, hash, question, question_hash FROM answer WHERE entry = ?1");
    found.borrow(row);
    if (!found.step()) return std::nullopt;
    const auto answer = found.column<std::string_view>(0);
    const bool same_question = is_whole_question(found.column<std::optional<std::string_view>>(2), found.column<std::optional<std::int64_t>>(3));
    if (same_question && is_whole(answer, found.column<std::optional<std::int64_t>>(1))) return std::string{answer};
    if (!std::exchange(warned_, true) && warn_) {
        const auto key = db_.value<std::string>("SELECT lower(hex(substr(key, 1, 6))) FROM entry WHERE id = ?1", row);
        warn_(fmt::format("the {} under {} in {} is damaged and counts as a miss; llm-cache verify finds everything that is", same_question ? "answer" : "question", key.value_or("?"),
                          db_.path().string()));
    }
    return std::nullopt;
}

std::vector<std::int64_t> CacheStore::rows_of(const CacheKey& key, std::string_view name, const Wanted& wanted) {
    reading();
    std::vector<std::int64_t> out;
    const std::int64_t id = space(name).id;
    if (id == 0) return out;
    for (const Slot& slot : slots_of(key, id))
        if (slot.same_key && is_live(slot.row, wanted)) out.push_back(slot.row);
    return out;
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
    auto answer = answer_in(row);
    if (!answer) return std::nullopt;
    auto entry = db_.prepare("SELECT created, cost FROM entry WHERE id = ?1");
    entry.borrow(row);
    if (!entry.step()) return std::nullopt;
    return CachedAnswer{row, AnswerKind::response, entry.column<std::int64_t>(0), std::move(*answer), entry.column<std::optional<double>>(1)};
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
    if (span.count() > 0 && !stopped_) announced_.emplace_back(key, span);
}

bool CacheStore::lease(const CacheKey& key, std::chrono::milliseconds span) {
    settle();
    return stopped_ || leases_.acquire(key.hex(), owner_, span);
}

void CacheStore::release(const CacheKey& key) {
    if (stopped_) return;
    writing();
    if (lease_table_used_) leases_.release(key.hex());
}

void CacheStore::settle() {
    if (stopped_ || db_.access() == Access::read) {
        uses_.clear();
        announced_.clear();
        decided_.clear();
    }
    if (!announced_.empty()) {
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
        written_.clear();
    }
    snapshot_.reset();
    for (auto& [name, space] : spaces_) space.fresh = false;
}

void CacheStore::close() {
    const bool counts = !uses_.empty() || std::ranges::any_of(spaces_, [](const auto& s) { return s.second.missed > 0; });
    if (counts && !stopped_ && db_.access() == Access::write) writing();
    if (transaction_ && lease_table_used_) leases_.sweep();
    settle();
}

void CacheStore::stop_writing() noexcept {
    stopped_ = true;
    transaction_.reset();
    snapshot_.reset();
    spaces_.clear();
}

}  // namespace llm
