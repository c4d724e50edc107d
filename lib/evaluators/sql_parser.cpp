#include "evaluators/sql_reader.hpp"

#include <array>

namespace llm {
namespace {

class Parser final : public SqlReader {
public:
    using SqlReader::SqlReader;

    SqlShape all() {
        bool any = false;
        while (!at_end()) {
            if (mark(";")) continue;
            statement();
            any = true;
            if (!at_end() && !mark(";")) fail("; or the end");
        }
        if (!any) throw std::invalid_argument("there is no statement");
        return std::move(shape_);
    }

private:
    void statement() {
        const Depth d(depth_);
        if (is("WITH")) with();
        if (is("SELECT") || is("VALUES") || is_mark("(")) return query();
        if (is("INSERT") || is("REPLACE")) return insert();
        if (is("UPDATE")) return update();
        if (is("DELETE")) return erase();
        if (word("EXPLAIN")) {
            any_word({"ANALYZE", "PLAN", "FORMAT"});
            word("QUERY");
            word("FOR");
            return statement();
        }
        definition();
    }

    void with() override {
        need("WITH");
        word("RECURSIVE");
        do {
            local_names_.push_back(name());
            if (is_mark("(")) names_in_brackets();
            need("AS");
            word("NOT");
            word("MATERIALIZED");
            need_mark("(");
            statement();
            need_mark(")");
        } while (mark(","));
    }

    void query() override {
        const Depth d(depth_);
        core();
        while (any_word({"UNION", "INTERSECT", "EXCEPT", "MINUS"})) {
            any_word({"ALL", "DISTINCT"});
            core();
        }
        tail();
    }

    void core() {
        if (mark("(")) {
            if (is("WITH")) with();
            query();
            return need_mark(")");
        }
        if (word("VALUES")) return rows();
        need("SELECT");
        if (word("DISTINCT")) {
            if (word("ON")) in_brackets();
        } else {
            word("ALL");
        }
        if (word("TOP")) {
            if (is_mark("("))
                in_brackets();
            else
                primary();
            word("PERCENT");
        }
        do item();
        while (mark(","));
        if (word("INTO")) table("insert");
        if (word("FROM")) sources();
        if (word("WHERE")) expression();
        if (word("GROUP")) {
            need("BY");
            expressions();
            if (word("WITH")) need("ROLLUP");
        }
        if (word("HAVING")) expression();
        if (word("WINDOW")) do {
                name();
                need("AS");
                window();
            } while (mark(","));
        if (word("QUALIFY")) expression();
    }

    void tail() {
        order_by();
        if (word("LIMIT")) {
            if (!word("ALL")) expression();
            if (mark(",")) expression();
        }
        if (word("OFFSET")) {
            expression();
            any_word({"ROWS", "ROW"});
        }
        if (word("FETCH")) {
            if (!any_word({"FIRST", "NEXT"})) fail("FIRST or NEXT");
            if (!is("ROW") && !is("ROWS")) expression();
            if (!any_word({"ROWS", "ROW"})) fail("ROWS");
            if (word("WITH"))
                need("TIES");
            else
                need("ONLY");
        }
        if (word("FOR")) {
            if (!any_word({"UPDATE", "SHARE"})) fail("UPDATE or SHARE");
            if (word("SKIP"))
                need("LOCKED");
            else
                word("NOWAIT");
        }
    }

    void item() {
        if (mark("*")) return column("select", "null", "(.*)");
        if (is_name() && is_mark(".", 1) && is_mark("*", 2)) {
            column("select", name(), "(.*)");
            at_ += 2;
            return;
        }
        const std::size_t from = at_;
        expression();
        const bool bare = at_ - from == 1 && is_name_token(from);
        // `SELECT a b FROM t` rather lacks a comma than names a.
        if (bare && is_name() && !is_follower(now().text)) fail("a comma, AS or FROM");
        alias();
    }
    bool is_name_token(std::size_t i) const { return tokens_[i].kind == Kind::name || tokens_[i].kind == Kind::word; }

    void sources() {
        source();
        while (true) {
            if (mark(",")) {
                source();
                continue;
            }
            if (word("STRAIGHT_JOIN")) {
                source();
            } else if (is("JOIN") || is("INNER") || is("LEFT") || is("RIGHT") || is("FULL") || is("CROSS") || is("NATURAL") ||
                       is("OUTER")) {
                word("NATURAL");
                if (!any_word({"INNER", "CROSS"}) && any_word({"LEFT", "RIGHT", "FULL"}))
                    word("OUTER");
                else
                    word("OUTER");
                if (!word("JOIN")) need("APPLY");
                source();
            } else {
                return;
            }
            if (word("ON"))
                expression();
            else if (word("USING"))
                names_in_brackets();
        }
    }

    void source() {
        const Depth d(depth_);
        word("LATERAL");
        if (is_mark("(")) {
            const bool inner = is("SELECT", 1) || is("WITH", 1) || is("VALUES", 1) || is_mark("(", 1);
            need_mark("(");
            if (inner) {
                if (is("WITH")) with();
                query();
            } else {
                sources();
            }
            need_mark(")");
        } else if (is_name() && is_mark("(", 1)) {
            name();
            in_brackets();
        } else {
            table("select");
        }
        if (!is("SET")) alias();
        if (is_mark("(")) names_in_brackets();
    }

    void rows() {
        do {
            word("ROW");
            need_mark("(");
            if (!is_mark(")")) expressions();
            need_mark(")");
        } while (mark(","));
    }

    void assignments() {
        do {
            if (is_mark("(")) {
                names_in_brackets();
            } else {
                std::string of = "null", n = name();
                while (mark(".")) of = std::exchange(n, name());
                column("update", of, n);
            }
            need_mark("=");
            if (!word("DEFAULT")) expression();
        } while (mark(","));
    }

