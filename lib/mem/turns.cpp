#include "mem/turns.hpp"

#include "base/hash.hpp"
#include "chat/message.hpp"
#include "base/error.hpp"
#include "mem/words.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <unordered_map>

namespace llm {
namespace {

constexpr std::string_view columns = "turn.id, coalesce(turn.parent, 0), ordinal, conversation, role, message, turn.text, turn.time";
constexpr std::size_t least_overlap = 2;  // one equal turn ("yes") says nothing

Turn turn_in(const Statement& row) {
    Turn t;
    std::string json;
    std::tie(t.id, t.parent, t.ordinal, t.conversation, t.role, json, t.text, t.time) =
        row.row<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::string, std::string, std::string, std::int64_t>();
    t.turn = Json::parse(json);
    return t;
}

/// The turn in one spelling, whichever way it came.
Json plain(const Json& turn) { return to_json(message_of(turn, "turn")); }

/// What a provider wants back is not what was said: some steps of a chain drop it.
Json said(const Json& plain_turn) {
    Json t = plain_turn;
    t.erase("provider");
    return t;
}
bool same(const Json& a, const Json& b) { return said(a) == said(b); }

Sha256Sum key_of(const Sha256Sum& before, const Json& turn) {
    std::string bytes(reinterpret_cast<const char*>(before.data()), before.size());
    bytes += dump(said(turn));
    return sha256(bytes);
}

/// As a shell shows a call; for reading only.
std::string call_text(const Json& calls) {
    std::string out;
    for (const Json& c : calls) {
        const Json& f = member(c, "function");
        const Json& given = member(f, "arguments");
        if (!out.empty()) out += '\n';
        out += text_of(f, "name") + "(" + (given.is_string() ? given.get<std::string>() : dump(given)) + ")";
    }
    return out;
}

}  // namespace

std::string said_in(const Json& turn) {
    const Json& content = member(turn, "content");
    std::string out;
    if (content.is_string()) {
        out = content.get<std::string>();
    } else if (content.is_array()) {
        for (const Json& part : content) out += text_of(part, "text");
    }
    if (const Json& calls = member(turn, "tool_calls"); calls.is_array()) {
        if (!out.empty()) out += '\n';
        out += call_text(calls);
    }
    return out;
}

std::int64_t Turns::find(std::string_view space, std::string_view name) {
    return db_.value<std::int64_t>("SELECT conversation.id FROM conversation JOIN space ON space.id = conversation.space WHERE space.name = ?1 AND conversation.name = ?2", space, name)
        .value_or(0);
}

std::int64_t Turns::open(std::string_view space, std::string_view name) {
    store_.writing();
    if (const std::int64_t id = find(space, name); id != 0) return id;
    db_.run("INSERT INTO conversation (space, name) VALUES (?1, ?2)", store_.space_to_write(space), name);
    return db_.last_row();
}

std::vector<std::string> Turns::names(std::string_view space) {
    std::vector<std::string> out;
    auto rows = db_.prepare("SELECT conversation.name FROM conversation JOIN space ON space.id = conversation.space WHERE space.name = ?1 ORDER BY conversation.id");
    rows.bind(space);
    while (rows.step()) out.push_back(rows.column<std::string>(0));
    return out;
}

std::int64_t Turns::keep_one(std::int64_t conversation, const Turn& parent, const Json& turn) {
    Sha256Sum before{};
    if (parent.id != 0) {
        auto row = db_.prepare("SELECT key FROM turn WHERE id = ?1");
        row.bind(parent.id);
        if (!row.step()) throw Error(Fault::internal, "turn {} is not in the store", parent.id);
        const Bytes bytes = row.column<Bytes>(0);
        std::transform(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), before.size())), before.begin(),
                       [](std::byte b) { return static_cast<std::uint8_t>(b); });
    }
    const Sha256Sum key = key_of(before, turn);
    if (const auto id = db_.value<std::int64_t>("SELECT id FROM turn WHERE conversation = ?1 AND key = ?2", conversation, bytes_of(key))) return *id;
    const std::string text = said_in(turn);
    db_.run("INSERT INTO turn (conversation, parent, ordinal, key, role, message, text, time) VALUES (?1, nullif(?2, 0), ?3, ?4, ?5, ?6, ?7, ?8)", conversation, parent.id,
            parent.ordinal + 1, bytes_of(key), text_of(turn, "role"), dump(turn), text, store_.now());
    const std::int64_t id = db_.last_row();
    db_.run("INSERT INTO turn_words (rowid, text) VALUES (?1, ?2)", id, text);
    return id;
}

std::vector<std::int64_t> Turns::keep(std::int64_t conversation, std::int64_t parent, const std::vector<Json>& turns) {
    store_.writing();
    Turn before;
    before.ordinal = -1;
    if (parent != 0) {
        auto found = find(parent);
        if (!found || found->conversation != conversation) throw Error(Fault::internal, "turn {} is not of this conversation", parent);
        before = std::move(*found);
    }
    std::vector<std::int64_t> ids;
    ids.reserve(turns.size());
    for (const Json& turn : turns) {
        before.id = keep_one(conversation, before, plain(turn));
        ++before.ordinal;
        ids.push_back(before.id);
    }
    return ids;
}

