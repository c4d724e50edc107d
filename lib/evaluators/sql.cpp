/// is-sql, contains-sql: `value` {databaseType, allowedTables: ["(select|update)::db::table"], allowedColumns:
/// ["select::table::column"]}, the last two regular expressions that each table and column used must match one of.
#include "evaluators/sql_syntax.hpp"

#include "base/ascii.hpp"
#include "evaluators/parameters.hpp"
#include "text/pattern.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::string_view value = "{databaseType, allowedTables, allowedColumns}, or nothing";
constexpr std::array sql_types{
    EvaluatorType{"is-sql", value, "", "the whole answer is SQL (that touches nothing but these tables and columns)"},
    EvaluatorType{"contains-sql", value, "", "the answer is SQL, or has a fenced block of it"},
};

struct Allowed {
    std::vector<Pattern> list;
    bool any = true;

    Allowed(const CheckSpec& spec, std::string_view name) {
        const Json& given = member(spec.value, name);
        if (given.is_null()) return;
        any = false;
        CheckSpec inner = spec;
        inner.value = given;
        for (const std::string& pattern : list_parameter(inner)) list.emplace_back("(?i)\\A(?:" + pattern + ")\\z");
    }
    /// The first use that none of the patterns matches, or nothing.
    std::string refused(const std::vector<SqlUse>& uses) const {
        if (any) return {};
        for (const SqlUse& u : uses) {
            const std::string written = u.kind + "::" + u.of + "::" + u.name;
            if (std::ranges::none_of(list, [&](const Pattern& p) { return p.found_in(written); })) return written;
        }
        return {};
    }
};

struct Rules {
    std::string dialect;
    Allowed tables, columns;
    explicit Rules(const CheckSpec& spec)
        : dialect(text_setting(spec, "databaseType", "MySQL")), tables(spec, "allowedTables"), columns(spec, "allowedColumns") {
        std::string why;
        sql_shape("SELECT 1", dialect, why);  // an unknown dialect is said at once
    }
};

/// Each fenced block without a language, or with sql as its language.
std::vector<std::string> fenced(std::string_view text) {
    std::vector<std::string> out;
    for (std::size_t at = text.find("```"); at != std::string_view::npos;) {
        const std::size_t end = text.find("```", at + 3);
        if (end == std::string_view::npos) break;
        std::string_view inside = text.substr(at + 3, end - at - 3);
        const std::size_t line = inside.find('\n');
        const std::string_view language = trimmed(inside.substr(0, line));
        if (line != std::string_view::npos && (language.empty() || language == "sql" || language == "SQL" ||
                                               language == "mysql" || language == "postgresql" || language == "sqlite"))
            inside = inside.substr(line + 1);
        out.emplace_back(trimmed(inside));
        at = text.find("```", end + 3);
    }
    return out;
}

}  // namespace

extern const EvaluatorEntry evaluator_sql{
    "sql", "SQL", sql_types, [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
        if (!spec.value.is_null() && !spec.value.is_object()) bad_value(spec, value);
        return local_evaluator([spec, rules = std::make_shared<Rules>(spec)](const Case& c) {
            std::vector<std::string> candidates{c.answer};
            if (spec.type == "contains-sql")
                for (std::string& block : fenced(c.answer)) candidates.push_back(std::move(block));
            std::string first;
            for (const std::string& candidate : candidates) {
                std::string why;
                const auto shape = sql_shape(candidate, rules->dialect, why);
                if (shape) {
                    const std::string table = rules->tables.refused(shape->tables),
                                      column = rules->columns.refused(shape->columns);
                    if (table.empty() && column.empty()) return decided(spec, true, "the answer is SQL");
                    why = "it uses " + (table.empty() ? column : table) + ", which is not allowed";
                }
                first = why;
            }
            return decided(spec, false, "no SQL as wanted: " + first);
        });
    }};

}  // namespace llm
