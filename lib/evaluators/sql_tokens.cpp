#include "evaluators/sql_tokens.hpp"

#include "base/error.hpp"

#include <array>
#include <cctype>
#include <stdexcept>

namespace llm {
namespace {

struct NamedDialect {
    std::string_view name;
    SqlDialect dialect;
};
constexpr SqlDialect mysql{true, false, false, false}, postgres{false, false, true, true}, sqlite{true, true, true, false},
    transact{false, true, true, false}, warehouse{true, false, true, true};
constexpr std::array dialects{NamedDialect{"mysql", mysql},        NamedDialect{"mariadb", mysql},        NamedDialect{"postgresql", postgres},
                              NamedDialect{"postgres", postgres},  NamedDialect{"redshift", postgres},    NamedDialect{"snowflake", warehouse},
                              NamedDialect{"sqlite", sqlite},      NamedDialect{"transactsql", transact}, NamedDialect{"bigquery", warehouse},
                              NamedDialect{"hive", warehouse},     NamedDialect{"athena", warehouse},     NamedDialect{"db2", postgres},
                              NamedDialect{"flinksql", warehouse}, NamedDialect{"noql", warehouse}};

bool begins_word(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool in_word(char c) { return begins_word(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '$' || c == '#'; }

std::string upper(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

class SqlCutter {
public:
    SqlCutter(std::string_view text, const SqlDialect& dialect) : text_(text), dialect_(dialect) {}

    std::vector<SqlToken> all() {
        while (skip_blanks()) one();
        out_.push_back({SqlToken::Kind::end, "", "the end", text_.size()});
        return std::move(out_);
    }

private:
    using Kind = SqlToken::Kind;

    [[noreturn]] static void refuse(const std::string& why, std::size_t at) {
        throw std::invalid_argument(fmt::format("{} (byte {})", why, at + 1));
    }
    std::string_view rest() const { return text_.substr(at_); }

    bool skip_blanks() {
        while (at_ < text_.size()) {
            if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0)
                ++at_;
            else if (rest().starts_with("--") || rest().starts_with("# "))
                at_ = std::min(text_.find('\n', at_), text_.size());
            else if (rest().starts_with("/*")) {
                const std::size_t end = text_.find("*/", at_ + 2);
                if (end == std::string_view::npos) refuse("a comment without end", at_);
                at_ = end + 2;
            } else
                return true;
        }
        return false;
    }

    void add(Kind kind, std::string text, std::size_t end) {
        out_.push_back({kind, std::move(text), std::string{text_.substr(at_, std::min<std::size_t>(end - at_, 40))}, at_});
        at_ = end;
    }

    /// Doubled quotes stand for one; a backslash keeps the next character where `escapes`.
    void quoted(Kind kind, char close, bool escapes) {
        std::string inside;
        for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
            if (escapes && text_[i] == '\\' && i + 1 < text_.size())
                inside += text_[++i];
            else if (text_[i] != close)
                inside += text_[i];
            else if (i + 1 < text_.size() && text_[i + 1] == close && close != ']')
                inside += text_[++i];
            else
                return add(kind, inside, i + 1);
        }
        refuse("a quote without end", at_);
    }

    void number() {
        std::size_t end = at_;
        while (end < text_.size() &&
               (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 || text_[end] == '.' ||
                ((text_[end] == '+' || text_[end] == '-') && (text_[end - 1] == 'e' || text_[end - 1] == 'E'))))
            ++end;
        add(Kind::number, std::string{text_.substr(at_, end - at_)}, end);
    }

    void one() {
        const char c = text_[at_];
        const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (c == '\'') return quoted(Kind::string, '\'', !dialect_.double_names);
        if (c == '"') return quoted(dialect_.double_names ? Kind::name : Kind::string, '"', !dialect_.double_names);
        if (c == '`' && dialect_.backticks) return quoted(Kind::name, '`', false);
        if (c == '[' && dialect_.brackets && begins_word(next)) return quoted(Kind::name, ']', false);
        if (std::isdigit(static_cast<unsigned char>(c)) != 0 || (c == '.' && std::isdigit(static_cast<unsigned char>(next)) != 0))
            return number();
        if (c == '?' || ((c == ':' || c == '@' || c == '$') && (in_word(next) || (c == '@' && next == '@')))) {
            std::size_t end = at_ + 1;
            while (end < text_.size() && (in_word(text_[end]) || text_[end] == '@')) ++end;
            return add(Kind::parameter, "?", end);
        }
        if (begins_word(c)) {
            std::size_t end = at_;
            while (end < text_.size() && in_word(text_[end])) ++end;
            return add(Kind::word, upper(text_.substr(at_, end - at_)), end);
        }
        for (const std::string_view mark :
             {"->>", "<=>", "::", "||", "&&", "<>", "!=", ">=", "<=", "==", "->", "!~", "~*", ":=", "@>", "<@"})
            if (rest().starts_with(mark)) {
                if (mark == "::" && !dialect_.colon_casts) refuse("'::' is no cast in this dialect", at_);
                return add(Kind::mark, std::string{mark}, at_ + mark.size());
            }
        if (std::string_view{"(),;.*+-/%=<>|&^~![]{}:"}.find(c) == std::string_view::npos)
            refuse(fmt::format("'{}' begins nothing in SQL", c), at_);
        add(Kind::mark, std::string(1, c), at_ + 1);
    }

    std::string_view text_;
    SqlDialect dialect_;
    std::size_t at_ = 0;
    std::vector<SqlToken> out_;
};

}  // namespace

SqlDialect sql_dialect(std::string_view name) {
    std::string plain;
    for (const char c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (plain.starts_with("snowflake")) plain = "snowflake";
    std::vector<std::string_view> names;
    for (const NamedDialect& d : dialects) {
        if (d.name == plain) return d.dialect;
        names.push_back(d.name);
    }
    const std::string near = nearest(plain, names);
    throw Error(Fault::config, "no SQL dialect '{}'{}", name,
                near.empty() ? "; there are MySQL, MariaDB, PostgresQL, Sqlite, TransactSQL, BigQuery, Redshift, Snowflake, "
                               "Hive, Athena, DB2, FlinkSQL"
                             : "; did you mean '" + near + "'?");
}

std::vector<SqlToken> sql_tokens(std::string_view text, const SqlDialect& dialect) { return SqlCutter(text, dialect).all(); }

}  // namespace llm