Turns::Place Turns::place_of(std::int64_t conversation, const std::vector<Json>& turns) {
    const std::int64_t last = head(conversation);
    if (last == 0 || turns.empty()) return {};
    const std::vector<Turn> known = path(last);
    std::vector<Json> given;
    given.reserve(turns.size());
    for (const Json& t : turns) given.push_back(plain(t));
    if (!known.empty() && same(known.front().turn, given.front())) return {};
    // The longest end of what is known that is a beginning of what is given.
    for (std::size_t n = std::min(known.size(), given.size()); n >= least_overlap; --n) {
        const std::size_t at = known.size() - n;
        const bool equal = std::equal(known.begin() + static_cast<std::ptrdiff_t>(at), known.end(), given.begin(), [](const Turn& k, const Json& g) { return same(k.turn, g); });
        if (equal) return {known.back().id, n};
    }
    return {};
}

std::int64_t Turns::head(std::int64_t conversation) {
    return db_.value<std::int64_t>("SELECT max(id) FROM turn WHERE conversation = ?1", conversation).value_or(0);
}

std::optional<Turn> Turns::find(std::int64_t id) {
    auto row = db_.prepare(fmt::format("SELECT {} FROM turn WHERE id = ?1", columns));
    row.bind(id);
    if (!row.step()) return std::nullopt;
    return turn_in(row);
}

std::vector<Turn> Turns::path(std::int64_t id) {
    std::vector<Turn> out;
    auto row = db_.prepare(fmt::format("WITH RECURSIVE back (id) AS (SELECT ?1 UNION ALL SELECT turn.parent FROM back JOIN turn ON turn.id = back.id WHERE turn.parent IS NOT NULL) "
                                       "SELECT {} FROM turn WHERE id IN (SELECT id FROM back) ORDER BY ordinal",
                                       columns));
    row.bind(id);
    while (row.step()) out.push_back(turn_in(row));
    return out;
}

std::vector<Turn> Turns::search(const TurnQuery& q) {
    const std::string words = words_query(q.words);
    std::vector<Turn> out;
    if (words.empty()) return out;
    // What was said, not what tools found: recalled text would be found again and again.
    auto row = db_.prepare(fmt::format("SELECT {}, conversation.name FROM turn_words JOIN turn ON turn.id = turn_words.rowid JOIN conversation ON conversation.id = turn.conversation "
                                       "JOIN space ON space.id = conversation.space WHERE turn_words MATCH ?1 AND space.name = ?2 AND role <> 'tool' "
                                       "AND (?3 IS NULL OR conversation.name = ?3) AND (?4 IS NULL OR turn.time >= ?4) AND (?5 IS NULL OR turn.time < ?5) "
                                       "ORDER BY bm25(turn_words), turn.id DESC LIMIT ?6 OFFSET ?7",
                                       columns));
    row.bind(words, q.space, q.conversation, q.since, q.until, static_cast<std::int64_t>(q.limit), static_cast<std::int64_t>(q.skip));
    while (row.step()) {
        out.push_back(turn_in(row));
        out.back().name = row.column<std::string>(8);
    }
    return out;
}

std::vector<Turn> Turns::unlearned(std::string_view space, const std::optional<std::string>& name, std::int64_t since, std::int64_t until) {
    std::vector<Turn> out;
    auto row = db_.prepare(fmt::format("SELECT {}, conversation.name FROM turn JOIN conversation ON conversation.id = turn.conversation JOIN space ON space.id = conversation.space "
                                       "WHERE space.name = ?1 AND (?2 IS NULL OR conversation.name = ?2) AND turn.time >= ?3 AND turn.time < ?4 AND learned = 0 "
                                       "AND role IN ('user', 'assistant') ORDER BY conversation, ordinal, turn.id",
                                       columns));
    row.bind(space, name, since, until);
    while (row.step()) {
        out.push_back(turn_in(row));
        out.back().name = row.column<std::string>(8);
    }
    return out;
}

void Turns::mark_learned(std::int64_t turn) {
    store_.writing();
    db_.run("UPDATE turn SET learned = 1 WHERE id = ?1", turn);
}

std::vector<Summary> Turns::summaries(std::int64_t conversation, const std::vector<Turn>& path) {
    std::unordered_map<std::int64_t, std::size_t> at;
    for (std::size_t i = 0; i < path.size(); ++i) at[path[i].id] = i;
    std::vector<std::tuple<std::size_t, std::int64_t, Summary>> found;
    auto rows = db_.prepare("SELECT id, through, made_at, text, made_by FROM summary WHERE conversation = ?1");
    rows.bind(conversation);
    while (rows.step()) {
        auto [id, through, made_at, text, model] = rows.row<std::int64_t, std::int64_t, std::int64_t, std::string, std::string>();
        const auto place = at.find(through);
        if (place == at.end() || !at.contains(made_at)) continue;
        found.emplace_back(place->second, id, Summary{through, std::move(text), std::move(model)});
    }
    std::ranges::sort(found, [](const auto& a, const auto& b) { return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b)); });
    std::vector<Summary> out;
    for (auto& f : found) out.push_back(std::move(std::get<2>(f)));
    return out;
}

void Turns::keep(std::int64_t conversation, const Summary& s, std::int64_t made_at) {
    store_.writing();
    db_.run("INSERT OR IGNORE INTO summary (conversation, through, made_at, text, made_by, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", conversation, s.through, made_at,
            s.text, s.model, store_.now());
}

}  // namespace llm
