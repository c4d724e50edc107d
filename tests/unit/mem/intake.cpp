#include "mem/intake.hpp"

#include "mem/html_text.hpp"
#include "mem/record_text.hpp"
#include "support/catch.hpp"

using namespace llm;

namespace {

struct Memory {
    MemStore store{":memory:", Access::write, {.who = "anna", .now = [] { return std::int64_t{1'700'000'000'000}; }}};

    Taken take(Intake in) {
        store.begin("add");
        const Taken t = take_in(store, in);
        store.settle();
        return t;
    }
};

Intake file(std::string text) {
    Intake in;
    in.key = "file:/n.md";
    in.source = "n.md";
    in.text = std::move(text);
    in.chunking = {Chunking::paragraph, 12, 0};
    return in;
}

constexpr std::string_view three = "The first paragraph speaks of ferns and moss.\n\nThe second paragraph speaks of cats and dogs.\n\nThe third paragraph speaks of ships and the sea.\n";

}  // namespace

TEST_CASE("mem: a passage knows its source, bytes and line") {
    Memory m;
    const Taken t = m.take(file(std::string{three}));
    REQUIRE(t.added == 3);
    const Passage p = m.store.find(t.ids[1]).value();
    CHECK(p.source == "n.md");
    CHECK(p.line == 3);
    CHECK(three.substr(p.begin, p.end - p.begin) == p.text);
    CHECK(p.ordinal == 1);
}

TEST_CASE("mem: taking a changed file in again replaces the changed passages only") {
    Memory m;
    const Taken first = m.take(file(std::string{three}));
    std::string changed{three};
    changed.replace(changed.find("cats and dogs"), 13, "owls");
    const Taken second = m.take(file(changed));
    CHECK(second.added == 1);
    CHECK(second.kept == 2);
    CHECK(second.removed == 1);
    CHECK(second.ids[0] == first.ids[0]);
    CHECK(second.ids[2] == first.ids[2]);
    CHECK(m.store.history(first.ids[0]).size() == 1);
    CHECK(m.store.count() == 3);
    const Taken third = m.take(file(changed));
    CHECK(third.kept == 3);
    CHECK(m.store.changes(10).size() == 2);
}

TEST_CASE("mem: what people made of a passage survives the file being taken in again") {
    Memory m;
    const Taken t = m.take(file(std::string{three}));
    m.store.begin("edit");
    Passage p = m.store.find(t.ids[0]).value();
    p.text = "Edited by hand.";
    m.store.write(p);
    m.store.settle();
    const Taken again = m.take(file(std::string{three} + "\nA fourth paragraph speaks of nothing at all.\n"));
    CHECK(again.added == 1);
    CHECK(m.store.find(t.ids[0])->text == "Edited by hand.");
}

TEST_CASE("mem: the same text without an id is remembered once") {
    Memory m;
    Intake in;
    in.text = "Anna likes tea.";
    CHECK(m.take(in).added == 1);
    CHECK(m.take(in).kept == 1);
    in.space = "other";
    CHECK(m.take(in).added == 1);
}

TEST_CASE("mem: a record taken in again under its id is replaced") {
    Memory m;
    IntakeDefaults d;
    d.now = m.store.now();
    const Taken a = m.take(intake_of_record(d, Record::parse(R"({"id":"x","text":"Anna is 30.","source":"s","tags":["b","a"],"time":"2024-01-02T00:00Z","mood":"good"})", 1)));
    const Passage p = m.store.find(a.ids[0]).value();
    CHECK(p.tags == std::vector<std::string>{"a", "b"});
    CHECK(p.time == 1'704'153'600'000);
    CHECK(p.extra == R"({"mood":"good"})");
    m.take(intake_of_record(d, Record::parse(R"({"id":"x","text":"Anna is 31.","source":"s"})", 2)));
    CHECK(m.store.count() == 1);
    REQUIRE(m.store.find_ref("default", "x").size() == 1);
    CHECK(m.store.find_ref("default", "x")[0].text == "Anna is 31.");
}

TEST_CASE("mem: records that cannot be remembered say why") {
    IntakeDefaults d;
    for (const auto& [line, word] : std::initializer_list<std::pair<const char*, const char*>>{{R"({"id":1})", "has no text"},
                                                                                              {R"({"text":" \n"})", "empty"},
                                                                                              {R"({"text":"a","tags":"b"})", "tags"},
                                                                                              {R"({"text":"a","time":"soon"})", "time"},
                                                                                              {R"({"text":"a","id":[1]})", "id"}}) {
        try {
            intake_of_record(d, Record::parse(line, 1));
            FAIL(line);
        } catch (const Error& e) {
            CHECK(e.fault == Fault::data);
            CHECK_THAT(std::string{e.what()}, contains(word));
        }
    }
}

TEST_CASE("mem: of a page what a reader sees remains") {
    const std::string text = text_of_html("<!doctype html><title>T</title><nav>menu</nav><h2>Cats</h2><p>The <b>cat</b>\n sleeps.<ul><li>one<li>two</ul><pre>a\n  b</pre>"
                                          "<script>x()</script><p hidden>no</p><p>1 &lt; 2");
    CHECK(text == "## Cats\n\nThe cat sleeps.\n\n- one\n- two\n\n```\na\n  b\n```\n\n1 < 2\n");
    CHECK(text_of_html("<title>Only a title</title><p>text") == "# Only a title\n\ntext\n");
    CHECK(text_of_html("").empty());
    std::string deep;
    for (int i = 0; i < 20'000; ++i) deep += "<div>";
    CHECK(text_of_html(deep + "x") == "x\n");
}
