#include "eval/gate.hpp"

#include "base/error.hpp"
#include "base/units.hpp"

#include <algorithm>
#include <cctype>

namespace llm {

struct Gate::Node {
    enum class Kind { all, any, negation, compare, name, number } kind;
    std::string word;  ///< operator or name
    double number = 0;
    std::vector<std::unique_ptr<Node>> parts;
};

namespace {

struct Token {
    enum class Kind { word, name, sign, number, end } kind = Kind::end;
    std::string text;
    std::size_t at = 0;
};

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c != '\0' && std::string_view{"_-.:@^/"}.find(c) != std::string_view::npos); }

class Tokens {
public:
    explicit Tokens(std::string_view text) : text_(text) { next(); }
    const Token& now() const { return now_; }
    [[noreturn]] void wrong(std::string_view wanted) const {
        throw Error(Fault::usage, "gate '{}': {} is expected {}; write, for instance, 'pass_rate >= 0.95 and score > 0.8'", text_, wanted,
                    now_.kind == Token::Kind::end ? std::string{"at the end"} : fmt::format("where '{}' stands", text_.substr(now_.at)));
    }
    bool take(std::initializer_list<std::string_view> words) {
        if (now_.kind != Token::Kind::word && now_.kind != Token::Kind::sign) return false;
        if (std::ranges::find(words, std::string_view{now_.text}) == words.end()) return false;
        next();
        return true;
    }
    void next() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
        now_ = Token{Token::Kind::end, {}, at_};
        if (at_ == text_.size()) return;
        const char c = text_[at_];
        if (c == '"') return quoted();
        if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.' || (c == '-' && at_ + 1 < text_.size() && !is_letter(text_[at_ + 1]))) return number();
        if (is_name(c)) {
            const std::size_t begin = at_;
            while (at_ < text_.size() && is_name(text_[at_])) ++at_;
            now_.text = text_.substr(begin, at_ - begin);
            now_.kind = now_.text == "and" || now_.text == "or" || now_.text == "not" ? Token::Kind::word : Token::Kind::name;
            return;
        }
        now_.kind = Token::Kind::sign;
        for (const std::string_view sign : {">=", "<=", "==", "!=", "&&", "||", ">", "<", "=", "(", ")", ",", "!"})
            if (text_.substr(at_).starts_with(sign)) {
                now_.text = sign;
                at_ += sign.size();
                return;
            }
        wrong("a name, a number or a comparison");
    }

private:
    static bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
    void quoted() {
        const std::size_t end = text_.find('"', at_ + 1);
        if (end == std::string_view::npos) wrong("a closing quote");
        now_.kind = Token::Kind::name;
        now_.text = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
    }
    void number() {
        const std::size_t begin = at_;
        if (text_[at_] == '-') ++at_;
        while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.')) ++at_;
        now_.text = text_.substr(begin, at_ - begin);
        now_.kind = Token::Kind::number;
        if (!parse_number(now_.text)) wrong("a number");
        if (at_ < text_.size() && text_[at_] == '%') ++at_, now_.text += '%';
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Token now_;
};

}  // namespace

struct GateReader {
    using Part = std::unique_ptr<Gate::Node>;
    using Kind = Gate::Node::Kind;
    Tokens tokens;

    static Part node(Kind kind, std::string word = {}, double number = 0) {
        auto n = std::make_unique<Gate::Node>();
        n->kind = kind;
        n->word = std::move(word);
        n->number = number;
        return n;
    }
    Part either() {
        Part n = node(Kind::any);
        do n->parts.push_back(both());
        while (tokens.take({"or", "||"}));
        return n;
    }
    Part both() {
        Part n = node(Kind::all);
        do n->parts.push_back(term());
        while (tokens.take({"and", "&&", ","}));
        return n;
    }
    Part term() {
        if (tokens.take({"not", "!"})) {
            Part n = node(Kind::negation);
            n->parts.push_back(term());
            return n;
        }
        if (tokens.take({"("})) {
            Part n = either();
            if (!tokens.take({")"})) tokens.wrong("a closing parenthesis");
            return n;
        }
        Part left = value();
        for (const std::string_view sign : {">=", "<=", "==", "!=", ">", "<", "="})
            if (tokens.take({sign})) {
                Part n = node(Kind::compare, sign == "=" ? "==" : std::string{sign});
                n->parts.push_back(std::move(left));
                n->parts.push_back(value());
                return n;
            }
        tokens.wrong("a comparison (>=, >, <=, <, ==, !=)");
    }
    Part value() {
        const Token token = tokens.now();
        if (token.kind == Token::Kind::name) {
            tokens.next();
            return node(Kind::name, token.text);
        }
        if (token.kind == Token::Kind::number) {
            tokens.next();
            const bool percent = token.text.ends_with('%');
            const double number = *parse_number(percent ? token.text.substr(0, token.text.size() - 1) : token.text);
            return node(Kind::number, token.text, percent ? number / 100 : number);
        }
        tokens.wrong("a name or a number");
    }

    static double figure(const Gate::Node& n, const Gate::Lookup& lookup, Gate::Answer& answer) {
        if (n.kind == Kind::number) return n.number;
        const auto found = lookup(n.word);
        if (!found) {
            answer.unknown.push_back(n.word);
            return 0;
        }
        answer.figures.push_back(fmt::format("{} = {:.6g}", n.word, *found));
        return *found;
    }
    static bool compare(std::string_view sign, double a, double b) {
        constexpr double near = 1e-12;  // 19 of 20 is .95 whatever the last bit says
        if (sign == ">=") return a >= b - near;
        if (sign == "<=") return a <= b + near;
        if (sign == ">") return a > b + near;
        if (sign == "<") return a < b - near;
        const bool equal = a >= b - near && a <= b + near;
        return sign == "==" ? equal : !equal;
    }
    static bool holds(const Gate::Node& n, const Gate::Lookup& lookup, Gate::Answer& answer) {
        if (n.kind == Kind::negation) return !holds(*n.parts[0], lookup, answer);
        if (n.kind == Kind::compare) {
            const double a = figure(*n.parts[0], lookup, answer), b = figure(*n.parts[1], lookup, answer);
            return compare(n.word, a, b);
        }
        bool all = true, any = false;
        for (const auto& part : n.parts) {
            const bool one = holds(*part, lookup, answer);
            all &= one;
            any |= one;
        }
        return n.kind == Kind::all ? all : any;
    }
};

Gate::Gate(std::string text) : text_(std::move(text)) {
    GateReader reader{Tokens{text_}};
    root_ = reader.either();
    if (reader.tokens.now().kind != Token::Kind::end) reader.tokens.wrong("'and', 'or' or the end");
}
Gate::~Gate() = default;
Gate::Gate(Gate&&) noexcept = default;
Gate& Gate::operator=(Gate&&) noexcept = default;

Gate::Answer Gate::ask(const Lookup& lookup) const {
    Answer answer;
    answer.holds = GateReader::holds(*root_, lookup, answer) && answer.unknown.empty();
    return answer;
}

}  // namespace llm
