/// Reads SQL's tokens: names, aliases, expressions. Recursive descent; a rule that does not fit throws std::invalid_argument with what is wanted.
#pragma once

#include "evaluators/sql_syntax.hpp"
#include "evaluators/sql_tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

class SqlReader {
public:
    explicit SqlReader(std::vector<SqlToken> tokens) : tokens_(std::move(tokens)) {}
    virtual ~SqlReader() = default;
    SqlReader(const SqlReader&) = delete;
    SqlReader& operator=(const SqlReader&) = delete;

protected:
    using Kind = SqlToken::Kind;

    // What expressions hold of queries.
    virtual void with() = 0;
    virtual void query() = 0;

    // A word that cannot be a name without quotes; one that begins what follows an expression or a table, so that it is no alias.
    static bool is_reserved(std::string_view word);
    static bool is_follower(std::string_view word);

    struct Depth {
        explicit Depth(int& d) : depth(d) {
            if (++depth > 150) throw std::invalid_argument("nested too deep");
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

    bool is_name(std::size_t ahead = 0) const { return now(ahead).kind == Kind::name || (now(ahead).kind == Kind::word && !is_reserved(now(ahead).text)); }
    std::string name() {
        if (!is_name()) fail("a name");
        return tokens_[at_++].kind == Kind::name ? tokens_[at_ - 1].text : tokens_[at_ - 1].shown;
    }
    void alias() {
        if (word("AS")) {
            if (now().kind == Kind::string) ++at_;
            else name();
        } else if (is_name() && !is_follower(now().text)) {
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

    void order_by();
    /// ( … ), whatever is in it.
    void balanced();
    /// The words up to the end of the statement, brackets balanced.
    void rest();
    void expressions();
    void expression();
    void predicate();
    void sum();
    void postfix();
    void type();
    void in_brackets();
    void window();
    void primary();
    void case_expression();
    void reference();

    std::vector<SqlToken> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
    SqlShape shape_;
    std::vector<std::string> local_names_;  ///< of common table expressions
};

}  // namespace llm
