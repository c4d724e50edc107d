#include "pace/limits.hpp"

#include "store/transaction.hpp"

#include <algorithm>
#include <cmath>

namespace llm {
namespace {

constexpr double minute = 60e9;
constexpr std::int64_t micro = 1000;

std::int64_t depth(const LimitClaim& c) { return std::max<std::int64_t>(1, static_cast<std::int64_t>(c.a_minute / (c.kind == LimitKind::requests ? 60 : 10))); }

/// Nanoseconds that one of the claim's kind takes to flow back: `depth` at once and one each such time make `a_minute` in a minute.
std::int64_t each(const LimitClaim& c) { return static_cast<std::int64_t>(std::ceil(minute / (c.a_minute - static_cast<double>(depth(c)) + 1))); }

std::int64_t micros(std::int64_t nanos) { return (nanos + micro - 1) / micro; }

}  // namespace

LimitTurn take_turn(const LimitClaim& c, std::int64_t full, std::int64_t now) {
    const std::int64_t here = now * micro;
    const std::int64_t whole = static_cast<std::int64_t>(std::ceil(c.cost * static_cast<double>(each(c)))), held = depth(c) * each(c);
    if (whole <= held) {
        const std::int64_t after = std::max(full, here) + whole;
        return {micros(std::max(here, after - held)), after};
    }
    const std::int64_t begins = std::max(here, full + whole - held);
    return {micros(begins), begins + whole};
}

std::int64_t Limits::take(std::span<const LimitClaim> claims) {
    Database& db = store_.db();
    Transaction transaction{db};
    const std::int64_t now = store_.now();
    std::int64_t begins = now;
    std::vector<std::int64_t> full(claims.size());
    for (std::size_t i = 0; i < claims.size(); ++i) {
        full[i] = db.value<std::int64_t>("SELECT full FROM bucket WHERE name = ?1", claims[i].name).value_or(0);
        begins = std::max(begins, take_turn(claims[i], full[i], now).begins);
    }
    // each bucket counts the call when it begins, or a call held up by one limit could crowd another one later
    for (std::size_t i = 0; i < claims.size(); ++i)
        db.run("INSERT INTO bucket VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET full = excluded.full", claims[i].name,
               take_turn(claims[i], full[i], begins).full);
    transaction.commit();
    return begins;
}

void Limits::correct(const LimitClaim& claim, double more) {
    store_.db().run("UPDATE bucket SET full = full + ?2 WHERE name = ?1", claim.name, static_cast<std::int64_t>(more * static_cast<double>(each(claim))));
}

}  // namespace llm
