#include "pace/limits.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <vector>

using namespace llm;

namespace {

constexpr std::int64_t second = 1'000'000, minute = 60 * second;

/// The most that any minute of these sees.
double busiest_minute(const std::vector<std::pair<std::int64_t, double>>& begun) {
    double most = 0;
    for (const auto& [from, ignored] : begun) {
        double sum = 0;
        for (const auto& [at, cost] : begun)
            if (at >= from && at < from + minute) sum += cost;
        most = std::max(most, sum);
    }
    return most;
}

}  // namespace

TEST_CASE("limits: no minute sees more than the limit, wherever it begins, and little less") {
    for (const double limit : {1.0, 7.0, 60.0, 300.0, 4000.0}) {
        std::int64_t now = 1'000 * second;
        std::int64_t full = 0;
        std::vector<std::pair<std::int64_t, double>> begun;
        while (begun.size() < 3 * static_cast<std::size_t>(limit) + 2) {
            const LimitTurn turn = take_turn({"x", LimitKind::requests, limit, 1}, full, now);
            full = turn.full;
            begun.emplace_back(turn.begins, 1);
            now = turn.begins;
        }
        CHECK(busiest_minute(begun) <= limit);
        CHECK(static_cast<double>(begun.back().first - begun.front().first) / minute < 3.1 + 1 / limit);
    }
}

TEST_CASE("limits: the first call never waits, and an idle bucket gives a second's worth at once") {
    std::int64_t full = 0;
    for (int i = 0; i < 10; ++i) {
        const LimitTurn turn = take_turn({"x", LimitKind::requests, 600, 1}, full, 5 * second);
        full = turn.full;
        CHECK(turn.begins == 5 * second);
    }
    CHECK(take_turn({"x", LimitKind::requests, 600, 1}, full, 5 * second).begins > 5 * second);
    CHECK(take_turn({"x", LimitKind::requests, 600, 1}, full, 20 * second).begins == 20 * second);
}

TEST_CASE("limits: tokens of unequal calls keep the minute too, and a call larger than the bucket only waits longer") {
    const std::vector<double> costs{900, 10, 3000, 50, 50, 8000, 1, 400};
    std::int64_t now = second, full = 0;
    std::vector<std::pair<std::int64_t, double>> begun;
    for (int i = 0; i < 100; ++i) {
        const double cost = costs[static_cast<std::size_t>(i) % costs.size()];
        const LimitTurn turn = take_turn({"x", LimitKind::tokens, 9000, cost}, full, now);
        full = turn.full;
        now = turn.begins;
        begun.emplace_back(turn.begins, cost);
    }
    CHECK(busiest_minute(begun) <= 9000);
}

TEST_CASE("limits: two buckets are taken together, and what was not used is given back") {
    std::int64_t now = second;
    PaceStore store{":memory:", [&now] { return now; }};
    Limits limits{store};
    const LimitClaim requests{"requests p", LimitKind::requests, 60, 1}, tokens{"tokens p", LimitKind::tokens, 6000, 600};
    const std::vector<LimitClaim> both{requests, tokens};
    CHECK(limits.take(both).begins == now);
    const std::int64_t later = limits.take(both).begins;
    CHECK(later > now + second);  // the tokens hold it up
    limits.correct(tokens, -600);
    limits.correct(tokens, -600);
    now = later;
    CHECK(limits.take(both).begins <= later + second);
}

TEST_CASE("limits: who waits begins earlier when those before used less") {
    std::int64_t now = 10'000 * second;
    PaceStore store{":memory:", [&now] { return now; }};
    Limits limits{store};
    const std::vector<LimitClaim> dear{{"tokens p", LimitKind::tokens, 6000, 1000}};
    limits.take(dear);
    limits.take(dear);
    LimitPlace place = limits.take(dear);
    const std::int64_t first = place.begins;
    CHECK(first > now + 15 * second);
    limits.look(dear, place);
    CHECK(place.begins == first);
    limits.correct(dear.front(), -985);
    limits.look(dear, place);
    CHECK(place.begins < first - 9 * second);
    const std::int64_t earlier = place.begins;
    limits.correct(dear.front(), -985);
    now += second;
    limits.look(dear, place);
    CHECK(place.begins < earlier);
    CHECK(limits.take(dear).begins >= place.begins);
    now += 3600 * second;  // the clock is set, and nothing changes
    const std::int64_t before = place.begins;
    limits.look(dear, place);
    CHECK(place.begins == before);
    limits.correct(dear.front(), 500);  // and later where they used more
    limits.look(dear, place);
    CHECK(place.begins > earlier - 10 * second);
}

