#include "pace/rate_headers.hpp"
#include "pace/throttle.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace llm;

TEST_CASE("rate headers: nothing left means waiting until the reset, in every spelling") {
    CHECK(rate_hint({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "7.5s"}}, 0).wait == Approx(7.5));
    CHECK(rate_hint({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "6m0s"}}, 0).wait == Approx(36));
    CHECK(rate_hint({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "20ms"}}, 0).wait == Approx(.02));
    CHECK(rate_hint({{"ratelimit-remaining", "0"}, {"ratelimit-reset", "70"}}, 0).wait == Approx(70));
    // 2026-11-24T01:00:00Z is 1795482000
    CHECK(rate_hint({{"anthropic-ratelimit-requests-remaining", "0"}, {"anthropic-ratelimit-requests-reset", "2026-11-24T01:00:08Z"}}, 1795482000).wait == Approx(8));
    CHECK(rate_hint({{"anthropic-ratelimit-input-tokens-remaining", "0"}, {"anthropic-ratelimit-input-tokens-reset", "2026-11-24T02:00:08.5+01:00"}}, 1795482000).wait == Approx(8.5));
}

TEST_CASE("rate headers: little left is spread, plenty is not") {
    const RateHint little = rate_hint({{"x-ratelimit-limit-requests", "100"}, {"x-ratelimit-remaining-requests", "5"}, {"x-ratelimit-reset-requests", "10s"}}, 0);
    CHECK(little.wait == 0);
    CHECK(little.spacing == Approx(2));
    CHECK(little.lasts == Approx(10));
    const RateHint plenty = rate_hint({{"x-ratelimit-limit-requests", "100"}, {"x-ratelimit-remaining-requests", "50"}, {"x-ratelimit-reset-requests", "10s"}}, 0);
    CHECK(plenty.spacing == 0);
    CHECK(rate_hint({{"x-ratelimit-limit-tokens", "100000"}, {"x-ratelimit-remaining-tokens", "5"}, {"x-ratelimit-reset-tokens", "10s"}}, 0).spacing == 0);
}

TEST_CASE("rate headers: what cannot be read is not there, and no server stops us for an hour") {
    for (const char* reset : {"", "soon", "-3", "1x", "2026-13", "1e999s", "\xff"})
        CHECK(rate_hint({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", reset}}, 0).wait <= 90);
    CHECK(rate_hint({{"x-ratelimit-remaining-requests", "none"}, {"x-ratelimit-reset-requests", "5s"}}, 0).wait == 0);
    CHECK(rate_hint({{"x-ratelimit-remaining-requests", "0"}}, 0).wait == 0);
    CHECK(rate_hint({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "24h"}}, 0).wait == 90);
    CHECK(rate_hint({}, 0).wait == 0);
}

TEST_CASE("throttle: a complaint halves, late ones do not halve again, and it grows back") {
    Throttle t;
    std::vector<std::uint64_t> flying;
    for (int i = 0; i < 64; ++i) flying.push_back(t.begin());
    CHECK(t.has_room());
    for (const std::uint64_t begun : flying) t.end(begun, Throttle::How::crowded);
    CHECK(t.limit() == Approx(32));  // once for the whole round
    CHECK(t.in_flight() == 0);
    flying.clear();
    while (t.has_room()) flying.push_back(t.begin());
    CHECK(flying.size() == 32);
    t.end(flying.back(), Throttle::How::crowded);
    CHECK(t.limit() == Approx(16));
    CHECK_FALSE(t.has_room());
    flying.pop_back();
    for (const std::uint64_t begun : flying) t.end(begun, Throttle::How::otherwise);
    double before = t.limit();
    for (int round = 0; round < 10; ++round) {  // one more for each round that goes well
        flying.clear();
        while (t.has_room()) flying.push_back(t.begin());
        for (const std::uint64_t begun : flying) t.end(begun, Throttle::How::well);
        CHECK(t.limit() == Approx(before + 1).margin(.1));
        before = t.limit();
    }
    for (int i = 0; i < 5000 && t.limit() > 0; ++i) t.end(t.begin(), Throttle::How::well);
    CHECK(t.limit() == 0);  // no bound any more
}

TEST_CASE("throttle: one call is always let in") {
    Throttle t;
    for (int i = 0; i < 10; ++i) t.end(t.begin(), Throttle::How::crowded);
    CHECK(t.limit() == 1);
    CHECK(t.has_room());
    t.begin();
    CHECK_FALSE(t.has_room());
}
