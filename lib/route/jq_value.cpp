#include "route/jq_value.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

struct JqValue::Node {
    enum class Kind { path, literal, equal, unequal, less, less_equal, more, more_equal, both, either };
    Kind kind = Kind::literal;
    std::vector<std::string> path;
    Json literal;
    std::unique_ptr<Node> left, right;
};

namespace {

using Node = JqValue::Node;
using Kind = Node::Kind;
using NodePtr = std::unique_ptr<Node>;

/// What is not of the small language: libjq knows.
struct Foreign {};

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

/// or := and {"or" and}   and := compared {"and" compared}   compared := operand [op operand]   operand := path | literal | "(" or ")"
class Parser {
public:
    explicit Parser(std::string_view text) : rest_(text) {}

    NodePtr whole() {
        NodePtr node = either();
        blanks();
        if (!rest_.empty()) throw Foreign{};
        return node;
    }

private:
    void blanks() {
        while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\n')) rest_.remove_prefix(1);
    }
    bool take(std::string_view token) {
        blanks();
        if (!rest_.starts_with(token)) return false;
        if (letter(token[0]) && rest_.size() > token.size() && (letter(rest_[token.size()]) || digit(rest_[token.size()]))) return false;
        rest_.remove_prefix(token.size());
        return true;
    }
    static NodePtr join(Kind kind, NodePtr left, NodePtr right) {
        auto node = std::make_unique<Node>();
        node->kind = kind;
        node->left = std::move(left);
        node->right = std::move(right);
        return node;
    }
    NodePtr either() {
        NodePtr node = both();
        while (take("or")) node = join(Kind::either, std::move(node), both());
        return node;
    }
    NodePtr both() {
        NodePtr node = compared();
        while (take("and")) node = join(Kind::both, std::move(node), compared());
        return node;
    }
    NodePtr compared() {
        constexpr std::array<std::pair<std::string_view, Kind>, 6> operators{{{"==", Kind::equal}, {"!=", Kind::unequal}, {"<=", Kind::less_equal},
                                                                              {">=", Kind::more_equal}, {"<", Kind::less}, {">", Kind::more}}};
        NodePtr node = operand();
        for (const auto& [sign, kind] : operators)
            if (take(sign)) return join(kind, std::move(node), operand());
        return node;
    }
    NodePtr operand() {
        if (take("(")) {
            NodePtr node = either();
            if (!take(")")) throw Foreign{};
            return node;
        }
        blanks();
        if (rest_.empty()) throw Foreign{};
        if (rest_[0] == '.') return path();
        auto node = std::make_unique<Node>();
        node->literal = literal();
        return node;
    }
    NodePtr path() {
        auto node = std::make_unique<Node>();
        node->kind = Kind::path;
        while (rest_.size() > 1 && rest_[0] == '.' && letter(rest_[1])) {
            std::size_t end = 2;
            while (end < rest_.size() && (letter(rest_[end]) || digit(rest_[end]))) ++end;
            node->path.emplace_back(rest_.substr(1, end - 1));
            rest_.remove_prefix(end);
        }
        if (node->path.empty()) throw Foreign{};
        return node;
    }
    Json literal() {
        if (take("true")) return true;
        if (take("false")) return false;
        if (take("null")) return nullptr;
        if (rest_[0] == '"') {
            const std::size_t end = rest_.find_first_of("\"\\", 1);
            if (end == std::string_view::npos || rest_[end] == '\\') throw Foreign{};
            std::string text{rest_.substr(1, end - 1)};
            rest_.remove_prefix(end + 1);
            return text;
        }
        std::size_t end = 0;
        while (end < rest_.size() && (digit(rest_[end]) || rest_[end] == '.')) ++end;
        double number = 0;
        const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + end, number);
        if (end == 0 || error != std::errc{} || stop != rest_.data() + end) throw Foreign{};
        if (rest_.size() > end && letter(rest_[end])) throw Foreign{};
        rest_.remove_prefix(end);
        return number;
    }

    std::string_view rest_;
};

bool truth(const Json& v) { return !v.is_null() && v != false; }

/// jq's order of kinds.
int rank(const Json& v) {
    if (v.is_null()) return 0;
    if (v.is_boolean()) return v.get<bool>() ? 2 : 1;
    if (v.is_number()) return 3;
    if (v.is_string()) return 4;
    return v.is_array() ? 5 : 6;
}

/// −1, 0 or 1. Lists and objects among each other are jq's affair.
int compare(const Json& a, const Json& b) {
    const int x = rank(a), y = rank(b);
    if (x != y) return x < y ? -1 : 1;
    if (x == 3) {
        const double l = a.get<double>(), r = b.get<double>();
        return l < r ? -1 : l > r ? 1 : 0;
    }
    if (x == 4) {
        const int c = a.get_ref<const std::string&>().compare(b.get_ref<const std::string&>());
        return c < 0 ? -1 : c > 0 ? 1 : 0;
    }
    if (x > 4) throw Foreign{};
    return 0;
}

Json at_path(const std::vector<std::string>& path, const Record& record) {
    const auto raw = record.raw(path[0]);
    if (!raw) return nullptr;
    if (path.size() == 1 && raw->front() == '"') return unescape(*raw);
    Json value = read_json(*raw);
    if (value.is_discarded()) throw Foreign{};
    for (std::size_t i = 1; i < path.size(); ++i) {
        if (value.is_null()) return nullptr;
        if (!value.is_object()) throw Foreign{};  // jq says what is wrong
        Json inner = member(value, path[i]);
        value = std::move(inner);
    }
    return value;
}

Json value_of(const Node& n, const Record& record) {
    switch (n.kind) {
        case Kind::path: return at_path(n.path, record);
        case Kind::literal: return n.literal;
        case Kind::both: return truth(value_of(*n.left, record)) && truth(value_of(*n.right, record));
        case Kind::either: return truth(value_of(*n.left, record)) || truth(value_of(*n.right, record));
        default: break;
    }
    const int order = compare(value_of(*n.left, record), value_of(*n.right, record));
    switch (n.kind) {
        case Kind::equal: return order == 0;
        case Kind::unequal: return order != 0;
        case Kind::less: return order < 0;
        case Kind::less_equal: return order <= 0;
        case Kind::more: return order > 0;
        default: return order >= 0;
    }
}

}  // namespace

JqValue::JqValue(const std::string& program) : source_(program) {
    try {
        simple_ = Parser{program}.whole();
    } catch (const Foreign&) {
        program_.emplace(program);
    }
}

JqValue::~JqValue() = default;
JqValue::JqValue(JqValue&&) noexcept = default;
JqValue& JqValue::operator=(JqValue&&) noexcept = default;

JqProgram& JqValue::program() {
    if (!program_) program_.emplace(source_);
    return *program_;
}

std::optional<Json> JqValue::compute(const Record& record) const {
    if (!simple_) return std::nullopt;
    try {
        return value_of(*simple_, record);
    } catch (const Foreign&) {
        return std::nullopt;
    }
}

bool JqValue::holds(const Record& record) {
    if (const auto value = compute(record)) return truth(*value);
    return program().holds(record.line());
}

std::optional<std::string> JqValue::text(const Record& record) {
    std::optional<Json> value = compute(record);
    if (!value) {
        const auto given = program().first(record.line());
        if (!given) return std::nullopt;
        value = Json::parse(*given);
    }
    if (value->is_null()) return std::nullopt;
    return value->is_string() ? value->get<std::string>() : dump(*value);
}

}  // namespace llm
