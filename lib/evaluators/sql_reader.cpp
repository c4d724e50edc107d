#include "evaluators/sql_reader.hpp"

#include "base/ascii.hpp"

#include <array>

namespace llm {
namespace {

// Words that cannot be names without quotes.
constexpr auto reserved = std::to_array<std::string_view>(
    {"ALL",      "AND",   "AS",     "ASC",       "BETWEEN", "BY",     "CASE",      "CREATE", "CROSS",  "DELETE",  "DESC",
     "DISTINCT", "DROP",  "ELSE",   "END",       "EXCEPT",  "EXISTS", "FETCH",     "FROM",   "FULL",   "GROUP",   "HAVING",
     "IN",       "INNER", "INSERT", "INTERSECT", "INTO",    "IS",     "JOIN",      "LEFT",   "LIKE",   "LIMIT",   "NATURAL",
     "NOT",      "NULL",  "ON",     "OR",        "ORDER",   "OUTER",  "RETURNING", "RIGHT",  "SELECT", "SET",     "TABLE",
     "THEN",     "UNION", "UPDATE", "USING",     "VALUES",  "WHEN",   "WHERE",     "WITH",   "WINDOW", "QUALIFY", "OFFSET"});
// Words that begin what follows an expression or a table, so that they are no alias.
constexpr auto followers = std::to_array<std::string_view>({"FOR", "STRAIGHT_JOIN", "ROLLUP", "PIVOT", "TABLESAMPLE", "MINUS",
                                                            "SEPARATOR", "IGNORE", "USE", "FORCE", "LATERAL", "OUTER", "CROSS"});

}  // namespace

bool SqlReader::is_reserved(std::string_view word) { return among(reserved, word); }
bool SqlReader::is_follower(std::string_view word) { return among(followers, word); }

void SqlReader::expressions() {
    do expression();
    while (mark(","));
}

void SqlReader::expression() {
    const Depth d(depth_);
    do {
        while (word("NOT")) {
        }
        predicate();
    } while (any_word({"AND", "OR", "XOR"}) || mark("&&"));
}

void SqlReader::predicate() {
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
            if (is_mark("("))
                in_brackets();
            else
                primary();
        } else if (any_word({"LIKE", "ILIKE", "REGEXP", "RLIKE", "GLOB", "MATCH"}) ||
                   (is("SIMILAR") && is("TO", 1) && (at_ += 2, true))) {
            sum();
            if (word("ESCAPE")) primary();
        } else {
            at_ = from;
            if (!mark("=") && !mark("<>") && !mark("!=") && !mark("<=") && !mark(">=") && !mark("<") && !mark(">") &&
                !mark("==") && !mark("<=>") && !mark("~") && !mark("~*") && !mark("!~") && !mark("@>") && !mark("<@") &&
                !mark(":="))
                return;
            any_word({"ANY", "ALL", "SOME"});
            sum();
        }
    }
}

void SqlReader::sum() {
    do {
        while (mark("-") || mark("+") || mark("~") || mark("!")) {
        }
        postfix();
    } while (mark("+") || mark("-") || mark("*") || mark("/") || mark("%") || mark("||") || mark("|") || mark("&") || mark("^") ||
             mark("->") || mark("->>") || any_word({"DIV", "MOD"}));
}

void SqlReader::postfix() {
    primary();
    while (true) {
        if (mark("::"))
            type();
        else if (word("COLLATE"))
            name();
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

void SqlReader::type() {
    name();
    while (is("PRECISION") || is("VARYING") || is("UNSIGNED") || is("ZONE") || is("TIME") || is("WITHOUT") ||
           (is("WITH") && is("TIME", 1)))
        ++at_;
    if (is_mark("(")) balanced();
    while (is_mark("[") && is_mark("]", 1)) at_ += 2;
}

/// ( query | expressions | arguments with the words that functions take between them )
void SqlReader::in_brackets() {
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
            if (tokens_[at_ - 1].text == "AS")
                type();
            else
                expression();
        }
    } while (mark(","));
    order_by();
    if (word("SEPARATOR")) primary();
    if (word("LIMIT")) expression();
    need_mark(")");
}

void SqlReader::window() {
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

void SqlReader::primary() {
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
        if (any_word({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND"}) && word("TO"))
            name();
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

void SqlReader::case_expression() {
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

void SqlReader::reference() {
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

void SqlReader::order_by() {
    if (!word("ORDER")) return;
    need("BY");
    do {
        expression();
        any_word({"ASC", "DESC"});
        if (word("NULLS") && !any_word({"FIRST", "LAST"})) fail("FIRST or LAST");
    } while (mark(","));
}

void SqlReader::balanced() {
    need_mark("(");
    while (!is_mark(")")) {
        if (at_end()) fail(")");
        if (is_mark("("))
            balanced();
        else
            ++at_;
    }
    ++at_;
}

void SqlReader::rest() {
    while (!at_end() && !is_mark(";")) {
        if (is_mark("("))
            balanced();
        else if (is_mark(")"))
            fail("; or the end");
        else
            ++at_;
    }
}

}  // namespace llm
