#include "cache/store.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {

struct Clocked {
    std::int64_t now = 1'000'000;
    CacheStore store{":memory:", Access::write, {}, [this] { return now; }};

    std::int64_t put(std::string_view meaning, std::string_view answer, long samples = 1, std::optional<std::int64_t> expires = {}) {
        NewAnswer a;
        a.key = CacheKey::of("s", meaning);
        a.space = "s";
        a.answer = answer;
        a.samples = samples;
        a.expires = expires;
        return store.put(a);
    }
    std::optional<CachedAnswer> find(std::string_view meaning, Lookup want = {}) { return store.find(CacheKey::of("s", meaning), "s", want); }
};

}  // namespace

TEST_CASE("cache: an answer is found before and after the transaction ends") {
    Clocked c;
    CHECK_FALSE(c.find("q"));
    c.put("q", "1");
    REQUIRE(c.find("q"));
    c.store.settle();
    CHECK(c.find("q")->answer == "1");
    c.put("q", "2");
    CHECK(c.find("q")->answer == "2");
}

TEST_CASE("cache: an answer is not found when its time is over, to the millisecond") {
    Clocked c;
    c.put("q", "1", 1, c.now + 10);
    c.now += 9;
    CHECK(c.find("q"));
    c.now += 1;
    CHECK_FALSE(c.find("q"));
}

TEST_CASE("cache: samples are found when all are there") {
    Clocked c;
    c.put("q", "1", 2);
    CHECK_FALSE(c.find("q", {2, {}}));
    CHECK(c.find("q"));
    c.put("q", "2", 2);
    CHECK(c.find("q", {2, {}}));
    CHECK(c.put("q", "3", 2) == 0);
}

TEST_CASE("cache: a lease is another's until its time is over") {
    Clocked c;
    const CacheKey key = CacheKey::of("s", "q");
    Leases others(c.store.db(), [&c] { return c.now; });
    CHECK(others.acquire(key.hex(), "somebody", std::chrono::milliseconds(100)));
    CHECK_FALSE(c.store.lease(key, std::chrono::milliseconds(100)));
    c.now += 100;
    CHECK(c.store.lease(key, std::chrono::milliseconds(100)));
    CHECK_FALSE(others.acquire(key.hex(), "somebody", std::chrono::milliseconds(100)));
    c.put("q", "1");
    CHECK(others.acquire(key.hex(), "somebody", std::chrono::milliseconds(100)));
}
