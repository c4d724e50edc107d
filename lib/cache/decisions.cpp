#include "cache/decisions.hpp"

#include "base/error.hpp"
#include "cache/manage.hpp"

#include <algorithm>
#include <span>

namespace llm {
namespace {

constexpr std::int64_t decisions_kept = 200'000;  // of those nobody judged
constexpr std::int64_t between_sweeps = 4'096;

}  // namespace

void CacheStore::write_decisions() {
    for (const Decision& d : std::exchange(decided_, {})) {
        const Space& s = space_to_write(d.space);
        // The entry may have been removed meanwhile.
        const HitEvidence& e = d.evidence;
        db_.run("INSERT INTO decision (hash, key, space, entry, score, record_right, record_wrong, agreeing, differing, explored, bound, risk, made) "
                "SELECT ?1, ?2, ?3, id, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 FROM entry WHERE id = ?4",
                d.key.hash(), std::as_bytes(std::span(d.key.sum)), s.id, d.entry, e.score, e.right, e.wrong, e.agreeing, e.differing,
                d.kind == Decision::Kind::explored ? 1 : 0, d.bound, d.risk, now_());
        if (const std::int64_t id = db_.last_row(); id % between_sweeps == 0)
            db_.run("DELETE FROM decision WHERE id <= ?1 AND right IS NULL", id - decisions_kept);
    }
}

void CacheStore::note(Decision decision) {
    if (db_.access() == Access::write) decided_.push_back(std::move(decision));
}

std::vector<LearnedOutcome> outcomes_of(CacheStore& store, std::int64_t space) {
    store.reading();
    std::vector<LearnedOutcome> out;
    auto rows = store.db().prepare("SELECT score, record_right, record_wrong, agreeing, differing, right FROM decision "
                                   "WHERE space = ?1 AND right IS NOT NULL ORDER BY id DESC LIMIT ?2");
    rows.borrow(space, outcomes_kept);
    for (const auto& [score, right, wrong, agreeing, differing, was] : rows.rows<double, int, int, int, int, bool>())
        out.push_back({{score, right, wrong, agreeing, differing}, was});
    return out;
}

std::vector<double> risks_of(CacheStore& store, std::int64_t space) {
    store.reading();
    std::vector<double> out;
    auto rows = store.db().prepare("SELECT risk FROM decision WHERE space = ?1 AND risk IS NOT NULL ORDER BY id DESC LIMIT ?2");
    rows.borrow(space, risks_kept);
    for (const auto& [risk] : rows.rows<double>()) out.push_back(risk);
    std::ranges::reverse(out);
    return out;
}

std::pair<int, int> record_of(CacheStore& store, std::int64_t entry) {
    store.reading();
    auto rows = store.db().prepare("SELECT total(right = 1), total(right = 0) FROM decision WHERE entry = ?1 AND right IS NOT NULL");
    rows.borrow(entry);
    rows.step();
    return {static_cast<int>(rows.column<double>(0)), static_cast<int>(rows.column<double>(1))};
}

bool is_distrusted(CacheStore& store, std::int64_t entry, const CacheKey& question, Trust trust) {
    auto rows = store.db().prepare("SELECT total(right = 1), total(right = 0), total(right = 0 AND key = ?2) FROM decision WHERE entry = ?1 AND right IS NOT NULL");
    rows.borrow(entry, std::as_bytes(std::span(question.sum)));
    rows.step();
    const auto right = rows.column<double>(0), wrong = rows.column<double>(1), wrong_for_it = rows.column<double>(2);
    return wrong_for_it > 0 || (trust == Trust::counted && wrong > right);
}

bool has_wrong_outcomes(CacheStore& store) { return store.db().value<int>("SELECT 1 FROM decision WHERE right = 0 LIMIT 1").has_value(); }

std::optional<Explored> explored_question(CacheStore& store, const CacheKey& key) {
    store.writing();
    store.write_decisions();
    auto rows = store.db().prepare("SELECT id, entry FROM decision WHERE hash = ?1 AND key = ?2 AND explored = 1 AND right IS NULL ORDER BY id DESC");
    rows.borrow(key.hash(), std::as_bytes(std::span(key.sum)));
    while (rows.step())
        if (auto answer = store.answer_in(rows.column<std::int64_t>(1))) return Explored{rows.column<std::int64_t>(0), std::move(*answer)};
    return std::nullopt;
}

void judge(CacheStore& store, std::int64_t decision, HitVerdict verdict) {
    store.writing();
    store.db().run("UPDATE decision SET right = ?2 WHERE id = ?1", decision, static_cast<int>(verdict));
}

std::vector<DecidedQuestion> decided_questions(CacheStore& store, std::string_view key, const std::optional<std::string>& space) {
    if (key.find_first_not_of("0123456789abcdef") != std::string_view::npos || key.empty())
        throw Error(Fault::usage, "'{}' is no key: a key is what llm-cache get writes into 'cache.key', or its beginning", key);
    store.reading();
    std::vector<DecidedQuestion> out;
    const std::string pattern = std::string{key} + "*";
    // A whole key is found through its hash.
    const auto whole = CacheKey::read(key);
    auto rows = whole ? store.db().prepare("SELECT max(d.id), lower(hex(d.key)) FROM decision d JOIN space s ON s.id = d.space "
                                           "WHERE d.hash = ?3 AND lower(hex(d.key)) GLOB ?1 AND (?2 IS NULL OR s.name = ?2) GROUP BY d.key")
                      : store.db().prepare("SELECT max(d.id), lower(hex(d.key)) FROM decision d JOIN space s ON s.id = d.space "
                                           "WHERE lower(hex(d.key)) GLOB ?1 AND (?2 IS NULL OR s.name = ?2) AND ?3 = 0 GROUP BY d.key");
    rows.borrow(pattern, space, whole ? whole->hash() : std::int64_t{0});
    while (rows.step()) out.push_back({rows.column<std::int64_t>(0), rows.column<std::string>(1)});
    return out;
}

std::optional<Json> learning_stats(CacheStore& store, std::int64_t space) {
    store.reading();
    const auto bound = store.db().value<double>("SELECT bound FROM decision WHERE space = ?1 AND bound IS NOT NULL ORDER BY id DESC LIMIT 1", space);
    // Where there never was a bound, what is known of hits is told all the same.
    auto rows = store.db().prepare("SELECT total(explored = 0), total(explored = 1), total(explored = 0 AND right IS NOT NULL), "
                                   "total(explored = 0 AND right = 0) FROM decision WHERE space = ?1 AND (bound IS NOT NULL) = ?2");
    rows.borrow(space, bound.has_value());
    if (!rows.step()) return std::nullopt;
    const auto count = [&rows](int column) { return static_cast<std::int64_t>(rows.column<double>(column)); };
    const std::int64_t hits = count(0), explored = count(1), judged = count(2), wrong = count(3);
    if (!bound && judged == 0) return std::nullopt;
    Json out{{"bound", bound ? Json(*bound) : Json()}, {"hits", hits}, {"explored", explored}, {"judged", judged}, {"wrong", wrong}};
    const double given = hits + explored > 0 ? static_cast<double>(hits) / static_cast<double>(hits + explored) : 0;
    const Interval i = share_interval(wrong, judged);
    if (judged > 0) {
        const double share = static_cast<double>(wrong) / static_cast<double>(judged);
        out["error"] = share * given;
        out["hit_error"] = share;
    } else {
        out["error"] = out["hit_error"] = nullptr;
    }
    out["error_low"] = i.low * given;
    out["error_high"] = i.high * given;
    out["hit_error_low"] = i.low;
    out["hit_error_high"] = i.high;
    return out;
}

}  // namespace llm
