/// Taking changes back, core blocks, and whether the present state is what the journal says.
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/utf8.hpp"
#include "index/index.hpp"
#include "mem/rows.hpp"

namespace llm {
namespace {

constexpr std::string_view block_columns = "v.label, v.value, v.about, v.bound, v.read_only, v.alive";

Block block_at(const Statement& row) {
    return {row.column<std::string>(0), row.column<std::string>(1), row.column<std::string>(2), row.column<std::int64_t>(3), row.column<bool>(4)};
}

}  // namespace

void MemStore::restore(const PassageVersion& wanted) {
    const std::optional<Passage> present = find(wanted.passage.id);
    if (!wanted.alive) {
        if (present) erase(present->id);
        return;
    }
    Passage p = wanted.passage;
    if (present) {
        write(p);
    } else {
        const std::int64_t space = space_to_write(p.space);
        p.version = put_version(p, true, space);
        show(p, space);
        db_.run("INSERT OR IGNORE INTO unembedded (passage) VALUES (?1)", p.id);
    }
    db_.run("UPDATE document SET hash = NULL WHERE id = ?1", p.document);
}

std::optional<std::int64_t> MemStore::last_in_force() {
    return db_.value<std::int64_t>("SELECT c.id FROM change c WHERE c.undoes IS NULL AND NOT EXISTS (SELECT 1 FROM change u WHERE u.undoes = c.id AND NOT EXISTS (SELECT 1 "
                                   "FROM change w WHERE w.undoes = u.id)) ORDER BY c.id DESC LIMIT 1");
}

std::int64_t MemStore::undo(std::int64_t change, std::string_view why) {
    writing();
    if (!this->change(change)) throw Error(Fault::usage, "there is no change {}; llm-mem history lists them", change);
    const auto later = [&](std::string_view sql) { return db_.value<std::int64_t>(sql, change); };
    // A change that was taken back twice over is in force again, so what counts is whether anything newer touched the same things.
    if (const auto by = later("SELECT c.id FROM change c WHERE c.undoes = ?1 AND NOT EXISTS (SELECT 1 FROM change u WHERE u.undoes = c.id AND NOT EXISTS "
                              "(SELECT 1 FROM change w WHERE w.undoes = u.id)) ORDER BY c.id DESC"))
        throw Error(Fault::usage, "change {} was taken back by change {} already; llm-mem undo {} brings it again", change, *by, *by);

    // Newer changes that cancel each other do not stand in the way: compared is the state, not the number of the version.
    const auto restored_to = [&](std::int64_t version_now, std::int64_t version_then) {
        return version_now == version_then ||
               db_.value<int>("SELECT 1 FROM version a, version b WHERE a.id = ?1 AND b.id = ?2 AND a.alive = b.alive AND a.space = b.space AND a.document = "
                              "b.document AND a.ordinal = b.ordinal AND a.text = b.text AND a.time = b.time AND a.until IS b.until AND a.tags IS b.tags AND "
                              "a.pinned = b.pinned AND a.parent IS b.parent AND a.ref IS b.ref AND a.extra IS b.extra AND a.first = b.first AND a.past = b.past",
                              version_now, version_then)
                   .has_value();
    };
    struct Step {
        std::int64_t passage, last_here, newest;
    };
    std::vector<Step> steps;
    {
        auto rows = db_.prepare("SELECT v.passage, max(v.id), (SELECT max(n.id) FROM version n WHERE n.passage = v.passage) FROM version v WHERE v.change = ?1 "
                                "GROUP BY v.passage");
        rows.bind(change);
        while (rows.step()) steps.push_back({rows.column<std::int64_t>(0), rows.column<std::int64_t>(1), rows.column<std::int64_t>(2)});
    }
    for (const Step& s : steps)
        if (!restored_to(s.newest, s.last_here))
            throw Error(Fault::usage, "change {} cannot be taken back: change {} touched passage {} after it; take that back first", change,
                        db_.value<std::int64_t>("SELECT change FROM version WHERE id = ?1", s.newest).value_or(0), s.passage);
    struct BlockStep {
        std::int64_t space;
        std::string label;
        std::int64_t newest_change;
    };
    std::vector<BlockStep> blocks;
    {
        auto rows = db_.prepare("SELECT DISTINCT v.space, v.label, (SELECT n.change FROM core_version n WHERE n.space = v.space AND n.label = v.label ORDER BY "
                                "n.id DESC LIMIT 1) FROM core_version v WHERE v.change = ?1");
        rows.bind(change);
        while (rows.step()) blocks.push_back({rows.column<std::int64_t>(0), rows.column<std::string>(1), rows.column<std::int64_t>(2)});
    }
    const auto as_left_here = [&](const BlockStep& b) {
        return db_.value<int>("SELECT 1 FROM core_version a, core_version b WHERE a.id = (SELECT max(id) FROM core_version WHERE space = ?1 AND label = ?2) AND b.id = "
                              "(SELECT max(id) FROM core_version WHERE space = ?1 AND label = ?2 AND change = ?3) AND a.alive = b.alive AND a.value = b.value AND "
                              "a.about = b.about AND a.bound = b.bound AND a.read_only = b.read_only",
                              b.space, b.label, change)
            .has_value();
    };
    for (const BlockStep& b : blocks)
        if (!as_left_here(b))
            throw Error(Fault::usage, "change {} cannot be taken back: change {} touched the core block '{}' after it; take that back first", change,
                        b.newest_change, b.label);

    begin("undo", why);
    undoes_ = change;
    change_row();
    for (const Step& s : steps) {
        const auto before = db_.value<std::int64_t>("SELECT max(id) FROM version WHERE passage = ?1 AND id < (SELECT min(id) FROM version WHERE passage = ?1 AND change = ?2)",
                                                    s.passage, change);
        if (before) restore(*version(*before));
        else erase(s.passage);
    }
    for (const BlockStep& b : blocks) {
        auto before = db_.prepare(fmt::format("SELECT {} FROM core_version v WHERE v.space = ?1 AND v.label = ?2 AND v.change < ?3 ORDER BY v.id DESC LIMIT 1", block_columns));
        before.bind(b.space, b.label, change);
        Block block;
        block.label = b.label;
        bool alive = false;
        if (before.step()) {
            block = block_at(before);
            alive = before.column<bool>(5);
        }
        before.reset();
        put_block(b.space, block, alive);
    }
    return change_;
}

std::optional<Block> MemStore::block(std::string_view space, std::string_view label) {
    auto row = db_.prepare(fmt::format("SELECT {} FROM core k JOIN core_version v ON v.id = k.version WHERE k.space = ?1 AND k.label = ?2", block_columns));
    row.bind(space_id(space), label);
    if (!row.step()) return std::nullopt;
    return block_at(row);
}

std::vector<Block> MemStore::blocks(std::string_view space) {
    std::vector<Block> out;
    auto rows = db_.prepare(fmt::format("SELECT {} FROM core k JOIN core_version v ON v.id = k.version WHERE k.space = ?1 ORDER BY k.label", block_columns));
    rows.bind(space_id(space));
    while (rows.step()) out.push_back(block_at(rows));
    return out;
}

void MemStore::put_block(std::int64_t space, const Block& b, bool alive) {
    db_.run("INSERT INTO core_version (change, space, label, alive, value, about, bound, read_only) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", change_row(),
            space, b.label, alive, b.value, b.about, b.bound, b.read_only);
    const std::int64_t version = db_.last_row();
    if (alive) db_.run("INSERT INTO core (space, label, version) VALUES (?1, ?2, ?3) ON CONFLICT (space, label) DO UPDATE SET version = excluded.version", space, b.label, version);
    else db_.run("DELETE FROM core WHERE space = ?1 AND label = ?2", space, b.label);
}

void MemStore::set_block(std::string_view space, const Block& b) {
    if (b.label.empty()) throw Error(Fault::data, "a core block needs a label");
    if (const auto size = static_cast<std::int64_t>(count_code_points(b.value)); size > b.bound)
        throw Error(Fault::data, "the core block '{}' holds at most {} characters, and this has {}; shorten it, or move something to the archive", b.label,
                    b.bound, size);
    put_block(space_to_write(space), b, true);
}

bool MemStore::erase_block(std::string_view space, std::string_view label) {
    writing();
    const std::optional<Block> b = block(space, label);
    if (!b) return false;
    put_block(space_id(space), *b, false);
    return true;
}

std::vector<std::string> MemStore::problems() {
    std::vector<std::string> out = db_.damage();
    const Snapshot view{db_};
    const auto tell = [&](std::string_view sql, std::string_view what) {
        auto rows = db_.prepare(sql);
        for (int shown = 0; shown < 10 && rows.step(); ++shown) out.push_back(fmt::format("passage {} {}", rows.column<std::int64_t>(0), what));
    };
    tell("SELECT p.id FROM passage p WHERE p.version <> (SELECT max(v.id) FROM version v WHERE v.passage = p.id)", "is not what its last version says");
    tell("SELECT p.id FROM passage p JOIN version v ON v.id = p.version WHERE NOT (v.alive AND v.passage = p.id AND v.space = p.space AND v.document = p.document "
         "AND v.ordinal = p.ordinal AND v.time = p.time AND v.until IS p.until AND v.tags IS p.tags AND v.pinned = p.pinned)",
         "differs from its version");
    tell("SELECT v.passage FROM version v WHERE v.id = (SELECT max(n.id) FROM version n WHERE n.passage = v.passage) AND v.alive AND NOT EXISTS (SELECT 1 FROM "
         "passage p WHERE p.id = v.passage)",
         "is alive in the journal and missing from the present");
    tell("SELECT p.id FROM passage p WHERE NOT EXISTS (SELECT 1 FROM passage_words_docsize w WHERE w.id = p.id)", "has no words in the index");
    tell("SELECT w.id FROM passage_words_docsize w WHERE NOT EXISTS (SELECT 1 FROM passage p WHERE p.id = w.id)", "is in the index of words and nowhere else");
    tell("SELECT p.id FROM passage p WHERE NOT EXISTS (SELECT 1 FROM unembedded u WHERE u.passage = p.id) AND NOT EXISTS (SELECT 1 FROM vector_row r JOIN "
         "vector_set s ON s.id = r.set_id WHERE r.row = p.id AND s.space = 'mem/' || p.space)",
         "has no vector");
    tell("SELECT r.row FROM vector_row r JOIN vector_set s ON s.id = r.set_id WHERE s.space GLOB 'mem/*' AND NOT EXISTS (SELECT 1 FROM passage p WHERE p.id = r.row "
         "AND s.space = 'mem/' || p.space)",
         "has a vector and nothing else");
    for (const SetInfo& set : index_sets(db_))
        if (set.key.space.starts_with("mem/"))
            for (std::string& problem : Index{db_, set.key}.problems()) out.push_back(std::move(problem));
    return out;
}

}  // namespace llm
