// Recursive descent; a rule that does not fit throws, so what is left after it has been read in full.
#include "evaluators/sql_syntax.hpp"

#include "evaluators/sql_tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace llm {
namespace {

using Kind = SqlToken::Kind;
constexpr int deepest = 150;

// Words that cannot be names without quotes.
constexpr auto reserved = std::to_array<std::string_view>({"ALL",    "AND",    "AS",     "ASC",   "BETWEEN", "BY",     "CASE",      "CREATE", "CROSS",  "DELETE", "DESC", "DISTINCT", "DROP",  "ELSE",  "END",
                                                           "EXCEPT", "EXISTS", "FETCH",  "FROM",  "FULL",    "GROUP",  "HAVING",    "IN",     "INNER",  "INSERT", "INTERSECT", "INTO", "IS",   "JOIN",  "LEFT",
                                                           "LIKE",   "LIMIT",  "NATURAL", "NOT",  "NULL",    "ON",     "OR",        "ORDER",  "OUTER",  "RETURNING", "RIGHT", "SELECT", "SET",  "TABLE", "THEN",
                                                           "UNION",  "UPDATE", "USING",  "VALUES", "WHEN",   "WHERE",  "WITH",      "WINDOW", "QUALIFY", "OFFSET"});
// Words that begin what follows an expression or a table, so that they are no alias.
constexpr auto followers = std::to_array<std::string_view>({"FOR", "STRAIGHT_JOIN", "ROLLUP", "PIVOT", "TABLESAMPLE", "MINUS", "SEPARATOR", "IGNORE", "USE", "FORCE", "LATERAL", "OUTER", "CROSS"});

template <std::size_t N>
bool among(const std::array<std::string_view, N>& list, std::string_view word) {
    return std::ranges::find(list, word) != list.end();
}

class Parser {
public:
    Parser(std::vector<SqlToken> tokens) : tokens_(std::move(tokens)) {}

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
    struct Depth {
        explicit Depth(int& d) : depth(d) {
            if (++depth > deepest) throw std::invalid_argument("nested too deep");
        }
        ~Depth() { --depth; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;
        int& depth;
    };

