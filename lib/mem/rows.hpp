/// How passages stand in the tables. For this folder only.
#pragma once

#include "mem/store.hpp"

namespace llm::mem_rows {

/// Columns of a version joined with its space and document; read by passage_at.
inline constexpr std::string_view version_columns =
    "v.passage, v.id, s.name, v.document, d.source, v.ordinal, v.first, v.past, v.line, v.parent, v.ref, v.text, v.time, v.until, v.tags, "
    "v.pinned, v.extra";
inline constexpr std::string_view version_joins = " JOIN space s ON s.id = v.space JOIN document d ON d.id = v.document ";
inline constexpr int version_width = 17;

Passage passage_at(const Statement& row, int first = 0);
std::string tags_json(const std::vector<std::string>&);  ///< "" for none
std::vector<std::string> tags_from(std::string_view json);

/// Conditions on `p` (passage) and `d` (document) with the parameters ?1 … ?7, to be bound with bind_selection.
inline constexpr std::string_view selected =
    "(?1 IS NULL OR p.space = ?1) AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(p.tags) t JOIN json_each(?2) w ON w.value = t.value)) "
    "AND (?3 IS NULL OR d.source = ?3 OR d.source GLOB ?3) AND (?4 IS NULL OR p.time >= ?4) AND (?5 IS NULL OR p.time < ?5) "
    "AND (?6 IS NULL OR p.document = ?6) AND (?7 = 0 OR p.pinned) ";
/// False where nothing can be selected, for the space does not exist.
bool bind_selection(Statement&, MemStore&, const PassageSelection&);

}  // namespace llm::mem_rows
