#include "cache/decisions.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

using namespace llm;

namespace {

struct Decided {
    CacheStore store{":memory:", Access::write};
    std::int64_t entry = put("stored", R"({"text":"a"})");

    std::int64_t put(std::string_view meaning, std::string_view answer) {
        NewAnswer a;
        a.key = CacheKey::of("s", meaning);
        a.space = "s";
        a.answer = answer;
        return store.put(a);
    }
    CacheKey note(std::string_view asked, Decision::Kind kind, std::optional<double> bound = 0.02) {
        Decision d;
        d.key = CacheKey::of("s", asked);
        d.space = "s";
        d.entry = entry;
        d.evidence.score = 0.8;
        d.kind = kind;
        d.bound = bound;
        store.note(d);
        return d.key;
    }
};

}  // namespace

TEST_CASE("cache: an explored question is found until something is known of it, and the entry learns") {
    Decided d;
    const CacheKey key = d.note("asked", Decision::Kind::explored);
    const auto explored = explored_question(d.store, key);
    REQUIRE(explored);
    CHECK(explored->answer == R"({"text":"a"})");
    judge(d.store, explored->decision, HitVerdict::wrong);
    CHECK_FALSE(explored_question(d.store, key));
    CHECK(record_of(d.store, d.entry) == std::pair{0, 1});
    const auto outcomes = outcomes_of(d.store, d.store.space_id("s"));
    REQUIRE(outcomes.size() == 1);
    CHECK_FALSE(outcomes[0].right);
    CHECK(outcomes[0].evidence.score == Approx(0.8));
}

TEST_CASE("cache: a question is found by its key or the beginning of it, its newest decision counts") {
    Decided d;
    const CacheKey key = d.note("asked", Decision::Kind::given);
    d.note("asked", Decision::Kind::given);
    d.note("other", Decision::Kind::given);
    d.store.settle();
    CHECK(decided_questions(d.store, key.hex(), {}).size() == 1);
    CHECK(decided_questions(d.store, key.hex().substr(0, 12), "s").size() == 1);
    CHECK(decided_questions(d.store, key.hex(), "elsewhere").empty());
    CHECK(decided_questions(d.store, key.hex(), {})[0].decision == 2);
    CHECK_THROWS_AS(decided_questions(d.store, "%", {}), Error);
}

TEST_CASE("cache: the observed error is that of judged hits, over all that was decided") {
    Decided d;
    const std::int64_t space = d.store.space_id("s");
    CHECK_FALSE(learning_stats(d.store, space));
    for (int i = 0; i < 30; ++i) d.note("explored " + std::to_string(i), Decision::Kind::explored);
    for (int i = 0; i < 10; ++i) {
        const CacheKey key = d.note("given " + std::to_string(i), Decision::Kind::given);
        d.store.settle();
        judge(d.store, decided_questions(d.store, key.hex(), {})[0].decision, i == 0 ? HitVerdict::wrong : HitVerdict::right);
    }
    const auto stats = learning_stats(d.store, space);
    REQUIRE(stats);
    CHECK((*stats)["hits"] == 10);
    CHECK((*stats)["explored"] == 30);
    CHECK((*stats)["hit_error"].get<double>() == Approx(0.1));
    CHECK((*stats)["error"].get<double>() == Approx(0.025));
    CHECK((*stats)["error_high"].get<double>() == Approx(0.445 / 4).margin(1e-3));
}

TEST_CASE("cache: what is removed takes its decisions along") {
    Decided d;
    const CacheKey key = d.note("asked", Decision::Kind::given);
    d.store.settle();
    d.store.remove(d.entry);
    d.store.settle();
    CHECK(decided_questions(d.store, key.hex(), {}).empty());
    d.note("late", Decision::Kind::given);  // of an entry that is gone
    d.store.settle();
    CHECK_FALSE(learning_stats(d.store, d.store.space_id("s")));
}
