/// Whether a text is SQL, by a grammar that takes in what the common dialects share and their usual additions (casts with ::, backticks, TOP, LIMIT a, b, ILIKE, RETURNING,
/// upserts, windows, common table expressions). Queries and changes of data are parsed throughout; definitions (CREATE, ALTER, DROP, GRANT …) in their outline.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// What a statement touches: "select", "insert", "update" or "delete" of a table or a column; "null" where no database or table is written.
struct SqlUse {
    std::string kind, of, name;
};

struct SqlShape {
    std::vector<SqlUse> tables;   ///< of = database
    std::vector<SqlUse> columns;  ///< of = table as written before the dot; `(.*)` for *
};

/// "MySQL", "PostgresQL", "Sqlite", "TransactSQL", … as promptfoo names them, whatever the case; decides which quotes are names and a few words. Throws Error{config} for
/// another name. A text has one or more statements; `why` says what is wrong and where, counted in bytes from 1.
std::optional<SqlShape> sql_shape(std::string_view text, std::string_view dialect, std::string& why);

}  // namespace llm
