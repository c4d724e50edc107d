#include "base/json.hpp"
#include "mem/rows.hpp"

#include <fmt/format.h>

namespace llm {

using namespace mem_rows;

namespace {

constexpr std::string_view change_columns =
    "c.id, c.time, c.who, c.verb, c.why, coalesce(c.undoes, 0), (SELECT count(*) FROM version w WHERE w.change = c.id) + (SELECT count(*) FROM "
    "core_version w WHERE w.change = c.id)";

Change change_at(const Statement& row, int at = 0) {
    Change c;
    c.id = row.column<std::int64_t>(at++);
    c.time = row.column<std::int64_t>(at++);
    c.who = row.column<std::string>(at++);
    c.verb = row.column<std::string>(at++);
    c.why = row.column<std::string>(at++);
    c.undoes = row.column<std::int64_t>(at++);
    c.size = row.column<std::int64_t>(at++);
    return c;
}

std::vector<PassageVersion> past(Database& db, std::string_view condition, std::int64_t value) {
    std::vector<PassageVersion> out;
    auto rows = db.prepare(fmt::format("SELECT {}, v.alive, {} FROM version v{}JOIN change c ON c.id = v.change WHERE {} ORDER BY v.id", version_columns,
                                       change_columns, version_joins, condition));
    rows.bind(value);
    while (rows.step()) {
        PassageVersion v;
        v.passage = passage_at(rows);
        v.alive = rows.column<bool>(version_width);
        v.change = change_at(rows, version_width + 1);
        out.push_back(std::move(v));
    }
    return out;
}

std::string present(std::string_view rest) {
    return fmt::format("SELECT {} FROM passage p JOIN version v ON v.id = p.version{}WHERE {}", version_columns, version_joins, rest);
}

}  // namespace

std::optional<Passage> MemStore::find(std::int64_t id) {
    static const std::string sql = present("p.id = ?1");
    auto row = db_.prepare(sql);
    row.borrow(id);
    if (!row.step()) return std::nullopt;
    return passage_at(row);
}

std::vector<Passage> MemStore::find_ref(std::string_view space, std::string_view ref) {
    std::vector<Passage> out;
    const std::int64_t s = space_id(space);
    if (s == 0) return out;
    const std::string quoted = dump(Json(std::string{ref}));
    // A record's id is the key of its document, so this is one look into an index.
    auto rows = db_.prepare(present("p.document IN (SELECT id FROM document WHERE space = ?1 AND key IN ('id:' || ?2, 'id:' || ?3)) ORDER BY p.ordinal"));
    rows.borrow(s, ref, quoted);
    while (rows.step()) out.push_back(passage_at(rows));
    return out;
}

void MemStore::each(const PassageSelection& selection, From from, const std::function<bool(const Passage&)>& each) {
    const Snapshot view{db_};
    auto rows = db_.prepare(present(fmt::format("{} ORDER BY p.id {}", selected, from == From::newest ? "DESC" : "ASC")));
    if (!bind_selection(rows, *this, selection)) return;
    while (rows.step())
        if (!each(passage_at(rows))) return;
}

std::vector<Passage> MemStore::neighbours(std::int64_t document, std::int64_t first, std::int64_t last) {
    static const std::string sql = present("p.document = ?1 AND p.ordinal BETWEEN ?2 AND ?3 ORDER BY p.ordinal, p.id");
    std::vector<Passage> out;
    auto rows = db_.prepare(sql);
    rows.borrow(document, first, last);
    while (rows.step()) out.push_back(passage_at(rows));
    return out;
}

std::vector<PassageVersion> MemStore::history(std::int64_t passage) { return past(db_, "v.passage = ?1", passage); }

std::vector<PassageVersion> MemStore::versions_of(std::int64_t change) { return past(db_, "v.change = ?1", change); }

std::optional<PassageVersion> MemStore::version(std::int64_t id) {
    std::vector<PassageVersion> found = past(db_, "v.id = ?1", id);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::vector<Change> MemStore::changes(std::size_t limit, std::optional<std::int64_t> passage) {
    std::vector<Change> out;
    auto rows = db_.prepare(fmt::format("SELECT {} FROM change c WHERE ?1 IS NULL OR EXISTS (SELECT 1 FROM version v WHERE v.change = c.id AND v.passage = ?1) "
                                        "ORDER BY c.id DESC LIMIT ?2",
                                        change_columns));
    rows.bind(passage, static_cast<std::int64_t>(limit));
    while (rows.step()) out.push_back(change_at(rows));
    return out;
}

std::optional<Change> MemStore::change(std::int64_t id) {
    auto row = db_.prepare(fmt::format("SELECT {} FROM change c WHERE c.id = ?1", change_columns));
    row.bind(id);
    if (!row.step()) return std::nullopt;
    return change_at(row);
}

std::int64_t MemStore::count(std::optional<std::string_view> space) {
    if (!space) return db_.value<std::int64_t>("SELECT count(*) FROM passage").value_or(0);
    return db_.value<std::int64_t>("SELECT count(*) FROM passage WHERE space = ?1", space_id(*space)).value_or(0);
}

std::vector<std::string> MemStore::spaces() {
    std::vector<std::string> out;
    auto rows = db_.prepare("SELECT name FROM space ORDER BY name");
    while (rows.step()) out.push_back(rows.column<std::string>(0));
    return out;
}

}  // namespace llm
