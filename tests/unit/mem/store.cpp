#include "mem/store.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <map>
#include <random>

using namespace llm;

namespace {

struct StoredMemory {
    std::int64_t now = 1'700'000'000'000;
    MemStore store{":memory:", Access::write, {.who = "anna", .now = [this] { return now++; }}};

    std::int64_t add(const std::string& text, std::string_view space = default_space) {
        store.begin("add");
        Passage p;
        p.space = space;
        p.document = store.document(space, "k:" + text, "notes.md");
        p.source = "notes.md";
        p.text = text;
        const std::int64_t id = store.write(p);
        store.settle();
        return id;
    }
    void edit(std::int64_t id, const std::string& text, std::string_view why = {}) {
        store.begin("edit", why);
        Passage p = store.find(id).value();
        p.text = text;
        store.write(p);
        store.settle();
    }
    std::string text(std::int64_t id) {
        const auto p = store.find(id);
        return p ? p->text : "";
    }
};

}  // namespace

TEST_CASE("mem: a change is a version with who, when and why") {
    StoredMemory m;
    const std::int64_t id = m.add("The can is in the shed.");
    m.edit(id, "The can is in the cellar.", "moved");
    const std::vector<PassageVersion> past = m.store.history(id);
    REQUIRE(past.size() == 2);
    CHECK(past[0].passage.text == "The can is in the shed.");
    CHECK(past[0].change.verb == "add");
    CHECK(past[1].passage.text == "The can is in the cellar.");
    CHECK(past[1].change.who == "anna");
    CHECK(past[1].change.why == "moved");
    CHECK(past[1].change.time > past[0].change.time);
    CHECK(m.store.problems().empty());
}

TEST_CASE("mem: writing what is there already is no version") {
    StoredMemory m;
    const std::int64_t id = m.add("one");
    m.edit(id, "one");
    CHECK(m.store.history(id).size() == 1);
    CHECK(m.store.changes(10).size() == 1);
}

TEST_CASE("mem: ids are never used again") {
    StoredMemory m;
    const std::int64_t a = m.add("a");
    m.store.begin("rm");
    CHECK(m.store.erase(a));
    CHECK_FALSE(m.store.erase(a));
    m.store.settle();
    CHECK(m.add("b") > a);
    CHECK_FALSE(m.store.find(a));
}

TEST_CASE("mem: any one change can be taken back, and that too") {
    StoredMemory m;
    const std::int64_t a = m.add("a1"), b = m.add("b1");
    m.edit(a, "a2");
    const std::int64_t edited = m.store.changed();
    m.edit(b, "b2");
    const std::int64_t undone = m.store.undo(edited);
    m.store.settle();
    CHECK(m.text(a) == "a1");
    CHECK(m.text(b) == "b2");
    m.store.undo(undone);
    m.store.settle();
    CHECK(m.text(a) == "a2");
    CHECK(m.store.last_in_force().value() != undone);
}

TEST_CASE("mem: an undo that would lose a later change names it") {
    StoredMemory m;
    const std::int64_t a = m.add("a1");
    m.edit(a, "a2");
    const std::int64_t second = m.store.changed();
    m.edit(a, "a3");
    const std::int64_t third = m.store.changed();
    try {
        m.store.undo(second);
        FAIL("it was taken back");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::usage);
        CHECK_THAT(std::string{e.what()}, contains("change " + std::to_string(third)));
    }
    m.store.undo(third);
    m.store.undo(second);
    m.store.settle();
    CHECK(m.text(a) == "a1");
}

TEST_CASE("mem: what is taken back twice is refused with the change that did it") {
    StoredMemory m;
    m.add("a");
    const std::int64_t added = m.store.changed();
    const std::int64_t by = m.store.undo(added);
    try {
        m.store.undo(added);
        FAIL("it was taken back again");
    } catch (const Error& e) {
        CHECK_THAT(std::string{e.what()}, contains("change " + std::to_string(by)));
    }
}

