#include "mem/turns.hpp"
#include "support/catch.hpp"

using namespace llm;

namespace {

struct Kept {
    std::int64_t clock = 1'000;
    MemStore store{":memory:", Access::write, {"test", [this] { return clock++; }}};
    Turns turns{store};
    std::int64_t c = turns.open("default", "c");
};

Json said(const char* role, const std::string& text) { return {{"role", role}, {"content", text}}; }

std::vector<std::string> texts(const std::vector<Turn>& turns) {
    std::vector<std::string> out;
    for (const Turn& t : turns) out.push_back(t.text);
    return out;
}

}  // namespace

TEST_CASE("turns: a history given again adds nothing, a longer one its end") {
    Kept k;
    const std::vector<Json> two{said("user", "a"), said("assistant", "b")};
    const auto first = k.turns.keep(k.c, 0, two);
    CHECK(k.turns.keep(k.c, 0, two) == first);
    auto three = two;
    three.push_back(said("user", "a"));
    const auto more = k.turns.keep(k.c, 0, three);
    REQUIRE(more.size() == 3);
    CHECK(more[1] == first[1]);
    CHECK(more[2] != first[0]);
    CHECK(texts(k.turns.path(more[2])) == std::vector<std::string>{"a", "b", "a"});
}

TEST_CASE("turns: one answered anew begins a branch and the old one stays") {
    Kept k;
    const auto old = k.turns.keep(k.c, 0, {said("user", "a"), said("assistant", "b")});
    const auto anew = k.turns.keep(k.c, 0, {said("user", "a"), said("assistant", "B!")});
    CHECK(old[0] == anew[0]);
    CHECK(old[1] != anew[1]);
    CHECK(texts(k.turns.path(old[1])) == std::vector<std::string>{"a", "b"});
    CHECK(texts(k.turns.path(anew[1])) == std::vector<std::string>{"a", "B!"});
}

TEST_CASE("turns: a history that begins in the middle is found by two turns or more") {
    Kept k;
    const auto ids = k.turns.keep(k.c, 0, {said("user", "a"), said("assistant", "b"), said("user", "c"), said("assistant", "d")});
    const auto place = k.turns.place_of(k.c, {said("user", "c"), said("assistant", "d"), said("user", "e")});
    CHECK(place.from == ids.back());
    CHECK(place.known == 2);
    CHECK(k.turns.place_of(k.c, {said("assistant", "d"), said("user", "e")}).known == 0);
    CHECK(k.turns.place_of(k.c, {said("user", "a"), said("assistant", "b")}).from == 0);
}

TEST_CASE("turns: a summary counts only for histories on which it was made") {
    Kept k;
    const auto ids = k.turns.keep(k.c, 0, {said("user", "a"), said("assistant", "b"), said("user", "c")});
    k.turns.keep(k.c, Summary{ids[1], "of two", "builtin/summary"}, ids[2]);
    CHECK(k.turns.summaries(k.c, k.turns.path(ids[2])).size() == 1);
    CHECK(k.turns.summaries(k.c, k.turns.path(ids[1])).empty());
    const auto branch = k.turns.keep(k.c, 0, {said("user", "a"), said("assistant", "b"), said("user", "other")});
    CHECK(k.turns.summaries(k.c, k.turns.path(branch[2])).empty());
}

TEST_CASE("turns: search finds what was said and not what tools answered") {
    Kept k;
    Json result = said("tool", "the heron stood there");
    result["tool_call_id"] = "x";
    Json calling = said("assistant", "");
    calling["tool_calls"] = {{{"id", "x"}, {"type", "function"}, {"function", {{"name", "f"}, {"arguments", "{}"}}}}};
    k.turns.keep(k.c, 0, {said("user", "I saw a heron"), calling, result});
    TurnQuery q;
    q.words = "herons";
    q.space = "default";
    const auto found = k.turns.search(q);
    REQUIRE(found.size() == 1);
    CHECK(found[0].role == "user");
    CHECK(found[0].name == "c");
    q.space = "other";
    CHECK(k.turns.search(q).empty());
}