    const SqlToken& now(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
    bool at_end() const { return now().kind == Kind::end; }
    bool is(std::string_view word, std::size_t ahead = 0) const { return now(ahead).kind == Kind::word && now(ahead).text == word; }
    bool is_mark(std::string_view m, std::size_t ahead = 0) const { return now(ahead).kind == Kind::mark && now(ahead).text == m; }
    bool word(std::string_view w) { return is(w) ? (++at_, true) : false; }
    bool any_word(std::initializer_list<std::string_view> words) {
        return std::ranges::any_of(words, [this](std::string_view w) { return word(w); });
    }
    bool mark(std::string_view m) { return is_mark(m) ? (++at_, true) : false; }
    [[noreturn]] void fail(std::string_view wanted) const { throw std::invalid_argument(fmt::format("{} where {} is wanted (byte {})", now().shown, wanted, now().at + 1)); }
    void need(std::string_view w) {
        if (!word(w)) fail(w);
    }
    void need_mark(std::string_view m) {
        if (!mark(m)) fail(m);
    }

    bool is_name(std::size_t ahead = 0) const { return now(ahead).kind == Kind::name || (now(ahead).kind == Kind::word && !among(reserved, now(ahead).text)); }
    std::string name() {
        if (!is_name()) fail("a name");
        return tokens_[at_++].kind == Kind::name ? tokens_[at_ - 1].text : tokens_[at_ - 1].shown;
    }
    void alias() {
        if (word("AS")) {
            if (now().kind == Kind::string) ++at_;
            else name();
        } else if (is_name() && !among(followers, now().text)) {
            name();
        }
    }
    void names_in_brackets() {
        need_mark("(");
        do name();
        while (mark(","));
        need_mark(")");
    }

    /// [database.]table
    std::string table(std::string_view kind) {
        std::vector<std::string> parts{name()};
        while (mark(".")) parts.push_back(name());
        const std::string last = parts.back();
        if (std::ranges::find(local_names_, last) == local_names_.end()) shape_.tables.push_back({std::string{kind}, parts.size() > 1 ? parts[parts.size() - 2] : "null", last});
        return last;
    }
    void column(std::string_view kind, std::string of, std::string column_name) { shape_.columns.push_back({std::string{kind}, std::move(of), std::move(column_name)}); }

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

    void with() {
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

    void query() {
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
            if (is_mark("(")) in_brackets();
            else primary();
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
            if (word("WITH")) need("TIES");
            else need("ONLY");
        }
        if (word("FOR")) {
            if (!any_word({"UPDATE", "SHARE"})) fail("UPDATE or SHARE");
            if (word("SKIP")) need("LOCKED");
            else word("NOWAIT");
        }
    }

    void order_by() {
        if (!word("ORDER")) return;
        need("BY");
        do {
            expression();
            any_word({"ASC", "DESC"});
            if (word("NULLS") && !any_word({"FIRST", "LAST"})) fail("FIRST or LAST");
        } while (mark(","));
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
        if (bare && is_name() && !among(followers, now().text)) fail("a comma, AS or FROM");
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
            } else if (is("JOIN") || is("INNER") || is("LEFT") || is("RIGHT") || is("FULL") || is("CROSS") || is("NATURAL") || is("OUTER")) {
                word("NATURAL");
                if (!any_word({"INNER", "CROSS"}) && any_word({"LEFT", "RIGHT", "FULL"})) word("OUTER");
                else word("OUTER");
                if (!word("JOIN")) need("APPLY");
                source();
            } else {
                return;
            }
            if (word("ON")) expression();
            else if (word("USING")) names_in_brackets();
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
        if (word("DEFAULT")) need("VALUES");
        else if (word("SET")) assignments();
        else {
            if (is("WITH")) with();
            if (any_word({"VALUES", "VALUE"})) rows();
            else query();
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
        if (is_mark("(")) in_brackets();
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
        if (word("RETURNING")) do item();
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
            {"CREATE", "ALTER", "DROP", "TRUNCATE", "GRANT", "REVOKE", "BEGIN", "START", "COMMIT", "ROLLBACK", "USE", "SHOW", "DESCRIBE", "SET", "ANALYZE", "VACUUM", "PRAGMA", "CALL", "MERGE", "RENAME", "COMMENT", "LOCK", "SAVEPOINT", "RELEASE", "REFRESH"});
        if (now().kind != Kind::word || !among(verbs, now().text)) fail("SELECT, INSERT, UPDATE, DELETE, WITH or a definition");
        const std::string verb = tokens_[at_++].text;
        if (verb == "CREATE" || verb == "DROP" || verb == "ALTER") {
            while (any_word({"OR", "REPLACE", "TEMPORARY", "TEMP", "UNIQUE", "GLOBAL", "LOCAL", "UNLOGGED", "EXTERNAL", "RECURSIVE", "FULLTEXT"})) {}
            const bool is_table = word("TABLE"), is_view = !is_table && (word("MATERIALIZED") || true) && word("VIEW");
            if (!is_table && !is_view && !any_word({"INDEX", "DATABASE", "SCHEMA", "USER", "ROLE", "FUNCTION", "PROCEDURE", "TRIGGER", "TYPE", "SEQUENCE", "EXTENSION", "DOMAIN", "POLICY", "COLUMN"}))
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
            const bool constraint = is("PRIMARY") || is("FOREIGN") || is("UNIQUE") || is("CONSTRAINT") || is("CHECK") || is("KEY") || is("INDEX");
            if (!constraint) name();
            int n = 0;
            while (!at_end() && !is_mark(",") && !is_mark(")") && !is_mark(";")) {
                if (is_mark("(")) balanced();
                else ++at_;
                ++n;
            }
            if (constraint && n < 2) fail("a constraint");
        } while (mark(","));
        need_mark(")");
        rest();
    }

    void balanced() {
        need_mark("(");
        while (!is_mark(")")) {
            if (at_end()) fail(")");
            if (is_mark("(")) balanced();
            else ++at_;
        }
        ++at_;
    }

    void rest() {
        while (!at_end() && !is_mark(";")) {
            if (is_mark("(")) balanced();
            else if (is_mark(")")) fail("; or the end");
            else ++at_;
        }
    }

    // Expressions -----------------------------------------------------------------------------------------

    void expressions() {
        do expression();
        while (mark(","));
    }

    void expression() {
        const Depth d(depth_);
        do {
            while (word("NOT")) {}
            predicate();
        } while (any_word({"AND", "OR", "XOR"}) || mark("&&"));
    }

    void predicate() {
        sum();
        while (true) {
            if (word("IS")) {
                word("NOT");
                if (word("DISTINCT")) {
                    need("FROM");
                    sum();
                } else if (!any_word({"NULL", "TRUE", "FALSE", "UNKNOWN"})) {
                    sum();
                }
                continue;
            }
            const std::size_t from = at_;
            word("NOT");
            if (word("BETWEEN")) {
                word("SYMMETRIC");
                sum();
                need("AND");
                sum();
            } else if (word("IN")) {
                if (is_mark("(")) in_brackets();
                else primary();
            } else if (any_word({"LIKE", "ILIKE", "REGEXP", "RLIKE", "GLOB", "MATCH"}) || (is("SIMILAR") && is("TO", 1) && (at_ += 2, true))) {
                sum();
                if (word("ESCAPE")) primary();
            } else {
                at_ = from;
                if (!mark("=") && !mark("<>") && !mark("!=") && !mark("<=") && !mark(">=") && !mark("<") && !mark(">") && !mark("==") && !mark("<=>") && !mark("~") && !mark("~*") && !mark("!~") &&
                    !mark("@>") && !mark("<@") && !mark(":="))
                    return;
                any_word({"ANY", "ALL", "SOME"});
                sum();
            }
        }
    }

