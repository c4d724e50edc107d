#include "cache/manage.hpp"

#include "base/error.hpp"
#include "cache/decisions.hpp"
#include "index/index.hpp"

#include <tuple>

namespace llm {
namespace {

constexpr std::size_t rows_a_transaction = 500;

constexpr std::string_view listing =
    "SELECT e.id, lower(hex(e.key)), s.name, e.kind, e.created, e.bytes, coalesce(u.hits, 0), e.expires, u.used, e.cost, "
    "coalesce(e.model, ''), coalesce(a.question, ''), coalesce(e.fingerprint, ''), e.sample, "
    "NOT (e.epoch = s.epoch AND coalesce(e.expires, ?1 + 1) > ?1) AS stale "
    "FROM entry e JOIN space s ON s.id = e.space JOIN answer a ON a.entry = e.id LEFT JOIN entry_use u ON u.entry = e.id "
    "WHERE (?2 IS NULL OR s.name = ?2) AND (?3 IS NULL OR e.model = ?3) AND (?4 IS NULL OR lower(hex(e.key)) GLOB ?4) "
    "AND (?5 IS NULL OR e.created < ?5) AND (?6 IS NULL OR stale = ?6) "
    "AND (?7 IS NULL OR EXISTS (SELECT 1 FROM entry_tag t JOIN json_each(?7) j ON j.value = t.tag WHERE t.entry = e.id)) "
    "ORDER BY e.id ";

}  // namespace

void list_entries(CacheStore& store, const Selection& s, const std::function<bool(const EntryInfo&)>& each) {
    store.reading();
    if (s.key.find_first_not_of("0123456789abcdef") != std::string::npos)
        throw Error(Fault::usage, "'{}' is no key: a key is the beginning of the 64 hexadecimal digits that llm-cache ls shows", s.key);
    const auto none_if = [](bool absent, std::string text) { return absent ? std::optional<std::string>{} : std::optional{std::move(text)}; };
    std::optional<bool> stale;
    if (s.only != Selection::Only::any) stale = s.only == Selection::Only::stale;
    auto rows = store.db().prepare(std::string{listing} + (s.order == Selection::Order::newest_first ? "DESC" : "ASC"));
    rows.bind(store.now(), s.space, s.model, none_if(s.key.empty(), s.key + "*"), s.before, stale, none_if(s.tags.empty(), dump(Json(s.tags))));
    while (rows.step()) {
        EntryInfo e;
        int kind = 0;
        std::tie(e.row, e.key, e.space, kind, e.created, e.bytes, e.hits, e.expires, e.used, e.cost, e.model, e.question, e.fingerprint, e.sample, e.stale) =
            rows.row<std::int64_t, std::string, std::string, int, std::int64_t, std::int64_t, std::int64_t, std::optional<std::int64_t>,
                     std::optional<std::int64_t>, std::optional<double>, std::string, std::string, std::string, std::int64_t, bool>();
        e.kind = static_cast<AnswerKind>(kind);
        if (!each(e)) return;
    }
}

std::vector<std::string> tags_of(CacheStore& store, std::int64_t row) {
    std::vector<std::string> out;
    auto rows = store.db().prepare("SELECT tag FROM entry_tag WHERE entry = ?1 ORDER BY tag");
    rows.bind(row);
    while (rows.step()) out.push_back(rows.column<std::string>(0));
    return out;
}

void remove_entries(CacheStore& store, const std::vector<std::int64_t>& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        store.remove(rows[i]);
        if (i % rows_a_transaction == rows_a_transaction - 1) store.settle();
    }
    store.settle();
}

bool begin_epoch(CacheStore& store, const std::optional<std::string>& space) {
    store.writing();
    const std::int64_t changed = store.db().run("UPDATE space SET epoch = epoch + 1 WHERE ?1 IS NULL OR name = ?1", space);
    store.settle();
    return changed > 0;
}

std::vector<Json> cache_stats(CacheStore& store, const std::optional<std::string>& space) {
    store.reading();
    std::vector<Json> out;
    auto rows = store.db().prepare("SELECT id, name, entries, bytes, exact, semantic, missed, refused, saved, epoch FROM space "
                                   "WHERE ?1 IS NULL OR name = ?1 ORDER BY name");
    rows.bind(space);
    while (rows.step()) {
        const auto [id, name, entries, bytes, exact, semantic, missed, refused, saved, epoch] =
            rows.row<std::int64_t, std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, double, std::int64_t>();
        Json row{{"namespace", name}, {"entries", entries}, {"bytes", bytes},     {"exact", exact},   {"semantic", semantic},
                 {"missed", missed},  {"refused", refused}, {"saved", saved},     {"epoch", epoch}};
        if (const std::int64_t asked = exact + semantic + missed; asked > 0) {
            const Interval i = share_interval(exact + semantic, asked);
            row["hit_rate"] = static_cast<double>(exact + semantic) / static_cast<double>(asked);
            row["hit_rate_low"] = i.low;
            row["hit_rate_high"] = i.high;
        }
        if (auto learning = learning_stats(store, id)) row["learning"] = std::move(*learning);
        out.push_back(std::move(row));
    }
    return out;
}

std::vector<std::string> problems_of(CacheStore& store) {
    store.reading();
    std::vector<std::string> found = store.db().damage();
    auto sums = store.db().prepare("SELECT s.name, s.entries, s.bytes, count(e.id), coalesce(sum(e.bytes), 0) FROM space s "
                                   "LEFT JOIN entry e ON e.space = s.id GROUP BY s.id");
    while (sums.step()) {
        const auto [name, entries, bytes, counted, summed] = sums.row<std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t>();
        if (entries != counted || bytes != summed)
            found.push_back(fmt::format("namespace {}: {} entries and {} bytes are noted, {} and {} are there", name, entries, bytes, counted, summed));
    }
    if (const auto n = store.db().value<std::int64_t>("SELECT count(*) FROM entry WHERE id NOT IN (SELECT entry FROM answer)"); n.value_or(0) > 0)
        found.push_back(fmt::format("{} entries have no answer", *n));
    auto answers = store.db().prepare("SELECT lower(hex(substr(e.key, 1, 6))), a.answer, a.hash, a.question, a.question_hash FROM answer a JOIN entry e ON e.id = a.entry");
    while (answers.step()) {
        const bool answer = is_whole(answers.column<std::string_view>(1), answers.column<std::optional<std::int64_t>>(2));
        const bool question = is_whole_question(answers.column<std::optional<std::string_view>>(3), answers.column<std::optional<std::int64_t>>(4));
        if (answer && question) continue;
        found.push_back(fmt::format("the {} under {} is not what was stored; answered anew it is whole again, and llm-cache rm removes it", answer ? "question" : "answer",
                                    answers.column<std::string>(0)));
    }
    if (const auto n = store.db().value<std::int64_t>("SELECT count(*) FROM vector_row r JOIN vector_set v ON v.id = r.set_id "
                                                      "WHERE v.space GLOB 'cache/*' AND r.row NOT IN (SELECT id FROM entry)");
        n.value_or(0) > 0)
        found.push_back(fmt::format("{} vectors belong to no entry", *n));
    for (const SetInfo& set : index_sets(store.db()))
        for (std::string& line : Index(store.db(), set.key).problems()) found.push_back(set.key.space + ": " + std::move(line));
    return found;
}

}  // namespace llm
