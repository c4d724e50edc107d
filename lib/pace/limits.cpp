#include "pace/limits.hpp"

#include "store/transaction.hpp"

#include <algorithm>
#include <cmath>

namespace llm {
namespace {

constexpr double minute = 60e6;

double depth(const LimitClaim& c) {
    return c.kind == LimitKind::requests ? std::max(1.0, std::floor(c.a_minute / 60)) : std::max(1.0, std::floor(c.a_minute / 10));
}

/// Microseconds that one of the claim's kind takes to flow back: `depth` at once and one each such time make `a_minute` in a minute.
double each(const LimitClaim& c) { return minute / (c.a_minute - depth(c) + 1); }

std::int64_t micros(double t) { return static_cast<std::int64_t>(std::ceil(t)); }

}  // namespace

LimitTurn take_turn(const LimitClaim& c, std::int64_t full, std::int64_t now) {
    const std::int64_t after = std::max(full, now) + micros(c.cost * each(c));
    return {std::max(now, after - static_cast<std::int64_t>(depth(c) * each(c))), after};
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
    store_.db().run("UPDATE bucket SET full = full + ?2 WHERE name = ?1", claim.name, micros(more * each(claim)));
}

}  // namespace llm