    void sum() {
        do {
            while (mark("-") || mark("+") || mark("~") || mark("!")) {}
            postfix();
        } while (mark("+") || mark("-") || mark("*") || mark("/") || mark("%") || mark("||") || mark("|") || mark("&") || mark("^") || mark("->") || mark("->>") || any_word({"DIV", "MOD"}));
    }

    void postfix() {
        primary();
        while (true) {
            if (mark("::")) type();
            else if (word("COLLATE")) name();
            else if (is("AT") && is("TIME", 1)) {
                at_ += 2;
                need("ZONE");
                primary();
            } else if (mark("[")) {
                expression();
                if (mark(":")) expression();
                need_mark("]");
            } else {
                return;
            }
        }
    }

    void type() {
        name();
        while (is("PRECISION") || is("VARYING") || is("UNSIGNED") || is("ZONE") || is("TIME") || is("WITHOUT") || (is("WITH") && is("TIME", 1))) ++at_;
        if (is_mark("(")) balanced();
        while (is_mark("[") && is_mark("]", 1)) at_ += 2;
    }

    /// ( query | expressions | arguments with the words that functions take between them )
    void in_brackets() {
        const Depth d(depth_);
        need_mark("(");
        if (mark(")")) return;
        if (is("SELECT") || is("WITH") || is("VALUES")) {
            if (is("WITH")) with();
            query();
            return need_mark(")");
        }
        any_word({"DISTINCT", "ALL"});
        do {
            if (mark("*")) continue;
            any_word({"BOTH", "LEADING", "TRAILING"});
            if (!is("FROM")) expression();
            while (any_word({"FROM", "FOR", "IN", "USING", "SEPARATOR", "AS"})) {
                if (tokens_[at_ - 1].text == "AS") type();
                else expression();
            }
        } while (mark(","));
        order_by();
        if (word("SEPARATOR")) primary();
        if (word("LIMIT")) expression();
        need_mark(")");
    }

    void window() {
        if (is_name()) {
            name();
            return;
        }
        need_mark("(");
        if (is_name() && !is("PARTITION") && !is("ROWS") && !is("RANGE") && !is("GROUPS")) name();
        if (word("PARTITION")) {
            need("BY");
            expressions();
        }
        order_by();
        while (!is_mark(")")) {
            if (at_end()) fail(")");
            ++at_;
        }
        need_mark(")");
    }

    void primary() {
        const Depth d(depth_);
        const SqlToken& t = now();
        if (t.kind == Kind::number || t.kind == Kind::string || t.kind == Kind::parameter) {
            ++at_;
            while (t.kind == Kind::string && now().kind == Kind::string) ++at_;
            return;
        }
        if (is_mark("(")) return in_brackets();
        if (any_word({"NULL", "DEFAULT"})) return;
        if (word("CASE")) return case_expression();
        if (word("EXISTS")) return in_brackets();
        if (is("INTERVAL") && !is_mark(".", 1) && !is_mark(",", 1)) {
            ++at_;
            primary();
            if (any_word({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND"}) && word("TO")) name();
            return;
        }
        if ((is("DATE") || is("TIME") || is("TIMESTAMP") || is("ARRAY")) && (now(1).kind == Kind::string || is_mark("[", 1))) {
            ++at_;
            if (!mark("[")) {
                ++at_;
                return;
            }
            if (!is_mark("]")) expressions();
            return need_mark("]");
        }
        // LEFT(x, 2) and the like are functions although the words are reserved.
        if ((is("LEFT") || is("RIGHT") || is("REPLACE") || is("VALUES") || is("IF")) && is_mark("(", 1)) {
            ++at_;
            return in_brackets();
        }
        reference();
    }

    void case_expression() {
        if (!is("WHEN")) expression();
        do {
            need("WHEN");
            expression();
            need("THEN");
            expression();
        } while (is("WHEN"));
        if (word("ELSE")) expression();
        need("END");
    }

    void reference() {
        std::string of = "null", n = name();
        while (is_mark(".")) {
            ++at_;
            if (mark("*")) return column("select", n, "(.*)");
            of = std::exchange(n, name());
        }
        if (!is_mark("(")) return column("select", of, n);
        in_brackets();
        if (word("FILTER")) {
            need_mark("(");
            need("WHERE");
            expression();
            need_mark(")");
        }
        if (word("WITHIN")) {
            need("GROUP");
            in_brackets();
        }
        if (word("OVER")) window();
    }

    std::vector<SqlToken> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
    SqlShape shape_;
    std::vector<std::string> local_names_;
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
