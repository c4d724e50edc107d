#include "mem/rows.hpp"

#include "base/json.hpp"

namespace llm::mem_rows {

std::string tags_json(const std::vector<std::string>& tags) { return tags.empty() ? std::string{} : dump(Json(tags)); }

std::vector<std::string> tags_from(std::string_view json) {
    if (json.empty()) return {};
    return Json::parse(json).get<std::vector<std::string>>();
}

Passage passage_at(const Statement& row, int at) {
    Passage p;
    p.id = row.column<std::int64_t>(at++);
    p.version = row.column<std::int64_t>(at++);
    p.space = row.column<std::string>(at++);
    p.document = row.column<std::int64_t>(at++);
    p.source = row.column<std::string>(at++);
    p.ordinal = row.column<std::int64_t>(at++);
    p.begin = row.column<std::size_t>(at++);
    p.end = row.column<std::size_t>(at++);
    p.line = row.column<std::size_t>(at++);
    p.parent = row.column<std::string>(at++);
    p.ref = row.column<std::string>(at++);
    p.text = row.column<std::string>(at++);
    p.time = row.column<std::int64_t>(at++);
    p.until = row.column<std::optional<std::int64_t>>(at++);
    p.tags = tags_from(row.column<std::string_view>(at++));
    p.pinned = row.column<bool>(at++);
    p.extra = row.column<std::string>(at++);
    return p;
}

bool bind_selection(Statement& statement, MemStore& store, const PassageSelection& s) {
    std::optional<std::int64_t> space;
    if (s.space) {
        space = store.space_id(*s.space);
        if (*space == 0) return false;
    }
    const auto filled = [](std::string text) { return text.empty() ? std::optional<std::string>{} : std::optional{std::move(text)}; };
    statement.bind(space, filled(tags_json(s.tags)), filled(s.source), s.from, s.to, s.document, s.pins == PassageSelection::Pins::only);
    return true;
}

}  // namespace llm::mem_rows
