#include "cache/key.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("cache: a key is written as hexadecimal digits and read back") {
    const CacheKey key = CacheKey::of("space", "meaning");
    CHECK(key.hex().size() == 64);
    REQUIRE(CacheKey::read(key.hex()));
    CHECK(*CacheKey::read(key.hex()) == key);
    CHECK_FALSE(CacheKey::read("abc"));
    CHECK_FALSE(CacheKey::read(std::string(64, 'x')));
}

TEST_CASE("cache: no namespace can pass for another one") {
    CHECK_FALSE(CacheKey::of("a", "bc") == CacheKey::of("ab", "c"));
    CHECK_FALSE(CacheKey::of("", "1:a") == CacheKey::of("1:", "a"));
}
