#include "mem/store.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"
#include "index/index.hpp"
#include "mem/rows.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <pwd.h>
#include <unistd.h>

namespace llm {
namespace {

using namespace mem_rows;

DatabaseOptions options_of(Access access) {
    DatabaseOptions o;
    o.durability = Durability::full;
    o.access = access;
    return o;
}

std::optional<std::string_view> filled(std::string_view text) {
    return text.empty() ? std::optional<std::string_view>{} : std::optional{text};
}

/// Where words of a passage are looked for beside its text.
std::string title_of(const Passage& p) {
    std::string title = p.parent;
    if (const std::string name = p.source.substr(p.source.find_last_of('/') + 1); !name.empty()) title += (title.empty() ? "" : " ") + name;
    for (const std::string& tag : p.tags) title += " " + tag;
    return title;
}

bool same(const Passage& a, const Passage& b) {
    return a.space == b.space && a.document == b.document && a.ordinal == b.ordinal && a.begin == b.begin && a.end == b.end && a.line == b.line &&
           a.parent == b.parent && a.ref == b.ref && a.text == b.text && a.time == b.time && a.until == b.until && a.tags == b.tags &&
           a.pinned == b.pinned && a.extra == b.extra;
}

std::int64_t hash_of(std::string_view text) { return static_cast<std::int64_t>(fast_hash(text)); }

}  // namespace

std::string vector_space_of(std::int64_t space) { return fmt::format("mem/{}", space); }

std::string author(const Environment& environment) {
    if (const auto who = environment.filled("LLMUTILS_WHO")) return *who;
    if (const passwd* user = ::getpwuid(::getuid()); user && user->pw_name && *user->pw_name) return user->pw_name;
    return environment.filled("USER").value_or("somebody");
}

MemStore::MemStore(const std::filesystem::path& path, Access access, MemOptions options)
    : db_(path, options_of(access)), options_(std::move(options)) {
    migrate(db_, {store_schema(), index_schema(), mem_schema()});
    // attempt() begins a savepoint for each record, and what it may have to roll back would be written to a file.
    if (access == Access::write) db_.script("PRAGMA temp_store = MEMORY");
}

MemStore::~MemStore() = default;

std::int64_t MemStore::space_id(std::string_view name) {
    if (const auto it = spaces_.find(name); it != spaces_.end()) return it->second;
    const std::int64_t id = db_.value<std::int64_t>("SELECT id FROM space WHERE name = ?1", name).value_or(0);
    if (id != 0) spaces_.emplace(name, id);
    return id;
}

std::int64_t MemStore::space_to_write(std::string_view name) {
    writing();
    if (const std::int64_t id = space_id(name); id != 0) return id;
    db_.run("INSERT INTO space (name) VALUES (?1)", name);
    return spaces_.emplace(name, db_.last_row()).first->second;
}

void MemStore::writing() {
    if (transaction_) return;
    transaction_.emplace(db_);
    spaces_.clear();  // what an earlier transaction made may have been rolled back
}

void MemStore::begin(std::string_view verb, std::string_view why) {
    writing();
    verb_ = verb;
    why_ = why;
    change_ = 0;
    undoes_ = 0;
}

void MemStore::settle() {
    if (!transaction_) return;
    if (before_commit_) before_commit_();
    transaction_->commit();
    transaction_.reset();
}

std::int64_t MemStore::change_row() {
    if (change_ != 0) return change_;
    if (verb_.empty()) throw Error(Fault::internal, "a passage was changed outside of a change");
    db_.run("INSERT INTO change (time, who, verb, why, undoes) VALUES (?1, ?2, ?3, ?4, ?5)", now(), options_.who, verb_, filled(why_),
            undoes_ != 0 ? std::optional{undoes_} : std::nullopt);
    return change_ = db_.last_row();
}

std::int64_t MemStore::document(std::string_view space, std::string_view key, std::string_view source) {
    const std::int64_t s = space_to_write(space);
    const auto id = db_.value<std::int64_t>("SELECT id FROM document WHERE space = ?1 AND key = ?2", s, key);
    if (!id) {
        db_.run("INSERT INTO document (space, key, source) VALUES (?1, ?2, ?3)", s, key, source);
        return db_.last_row();
    }
    if (db_.value<std::string>("SELECT source FROM document WHERE id = ?1", *id) == source) return *id;
    const std::vector<Passage> known = neighbours(*id, 0, std::numeric_limits<std::int64_t>::max());
    for (const Passage& p : known) forget_words(p);
    db_.run("UPDATE document SET source = ?2 WHERE id = ?1", *id, source);
    for (Passage p : known) {
        p.source = source;
        show_words(p);
    }
    return *id;
}

std::int64_t MemStore::put_version(const Passage& p, bool alive, std::int64_t space) {
    // What the document had stays the origin of whatever people make of it.
    std::vector<std::byte> origin;
    if (p.version != 0) origin = db_.value<std::vector<std::byte>>("SELECT origin FROM version WHERE id = ?1", p.version).value_or(std::vector<std::byte>{});
    if (origin.empty()) {
        const Sha256Sum sum = sha256(p.text);
        origin.resize(16);
        std::memcpy(origin.data(), sum.data(), origin.size());
    }
    db_.run("INSERT INTO version (change, passage, alive, space, document, ordinal, first, past, line, parent, ref, text, origin, time, until, tags, "
            "pinned, extra) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            change_row(), p.id, alive, space, p.document, p.ordinal, p.begin, p.end, p.line, filled(p.parent), filled(p.ref), p.text, origin, p.time,
            p.until, filled(tags_json(p.tags)), p.pinned, filled(p.extra));
    return db_.last_row();
}

void MemStore::forget_words(const Passage& p) {
    db_.run("INSERT INTO passage_words (passage_words, rowid, text, title) VALUES ('delete', ?1, ?2, ?3)", p.id, p.text, title_of(p));
}

void MemStore::show_words(const Passage& p) {
    db_.run("INSERT INTO passage_words (rowid, text, title) VALUES (?1, ?2, ?3)", p.id, p.text, title_of(p));
}

void MemStore::forget(const Passage& p) {
    forget_words(p);
    db_.run("DELETE FROM passage WHERE id = ?1", p.id);
    db_.run("DELETE FROM unembedded WHERE passage = ?1", p.id);
}

void MemStore::forget_vector(std::int64_t id, std::int64_t space) {
    for (const SetInfo& set : index_sets(db_, vector_space_of(space))) Index{db_, set.key}.remove(id);
}

void MemStore::show(const Passage& p, std::int64_t space) {
    db_.run("INSERT INTO passage (id, version, space, document, ordinal, hash, time, until, tags, pinned) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            p.id, p.version, space, p.document, p.ordinal, hash_of(p.text), p.time, p.until, filled(tags_json(p.tags)), p.pinned);
    show_words(p);
}

std::int64_t MemStore::write(Passage& p) {
    if (p.text.empty()) throw Error(Fault::data, "a passage cannot be empty; llm-mem rm removes it");
    std::ranges::sort(p.tags);
    p.tags.erase(std::unique(p.tags.begin(), p.tags.end()), p.tags.end());
    if (p.time == 0) p.time = now();
    const std::int64_t space = space_to_write(p.space);
    if (p.id == 0) {
        // Ids are never used again: a passage that went may come back.
        p.id = db_.value<std::int64_t>("SELECT max(passage) FROM version").value_or(0) + 1;
        p.version = put_version(p, true, space);
        show(p, space);
        db_.run("INSERT OR IGNORE INTO unembedded (passage) VALUES (?1)", p.id);
        return p.id;
    }
    const std::optional<Passage> old = find(p.id);
    if (!old) throw Error(Fault::usage, "there is no passage {}", p.id);
    p.version = old->version;
    if (same(*old, p)) return p.id;
    p.version = put_version(p, true, space);
    const bool embedded = !db_.value<int>("SELECT 1 FROM unembedded WHERE passage = ?1", p.id);
    forget(*old);
    show(p, space);
    if (old->space != p.space) forget_vector(p.id, space_id(old->space));
    if (!embedded || old->text != p.text || old->space != p.space) db_.run("INSERT OR IGNORE INTO unembedded (passage) VALUES (?1)", p.id);
    return p.id;
}

bool MemStore::erase(std::int64_t id) {
    writing();
    const std::optional<Passage> old = find(id);
    if (!old) return false;
    const std::int64_t space = space_to_write(old->space);
    put_version(*old, false, space);
    forget(*old);
    forget_vector(id, space);
    db_.run("UPDATE document SET hash = NULL WHERE id = ?1", old->document);
    return true;
}

bool MemStore::supersede(std::int64_t id, std::optional<std::int64_t> at) {
    writing();
    std::optional<Passage> p = find(id);
    if (!p) return false;
    p->until = at.value_or(now());
    write(*p);
    return true;
}

}  // namespace llm
