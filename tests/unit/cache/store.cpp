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

TEST_CASE("cache: an answer whose bytes have changed is a miss, said once") {
    Clocked c;
    std::vector<std::string> words;
    c.store.warn([&words](std::string_view text) { words.emplace_back(text); });
    const std::int64_t row = c.put("q", R"({"text":"a"})");
    c.store.db().run("UPDATE answer SET answer = '{\"text\":\"b\"}' WHERE entry = ?1", row);
    CHECK_FALSE(c.find("q"));
    CHECK_FALSE(c.store.read(row));
    CHECK(words.size() == 1);
    c.put("q", R"({"text":"b"})");
    CHECK(c.find("q"));
    CHECK(is_whole("{}", std::nullopt));
    CHECK_FALSE(is_whole(R"({"text": gar)", std::nullopt));
}

TEST_CASE("cache: what stands in another namespace is not found, whatever its key") {
    Clocked c;
    c.put("q", "1");
    CHECK_FALSE(c.store.find(CacheKey::of("s", "q"), "other"));
    NewAnswer a;
    a.key = CacheKey::of("s", "q");
    a.space = "other";
    a.answer = "2";
    c.store.put(a);
    CHECK_FALSE(c.find("q"));
    CHECK(c.store.find(CacheKey::of("s", "q"), "other")->answer == "2");
}

TEST_CASE("cache: after a write that failed the store is read, and nothing more is written") {
    Clocked c;
    c.put("q", "{}");
    c.store.settle();
    c.put("lost", "{}");
    c.store.stop_writing();
    CHECK(c.find("q"));
    CHECK_FALSE(c.find("lost"));
    c.store.count("s", CacheStore::Outcome::exact, 1);
    c.store.announce(CacheKey::of("s", "x"), std::chrono::milliseconds(100));
    CHECK(c.store.lease(CacheKey::of("s", "x"), std::chrono::milliseconds(100)));
    c.store.release(CacheKey::of("s", "x"));
    c.store.close();
    CHECK(c.store.db().value<int>("SELECT (SELECT count(*) FROM lease) + (SELECT count(*) FROM entry_use)") == 0);
}

TEST_CASE("cache: what is put back takes the place of older answers and of those that cannot be given, sample by sample") {
    Clocked c;
    const auto restore = [&c](std::string_view answer, std::int64_t created, std::int64_t sample) {
        NewAnswer a;
        a.key = CacheKey::of("s", "q");
        a.space = "s";
        a.answer = answer;
        a.created = created;
        a.sample = sample;
        return c.store.restore(a);
    };
    const std::int64_t first = restore("{}", 10, 0);
    CHECK(first != 0);
    CHECK(restore("{}", 10, 0) == 0);
    CHECK(restore("{}", 9, 0) == 0);
    CHECK(restore("{}", 11, 0) == first);
    CHECK(restore("{}", 10, 2) != first);
    CHECK(c.store.rows_of(CacheKey::of("s", "q"), "s").size() == 2);
}