TEST_CASE("mem: any sequence of edits and undos equals replaying the journal") {
    std::mt19937 chance{7};
    for (int round = 0; round < 20; ++round) {
        StoredMemory m;
        std::vector<std::int64_t> ids, changes;
        // What should be there after each change, kept by a model that knows nothing of the store.
        std::map<std::int64_t, std::string> now;
        std::map<std::int64_t, std::map<std::int64_t, std::pair<std::optional<std::string>, std::optional<std::string>>>> did;  // change → id → before, after
        const auto note = [&](std::int64_t id, std::optional<std::string> after) {
            const auto before = now.contains(id) ? std::optional{now[id]} : std::nullopt;
            if (after) now[id] = *after;
            else now.erase(id);
            did[m.store.changed()][id] = {before, after};
            changes.push_back(m.store.changed());
        };
        for (int step = 0; step < 60; ++step) {
            const auto pick = [&chance](std::size_t n) { return static_cast<std::size_t>(chance() % n); };
            const auto what = chance() % 10;
            if (ids.empty() || what < 3) {
                const std::string text = "text " + std::to_string(step);
                ids.push_back(m.add(text));
                note(ids.back(), text);
            } else if (what < 6) {
                const std::int64_t id = ids[pick(ids.size())];
                if (!now.contains(id)) continue;
                const std::string text = "edit " + std::to_string(step);
                m.edit(id, text);
                note(id, text);
            } else if (what < 7) {
                const std::int64_t id = ids[pick(ids.size())];
                if (!now.contains(id)) continue;
                m.store.begin("rm");
                m.store.erase(id);
                m.store.settle();
                note(id, std::nullopt);
            } else {
                const std::int64_t change = changes[pick(changes.size())];
                const auto& touched = did[change];
                bool possible = true;
                for (const auto& [id, states] : touched) {
                    const auto present = now.contains(id) ? std::optional{now[id]} : std::nullopt;
                    possible = possible && present == states.second;
                }
                std::int64_t own = 0;
                try {
                    own = m.store.undo(change);
                    m.store.settle();
                } catch (const Error& e) {
                    REQUIRE(e.fault == Fault::usage);
                    m.store.settle();
                    continue;  // taken back already, or overtaken
                }
                REQUIRE(possible);
                const auto before = touched;
                for (const auto& [id, states] : before) {
                    did[own][id] = {states.second, states.first};
                    if (states.first) now[id] = *states.first;
                    else now.erase(id);
                }
                changes.push_back(own);
            }
        }
        std::map<std::int64_t, std::string> present, replayed;
        m.store.each({}, MemStore::From::oldest, [&](const Passage& p) {
            present[p.id] = p.text;
            return true;
        });
        for (const std::int64_t id : ids) {
            const PassageVersion last = m.store.history(id).back();
            if (last.alive) replayed[id] = last.passage.text;
        }
        CHECK(present == now);
        CHECK(replayed == now);
        for (const std::string& problem : m.store.problems()) FAIL(problem);
    }
}

TEST_CASE("mem: a superseded fact stays with the time until which it held") {
    StoredMemory m;
    const std::int64_t a = m.add("Anna lives in Rome.");
    m.store.begin("learn");
    CHECK(m.store.supersede(a, 1'700'000'500'000));
    m.store.settle();
    CHECK(m.store.find(a)->until == 1'700'000'500'000);
    m.store.undo(m.store.changed());
    CHECK_FALSE(m.store.find(a)->until);
}

TEST_CASE("mem: core blocks are bounded, versioned and can be taken back") {
    StoredMemory m;
    m.store.begin("core");
    m.store.set_block("default", {"persona", "I am kind.", "", 20, false});
    m.store.settle();
    m.store.begin("core");
    CHECK_THROWS_AS(m.store.set_block("default", {"persona", std::string(21, 'x'), "", 20, false}), Error);
    m.store.set_block("default", {"persona", "I am curt.", "", 20, false});
    m.store.settle();
    CHECK(m.store.block("default", "persona")->value == "I am curt.");
    m.store.undo(m.store.changed());
    CHECK(m.store.block("default", "persona")->value == "I am kind.");
    CHECK_FALSE(m.store.block("other", "persona"));
}

TEST_CASE("mem: what throws half-way leaves nothing of itself") {
    StoredMemory m;
    m.store.begin("add");
    CHECK_THROWS(m.store.attempt([&] {
        Passage p;
        p.document = m.store.document("default", "k", "s");
        p.text = "half";
        m.store.write(p);
        throw Error(Fault::data, "no");
    }));
    m.store.settle();
    CHECK(m.store.count() == 0);
    CHECK(m.store.changes(10).empty());
    CHECK(m.add("whole") == 1);
}
