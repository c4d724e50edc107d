#include "mem/proposals.hpp"

#include "mem/rows.hpp"

namespace llm {

std::int64_t Proposals::add(const Proposal& p) {
    const std::int64_t space = store_.space_to_write(p.space);
    const auto filled = [](std::string text) { return text.empty() ? std::optional<std::string>{} : std::optional{std::move(text)}; };
    store_.db().run("INSERT INTO proposal (space, kind, text, target, source, time, tags, extra, made_by, made, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                    space, p.kind, p.text, p.target, p.source, p.time != 0 ? p.time : store_.now(), filled(mem_rows::tags_json(p.tags)), filled(p.extra), p.made_by, store_.now(),
                    p.state);
    return store_.db().last_row();
}

std::vector<Proposal> Proposals::waiting(std::optional<std::string_view> space) {
    std::vector<Proposal> out;
    auto rows = store_.db().prepare("SELECT p.id, s.name, p.kind, p.text, p.target, p.source, p.time, p.tags, p.extra, p.made_by, p.state FROM proposal p JOIN space s ON "
                                    "s.id = p.space WHERE p.state = 'waiting' AND (?1 IS NULL OR s.name = ?1) ORDER BY p.id");
    rows.bind(space);
    while (rows.step()) {
        Proposal p;
        p.id = rows.column<std::int64_t>(0);
        p.space = rows.column<std::string>(1);
        p.kind = rows.column<std::string>(2);
        p.text = rows.column<std::string>(3);
        p.target = rows.column<std::optional<std::int64_t>>(4);
        p.source = rows.column<std::string>(5);
        p.time = rows.column<std::int64_t>(6);
        p.tags = mem_rows::tags_from(rows.column<std::string_view>(7));
        p.extra = rows.column<std::string>(8);
        p.made_by = rows.column<std::string>(9);
        p.state = rows.column<std::string>(10);
        out.push_back(std::move(p));
    }
    return out;
}

bool Proposals::decide(std::int64_t id, std::string_view state, std::optional<std::int64_t> change) {
    store_.writing();
    return store_.db().run("UPDATE proposal SET state = ?2, change = ?3 WHERE id = ?1 AND state = 'waiting'", id, state, change) > 0;
}

}  // namespace llm