TEST_CASE("limits: a clock that was set back holds up nobody") {
    std::int64_t now = 10'000 * second;
    PaceStore store{":memory:", [&now] { return now; }};
    Limits limits{store};
    const std::vector<LimitClaim> one{{"requests p", LimitKind::requests, 60, 1}};
    CHECK(limits.take(one).begins == now);
    now -= 3600 * second;
    CHECK(limits.take(one).begins <= now + second);
    CHECK(limits.take(one).begins <= now + 2 * second);
    CHECK(limits.take(one).begins > now + second);  // and the limit holds
}

TEST_CASE("limits: what another limit let through or holds back is waited for a minute at most") {
    std::int64_t now = 10'000 * second;
    PaceStore store{":memory:", [&now] { return now; }};
    Limits limits{store};
    const auto take = [&limits](LimitKind kind, double limit, double cost) { return limits.take(std::vector<LimitClaim>{{"x", kind, limit, cost}}).begins; };
    SECTION("a small one before a large one") {
        CHECK(take(LimitKind::tokens, 100, 4000) == now);
        CHECK(take(LimitKind::tokens, 100, 4000) > now + 30 * minute);  // of a process that is killed
        CHECK(take(LimitKind::tokens, 1'000'000, 4000) == now);
        CHECK(take(LimitKind::requests, .5, 1) == now);
        CHECK(take(LimitKind::requests, .5, 1) > now + minute);
        CHECK(take(LimitKind::requests, 60, 1) == now);
    }
    SECTION("a large one before a small one") {
        CHECK(take(LimitKind::tokens, 1000, 10) == now);
        for (int i = 0; i < 500; ++i) now = take(LimitKind::tokens, 1'000'000, 4000);
        const std::int64_t begins = take(LimitKind::tokens, 1000, 10);
        CHECK(begins > now + 30 * second);
        CHECK(begins <= now + minute + second);
    }
}

TEST_CASE("limits: those with different limits keep the largest together") {
    std::int64_t now = 10'000 * second;
    PaceStore store{":memory:", [&now] { return now; }};
    Limits limits{store};
    const std::vector<double> rates{600, 60, 300};
    std::vector<std::int64_t> next(rates.size(), now);
    std::vector<std::pair<std::int64_t, double>> begun;
    while (begun.size() < 2000) {  // each asks for its next turn when its last one has come
        const auto who = static_cast<std::size_t>(std::min_element(next.begin(), next.end()) - next.begin());
        now = next[who];
        next[who] = limits.take(std::vector<LimitClaim>{{"x", LimitKind::requests, rates[who], 1}}).begins;
        begun.emplace_back(next[who], 1);
    }
    CHECK(busiest_minute(begun) <= 600 + 3);
}

TEST_CASE("limits: a limit that nobody has any more is forgotten") {
    std::int64_t now = 10'000 * second;
    PaceStore store{":memory:", [&now] { return now; }};
    Limits limits{store};
    for (const double rate : {60.0, 61.0, 62.0}) limits.take(std::vector<LimitClaim>{{"x", LimitKind::requests, rate, 1}});
    CHECK(store.db().value<int>("SELECT count(*) FROM bucket") == 3);
    now += 2 * 3600 * second;
    limits.take(std::vector<LimitClaim>{{"x", LimitKind::requests, 60, 1}});
    CHECK(store.db().value<int>("SELECT count(*) FROM bucket") == 1);
}