    void insert() {
        const bool replace = word("REPLACE");
        if (!replace) need("INSERT");
        if (word("OR")) name();
        any_word({"IGNORE", "LOW_PRIORITY", "DELAYED"});
        if (!word("INTO") && !word("OVERWRITE")) fail("INTO");
        word("TABLE");
        const std::string into = table("insert");
        bool columns = false;
        if (is_mark("(") && !is("SELECT", 1) && !is("WITH", 1)) {
            columns = true;
            need_mark("(");
            do column("insert", into, name());
            while (mark(","));
            need_mark(")");
        }
        if (!columns) column("insert", into, "(.*)");
        if (word("DEFAULT"))
            need("VALUES");
        else if (word("SET"))
            assignments();
        else {
            if (is("WITH")) with();
            if (any_word({"VALUES", "VALUE"}))
                rows();
            else
                query();
        }
        if (word("ON")) upsert();
        returning();
    }

    void upsert() {
        if (word("DUPLICATE")) {
            need("KEY");
            need("UPDATE");
            return assignments();
        }
        need("CONFLICT");
        if (is_mark("("))
            in_brackets();
        else if (word("ON")) {
            need("CONSTRAINT");
            name();
        }
        if (word("WHERE")) expression();
        need("DO");
        if (word("NOTHING")) return;
        need("UPDATE");
        need("SET");
        assignments();
        if (word("WHERE")) expression();
    }

    void returning() {
        if (word("RETURNING")) do
                item();
            while (mark(","));
    }

    void update() {
        need("UPDATE");
        word("ONLY");
        const std::size_t before = shape_.tables.size();
        sources();
        for (std::size_t i = before; i < shape_.tables.size(); ++i) shape_.tables[i].kind = "update";
        need("SET");
        assignments();
        if (word("FROM")) sources();
        if (word("WHERE")) expression();
        tail();
        returning();
    }

    void erase() {
        need("DELETE");
        if (is_name()) table("delete");
        need("FROM");
        const std::size_t before = shape_.tables.size();
        sources();
        for (std::size_t i = before; i < shape_.tables.size(); ++i) shape_.tables[i].kind = "delete";
        column("delete", "null", "(.*)");
        if (word("USING")) sources();
        if (word("WHERE")) expression();
        tail();
        returning();
    }

    /// CREATE … and the rest: their words, and brackets that balance.
    void definition() {
        constexpr auto verbs = std::to_array<std::string_view>(
            {"CREATE",   "ALTER",  "DROP",    "TRUNCATE", "GRANT",     "REVOKE",  "BEGIN",  "START",  "COMMIT",
             "ROLLBACK", "USE",    "SHOW",    "DESCRIBE", "SET",       "ANALYZE", "VACUUM", "PRAGMA", "CALL",
             "MERGE",    "RENAME", "COMMENT", "LOCK",     "SAVEPOINT", "RELEASE", "REFRESH"});
        if (now().kind != Kind::word || std::ranges::find(verbs, now().text) == verbs.end())
            fail("SELECT, INSERT, UPDATE, DELETE, WITH or a definition");
        const std::string verb = tokens_[at_++].text;
        if (verb == "CREATE" || verb == "DROP" || verb == "ALTER") {
            while (any_word({"OR", "REPLACE", "TEMPORARY", "TEMP", "UNIQUE", "GLOBAL", "LOCAL", "UNLOGGED", "EXTERNAL",
                             "RECURSIVE", "FULLTEXT"})) {
            }
            const bool is_table = word("TABLE"), is_view = !is_table && (word("MATERIALIZED") || true) && word("VIEW");
            if (!is_table && !is_view &&
                !any_word({"INDEX", "DATABASE", "SCHEMA", "USER", "ROLE", "FUNCTION", "PROCEDURE", "TRIGGER", "TYPE", "SEQUENCE",
                           "EXTENSION", "DOMAIN", "POLICY", "COLUMN"}))
                fail("TABLE, VIEW, INDEX or another thing to define");
            if (word("IF")) {
                word("NOT");
                need("EXISTS");
            }
            if (verb == "CREATE" && is_table) return create_table();
            if (verb == "CREATE" && is_view) {
                name();
                while (mark(".")) name();
                if (is_mark("(")) names_in_brackets();
                need("AS");
                if (is("WITH")) with();
                return query();
            }
            if (!is("ON")) name();
        } else if (at_end() || is_mark(";")) {
            if (verb != "BEGIN" && verb != "COMMIT" && verb != "ROLLBACK" && verb != "VACUUM" && verb != "ANALYZE") fail("more");
        }
        rest();
    }

    void create_table() {
        name();
        while (mark(".")) name();
        if (word("AS")) {
            if (is("WITH")) with();
            return query();
        }
        need_mark("(");
        do {
            const bool constraint =
                is("PRIMARY") || is("FOREIGN") || is("UNIQUE") || is("CONSTRAINT") || is("CHECK") || is("KEY") || is("INDEX");
            if (!constraint) name();
            int n = 0;
            while (!at_end() && !is_mark(",") && !is_mark(")") && !is_mark(";")) {
                if (is_mark("("))
                    balanced();
                else
                    ++at_;
                ++n;
            }
            if (constraint && n < 2) fail("a constraint");
        } while (mark(","));
        need_mark(")");
        rest();
    }
};

}  // namespace

std::optional<SqlShape> sql_shape(std::string_view text, std::string_view dialect, std::string& why) {
    const SqlDialect d = sql_dialect(dialect);
    try {
        return Parser(sql_tokens(text, d)).all();
    } catch (const std::invalid_argument& e) {
        why = e.what();
        return std::nullopt;
    }
}

}  // namespace llm
