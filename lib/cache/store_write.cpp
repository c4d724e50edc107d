/// What changes entries.
#include "cache/store.hpp"

#include "base/error.hpp"
#include "index/index.hpp"

#include <fmt/format.h>

#include <cstring>
#include <tuple>

namespace llm {
namespace {

constexpr std::int64_t row_overhead = 160;  // what an entry takes beside its texts, about

/// f32 and codes, and what stands around them, about.
constexpr std::int64_t vector_size(int dimension) { return std::int64_t{5} * dimension + 64; }

std::int64_t size_of(const NewAnswer& a) { return static_cast<std::int64_t>(a.answer.size() + a.question.size()) + row_overhead; }

std::int64_t hash_of(std::string_view text) { return static_cast<std::int64_t>(fast_hash(text)); }
std::optional<std::int64_t> hash_of_some(std::optional<std::string_view> text) { return text ? std::optional{hash_of(*text)} : std::nullopt; }

}  // namespace

std::vector<CacheStore::Slot> CacheStore::slots_of(const CacheKey& key, std::int64_t space) {
    std::vector<Slot> out;
    auto entries = db_.prepare("SELECT id, sample, key, epoch, kind, expires, created, bytes, vector_bytes, space FROM entry WHERE hash = ?1 ORDER BY sample");
    entries.borrow(key.hash());
    while (entries.step()) {
        const Bytes stored = entries.column<Bytes>(2);
        Slot s;
        s.row = entries.column<std::int64_t>(0);
        s.sample = entries.column<std::int64_t>(1);
        s.same_key = entries.column<std::int64_t>(9) == space && stored.size() == key.sum.size() && std::memcmp(stored.data(), key.sum.data(), stored.size()) == 0;
        s.epoch = entries.column<std::int64_t>(3);
        s.kind = entries.column<int>(4);
        s.expires = entries.column<std::optional<std::int64_t>>(5);
        s.created = entries.column<std::int64_t>(6);
        s.bytes = entries.column<std::int64_t>(7);
        s.vector_bytes = entries.column<std::int64_t>(8);
        out.push_back(s);
    }
    return out;
}

bool CacheStore::is_live(const Slot& slot, const Space& s) const {
    return slot.same_key && slot.epoch == s.epoch && slot.kind == static_cast<int>(AnswerKind::response) && (!slot.expires || *slot.expires > now_());
}

std::int64_t CacheStore::put(const NewAnswer& a) {
    Space& s = space_to_write(a.space);
    if (lease_table_used_) leases_.release(a.key.hex());
    std::optional<Slot> chosen;
    std::int64_t next = 0;
    long held = 0;
    for (const Slot& slot : slots_of(a.key, s.id)) {
        const bool live = is_live(slot, s);
        held += live;
        next = slot.sample + 1;
        if (!chosen && (!live || a.samples <= 1)) chosen = slot;
        if (a.samples <= 1) break;
    }
    if (a.kind == AnswerKind::error && held > 0) return 0;  // a failure never displaces an answer
    if (a.samples > 1 && held >= a.samples) return 0;
    if (!chosen) {
        chosen.emplace();
        chosen->sample = next;
    }
    return write(a, s, *chosen);
}

std::int64_t CacheStore::restore(const NewAnswer& a) {
    Space& s = space_to_write(a.space);
    Slot chosen;
    chosen.sample = a.sample;
    for (const Slot& slot : slots_of(a.key, s.id)) {
        if (slot.sample != a.sample) continue;
        if (is_live(slot, s) && slot.created >= a.created.value_or(now_())) return 0;
        chosen = slot;
    }
    return write(a, s, chosen);
}

bool CacheStore::is_too_large(const NewAnswer& a) const { return bounds_.bytes && static_cast<std::uint64_t>(size_of(a)) > *bounds_.bytes; }

bool CacheStore::has_whole_question(std::int64_t row) {
    auto found = db_.prepare("SELECT question, question_hash FROM answer WHERE entry = ?1");
    found.borrow(row);
    return !found.step() || is_whole_question(found.column<std::optional<std::string_view>>(0), found.column<std::optional<std::int64_t>>(1));
}

std::int64_t CacheStore::write(const NewAnswer& a, Space& s, const Slot& slot) {
    const std::int64_t created = a.created.value_or(now_());
    const std::int64_t bytes = size_of(a);
    const std::int64_t hash = hash_of(a.answer);
    const auto key = std::as_bytes(std::span(a.key.sum));
    const auto kind = static_cast<int>(a.kind);
    const auto or_null = [](std::string_view text) { return text.empty() ? std::optional<std::string_view>{} : text; };
    std::int64_t row = slot.row;
    if (row != 0 && (!slot.same_key || !has_whole_question(row))) {
        remove(row);
        row = 0;
    }
    if (row != 0) {
        // The key is the same, so is the question: vectors stay, and with them what they stand for.
        const bool placed = slot.vector_bytes > 0;
        const auto fingerprint = placed ? std::nullopt : or_null(a.fingerprint);
        const auto question = placed ? std::nullopt : or_null(a.question);
        db_.run("UPDATE entry SET epoch = ?2, kind = ?3, created = ?4, expires = ?5, cost = ?6, bytes = ?7, model = ?8, "
                "fingerprint = coalesce(?9, fingerprint) WHERE id = ?1",
                row, s.epoch, kind, created, a.expires, a.cost, bytes + slot.vector_bytes, or_null(a.model), fingerprint);
        // What was learned of another answer says nothing about this one.
        if (db_.run("UPDATE answer SET answer = ?2 WHERE entry = ?1 AND answer IS NOT ?2", row, a.answer) > 0)
            db_.run("DELETE FROM decision WHERE entry = ?1", row);
        db_.run("UPDATE answer SET question = coalesce(?2, question), question_hash = coalesce(?3, question_hash), hash = ?4 WHERE entry = ?1", row, question,
                hash_of_some(question), hash);
        db_.run("DELETE FROM entry_tag WHERE entry = ?1", row);
        s.bytes += bytes + slot.vector_bytes - slot.bytes;
    } else {
        db_.run("INSERT INTO entry (hash, sample, key, space, epoch, kind, created, expires, cost, bytes, model, fingerprint) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                a.key.hash(), slot.sample, key, s.id, s.epoch, kind, created, a.expires, a.cost, bytes, or_null(a.model), or_null(a.fingerprint));
        row = db_.last_row();
        db_.run("INSERT INTO answer (entry, question, question_hash, answer, hash) VALUES (?1, ?2, ?3, ?4, ?5)", row, or_null(a.question), hash_of_some(or_null(a.question)), a.answer,
                hash);
        ++s.entries;
        s.bytes += bytes;
    }
    written_.insert(row);
    for (const std::string& tag : a.tags) db_.run("INSERT OR IGNORE INTO entry_tag VALUES (?1, ?2)", tag, row);
    return row;
}

void CacheStore::make_findable(std::int64_t row, std::string_view fingerprint, std::string_view text) {
    writing();
    db_.run("UPDATE entry SET fingerprint = ?2 WHERE id = ?1 AND fingerprint IS NOT ?2", row, fingerprint);
    db_.run("UPDATE answer SET question = ?2, question_hash = ?3 WHERE entry = ?1 AND (question IS NOT ?2 OR question_hash IS NOT ?3)", row, text, hash_of(text));
}

void CacheStore::count_vectors(std::int64_t row) {
    writing();
    std::string name;
    std::int64_t space = 0, before = 0, after = 0;
    std::string fingerprint;
    {
        auto entry = db_.prepare("SELECT s.id, s.name, coalesce(e.fingerprint, ''), e.vector_bytes FROM entry e JOIN space s ON s.id = e.space WHERE e.id = ?1");
        entry.borrow(row);
        if (!entry.step()) return;
        std::tie(space, name, fingerprint, before) = entry.row<std::int64_t, std::string, std::string, std::int64_t>();
    }
    for (const SetInfo& set : index_sets(db_, vector_space(space, fingerprint)))
        if (Index(db_, set.key).contains(row)) after += vector_size(set.key.dimension);
    if (after == before) return;
    db_.run("UPDATE entry SET vector_bytes = ?2, bytes = bytes + ?3 WHERE id = ?1", row, after, after - before);
    this->space(name).bytes += after - before;
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
        for (const SetInfo& set : index_sets(db_, vector_space(space_id, *fingerprint))) {
            Index vectors(db_, set.key);
            vectors.remove(row);
            if (vectors.count() == 0) drop_index(db_, set.key);
        }
    db_.run("DELETE FROM entry WHERE id = ?1", row);
    db_.run("UPDATE space SET entries = entries - 1, bytes = bytes - ?2 WHERE id = ?1", space_id, bytes);
}

void CacheStore::forget_leases() {
    writing();
    leases_.sweep();
    settle();
}

void CacheStore::give_back_space() {
    settle();
    const auto pages = db_.value<std::int64_t>("PRAGMA page_count").value_or(0), free = db_.value<std::int64_t>("PRAGMA freelist_count").value_or(0);
    if (free * 4 < pages) return;
    db_.script("VACUUM");
    db_.checkpoint();
}

}  // namespace llm
