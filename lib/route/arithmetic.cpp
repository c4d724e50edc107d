#include "route/arithmetic.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace llm {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Number {
    double value;
    int decimals;
};

/// A number at `at`, with thousands commas; moves `at` behind it.
std::optional<Number> read_number(std::string_view text, std::size_t& at) {
    std::size_t i = at;
    std::string digits;
    int decimals = -1;
    while (i < text.size()) {
        const char c = text[i];
        const bool digit_next = i + 1 < text.size() && is_digit(text[i + 1]);
        if (is_digit(c)) {
            digits += c;
            if (decimals >= 0) ++decimals;
        } else if (c == '.' && decimals < 0 && digit_next) {
            digits += c;
            decimals = 0;
        } else if (c != ',' || decimals >= 0 || digits.empty() || !digit_next) {
            break;
        }
        ++i;
    }
    if (digits.empty() || digits.size() > 30) return std::nullopt;
    at = i;
    return Number{std::strtod(digits.c_str(), nullptr), std::max(decimals, 0)};
}

/// Recursive descent over `expression := term {(+|-) term}`, `term := factor {(*|x|×|/|÷) factor}`,
/// `factor := [$] number [%] [unit] | ( expression )`. Brackets are followed to a depth of 20.
class Expression {
public:
    Expression(std::string_view text, std::size_t at) : text_(text), at_(at) {}

    std::optional<double> expression() {
        std::optional<double> left = term();
        while (left) {
            blanks();
            const char c = here();
            if (c != '+' && c != '-') break;
            const std::size_t before = at_++;
            const std::optional<double> right = term();
            if (!right) {
                at_ = before;
                break;
            }
            ++operations;
            left = c == '+' ? *left + *right : *left - *right;
        }
        return left;
    }

    std::size_t at() const { return at_; }
    char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void blanks() {
        while (here() == ' ' || here() == '$') ++at_;
    }

    std::vector<double> operands;
    int operations = 0;

private:
    std::optional<double> term() {
        std::optional<double> left = factor();
        while (left) {
            blanks();
            const std::size_t before = at_;
            const char op = times_or_over();
            if (op == '\0') break;
            const std::optional<double> right = factor();
            if (!right || (op == '/' && *right == 0)) {
                at_ = before;
                break;
            }
            ++operations;
            left = op == '*' ? *left * *right : *left / *right;
        }
        return left;
    }

    char times_or_over() {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with("\\*") || rest.starts_with("×")) return at_ += 2, '*';
        if (rest.starts_with("÷")) return at_ += 2, '/';
        if (rest.starts_with('*') || rest.starts_with("x ")) return ++at_, '*';
        if (rest.starts_with('/')) return ++at_, '/';
        return '\0';
    }

    std::optional<double> factor() {
        blanks();
        if (here() == '(') {
            if (++depth_ > 20) return std::nullopt;
            ++at_;
            const std::optional<double> inner = expression();
            blanks();
            --depth_;
            if (!inner || here() != ')') return std::nullopt;
            ++at_;
            return inner;
        }
        const std::optional<Number> number = read_number(text_, at_);
        if (!number) return std::nullopt;
        operands.push_back(number->value);
        double value = number->value;
        if (here() == '%') {
            ++at_;
            value /= 100;
        }
        unit();
        return value;
    }

    /// "16 eggs - 3": one or two words may stand between a number and what follows, never "x".
    void unit() {
        std::size_t i = at_;
        for (int words = 0; words < 2; ++words) {
            std::size_t j = i;
            while (j < text_.size() && text_[j] == ' ') ++j;
            const std::size_t start = j;
            while (j < text_.size() && is_letter(text_[j])) ++j;
            if (j == start || (j == start + 1 && text_[start] == 'x')) break;
            i = j;
            while (j < text_.size() && text_[j] == ' ') ++j;
            if (j < text_.size() && std::string_view{"+-*/=x"}.find(text_[j]) != std::string_view::npos) {
                at_ = i;
                return;
            }
        }
    }

    std::string_view text_;
    std::size_t at_;
    int depth_ = 0;
};

