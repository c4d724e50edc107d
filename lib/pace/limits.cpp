#include "pace/limits.hpp"

#include "store/transaction.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace llm {
namespace {

constexpr double minute = 60e9;
constexpr std::int64_t micro = 1000;
constexpr std::int64_t forgotten = 3'600'000'000;  // µs after which a limit that nobody has any more goes

std::int64_t depth(const LimitClaim& c) { return std::max<std::int64_t>(1, static_cast<std::int64_t>(c.a_minute / (c.kind == LimitKind::requests ? 60 : 10))); }

/// Nanoseconds that one of the claim's kind takes to flow back: `depth` at once and one each such time make `a_minute` in a minute.
std::int64_t each(const LimitClaim& c) { return static_cast<std::int64_t>(std::ceil(minute / (c.a_minute - static_cast<double>(depth(c)) + 1))); }

std::int64_t time_of(const LimitClaim& c) { return static_cast<std::int64_t>(std::ceil(c.cost * static_cast<double>(each(c)))); }

std::int64_t micros(std::int64_t nanos) { return (nanos + micro - 1) / micro; }

}  // namespace

LimitTurn take_turn(const LimitClaim& c, std::int64_t full, std::int64_t now) {
    const std::int64_t here = now * micro;
    const std::int64_t whole = time_of(c), held = depth(c) * each(c);
    if (whole <= held) {
        const std::int64_t after = std::max(full, here) + whole;
        return {micros(std::max(here, after - held)), after};
    }
    const std::int64_t begins = std::max(here, full + whole - held);
    return {micros(begins), begins + whole};
}

LimitPlace Limits::take(std::span<const LimitClaim> claims) {
    Database& db = store_.db();
    Transaction transaction{db};
    const std::int64_t now = store_.now();
    LimitPlace place{now, std::vector<LimitPlace::InBucket>(claims.size())};
    std::int64_t& begins = place.begins;
    std::vector<std::int64_t> full(claims.size());
    std::vector<std::pair<LimitClaim, std::int64_t>> others;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        auto buckets = db.prepare("SELECT a_minute, full, taken, returned FROM bucket WHERE name = ?1");
        buckets.bind(claims[i].name);
        for (auto [a_minute, filled, taken, returned] : buckets.rows<double, std::int64_t, std::int64_t, std::int64_t>()) {
            filled -= std::max<std::int64_t>(0, taken - now) * micro;  // the clock was set back
            if (a_minute == claims[i].a_minute) {
                full[i] = filled;
                place.buckets[i].returned = returned;
            } else {
                others.emplace_back(claims[i], filled);
                others.back().first.a_minute = a_minute;
            }
        }
        place.buckets[i].begins = take_turn(claims[i], full[i], now).begins;
        begins = std::max(begins, place.buckets[i].begins);
    }
    const auto write = [&](const LimitClaim& c, std::int64_t filled) {
        db.run("INSERT INTO bucket (name, a_minute, full, taken) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET full = excluded.full, taken = excluded.taken", c.name, c.a_minute, filled,
               now);
    };
    // each bucket counts the call when it begins, or a call held up by one limit could crowd another one later
    for (std::size_t i = 0; i < claims.size(); ++i) write(claims[i], take_turn(claims[i], full[i], begins).full);
    for (const auto& [other, filled] : others) {
        if (filled < (now - forgotten) * micro)
            db.run("DELETE FROM bucket WHERE name = ?1 AND a_minute = ?2", other.name, other.a_minute);
        else
            write(other, std::max(filled, std::min(std::max(filled, now * micro) + time_of(other), now * micro + static_cast<std::int64_t>(minute))));
    }
    transaction.commit();
    return place;
}

void Limits::look(std::span<const LimitClaim> claims, LimitPlace& place) {
    place.begins = 0;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const auto returned = store_.db().value<std::int64_t>("SELECT returned FROM bucket WHERE name = ?1 AND a_minute = ?2", claims[i].name, claims[i].a_minute);
        const LimitPlace::InBucket& b = place.buckets[i];
        place.begins = std::max(place.begins, b.begins - (returned.value_or(b.returned) - b.returned) / micro);
    }
}

void Limits::correct(const LimitClaim& claim, double more) {
    store_.db().run("UPDATE bucket SET full = full + ?3, returned = returned - ?3 WHERE name = ?1 AND a_minute = ?2", claim.name, claim.a_minute,
                    static_cast<std::int64_t>(more * static_cast<double>(each(claim))));
}

}  // namespace llm