bool near(double a, double b, int decimals) {
    const double rounding = 0.51 * std::pow(10.0, -decimals);
    return std::abs(a - b) <= std::max({decimals > 0 ? rounding : 0.0, 1e-6 * std::abs(b), 1e-9}) ||
           (decimals == 0 && std::abs(a - b) < 0.51 && a != std::floor(a));
}

/// The statement that begins at `at`; moves `at` behind it.
std::optional<Sum> sum_at(std::string_view text, std::size_t& at) {
    Expression read{text, at};
    const std::optional<double> value = read.expression();
    if (!value || read.operations == 0) return std::nullopt;
    read.blanks();
    std::size_t i = read.at();
    if (i >= text.size() || text[i] != '=') return std::nullopt;
    ++i;
    const auto skip = [&](std::string_view what) {
        while (i < text.size() && what.find(text[i]) != std::string_view::npos) ++i;
    };
    skip(" $");
    if (text.substr(i).starts_with("<<")) return std::nullopt;  // the note says the same
    const bool negative = i < text.size() && text[i] == '-';
    if (negative) ++i;
    skip(" $");
    const std::optional<Number> stated = read_number(text, i);
    if (!stated) return std::nullopt;
    Sum sum;
    sum.operands = std::move(read.operands);
    sum.value = *value;
    sum.stated = negative ? -stated->value : stated->value;
    const bool percent = i < text.size() && text[i] == '%';
    sum.holds = near(sum.value, sum.stated, stated->decimals) ||
                (percent && near(sum.value * 100, sum.stated, stated->decimals));
    at = i;
    return sum;
}

constexpr std::pair<std::string_view, double> number_words[] = {
    {"one", 1},      {"two", 2},       {"three", 3},     {"four", 4},        {"five", 5},
    {"six", 6},      {"seven", 7},     {"eight", 8},     {"nine", 9},        {"ten", 10},
    {"eleven", 11},  {"twelve", 12},   {"thirteen", 13}, {"fourteen", 14},   {"fifteen", 15},
    {"sixteen", 16}, {"eighteen", 18}, {"twenty", 20},   {"thirty", 30},     {"forty", 40},
    {"fifty", 50},   {"sixty", 60},    {"hundred", 100}, {"thousand", 1000}, {"dozen", 12},
    {"half", 0.5},   {"twice", 2},     {"double", 2},    {"triple", 3},      {"third", 3},
    {"quarter", 4},  {"thrice", 3},    {"once", 1},      {"week", 7},        {"couple", 2},
    {"pair", 2},
};

}  // namespace

std::vector<Sum> stated_sums(std::string_view text) {
    std::vector<Sum> sums;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        const bool begins = is_digit(c) || c == '(';
        const bool inside =
            i > 0 && (is_digit(text[i - 1]) || text[i - 1] == '.' || text[i - 1] == ',') && c != '(';
        std::size_t at = i;
        if (begins && !inside) {
            if (std::optional<Sum> sum = sum_at(text, at)) sums.push_back(std::move(*sum));
        }
        i = std::max(at, i + 1);
    }
    return sums;
}

std::vector<double> numbers_in(std::string_view text, Words words) {
    std::vector<double> found;
    for (std::size_t i = 0; i < text.size();) {
        if (is_digit(text[i])) {
            const bool negative =
                i > 0 && text[i - 1] == '-' && (i < 2 || text[i - 2] == ' ' || text[i - 2] == '$');
            const std::optional<Number> number = read_number(text, i);
            if (!number) {
                ++i;
            } else {
                found.push_back(negative ? -number->value : number->value);
            }
        } else if (words == Words::too && is_letter(text[i])) {
            std::string word;
            while (i < text.size() && is_letter(text[i])) word += static_cast<char>(text[i++] | 0x20);
            const auto named = std::find_if(std::begin(number_words), std::end(number_words),
                                            [&](const auto& w) { return w.first == word; });
            if (named != std::end(number_words)) found.push_back(named->second);
        } else {
            ++i;
        }
    }
    return found;
}

}  // namespace llm
