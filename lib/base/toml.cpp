#include "base/toml.hpp"

#include "base/error.hpp"

#define TOML_ENABLE_FORMATTERS 0
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <cmath>
#include <sstream>

namespace llm {
namespace {

constexpr std::size_t largest_file = 1 << 20;
constexpr int deepest = 200;

[[noreturn]] void fail(std::string_view file, int line, std::string_view what) {
    throw Error(Fault::config, "{}:{}: {}", file, line, what);
}

/// toml++ recurses once a dot of a key, so a key of a million dots would end the stack before it ends in an
/// error.
void refuse_endless_keys(std::string_view text, std::string_view file) {
    int line = 1, dots = 0;
    for (const char c : text) {
        if (c == '\n') ++line;
        if (c == '.') ++dots;
        else if (c == '\n' || c == '=' || c == ',' || c == '[' || c == '{') dots = 0;
        if (dots > 2 * deepest) fail(file, line, "too many dots in a row for a key");
    }
}

template <typename T>
std::string printed(const T& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

struct Converter {
    std::string_view file;
    Toml& out;

    Json table(const toml::table& from, const std::string& path, int depth) {
        Json to = Json::object();
        for (const auto& [key, node] : from) {
            const std::string at = dotted(path, key.str());
            out.lines.emplace_back(at, static_cast<int>(key.source().begin.line));
            to[std::string{key.str()}] = value(node, at, depth + 1);
        }
        return to;
    }

    Json value(const toml::node& node, const std::string& path, int depth) {
        const int line = static_cast<int>(node.source().begin.line);
        if (depth > deepest) fail(file, line, "tables and lists are nested too deep");
        switch (node.type()) {
            case toml::node_type::table: return table(*node.as_table(), path, depth);
            case toml::node_type::array: {
                Json list = Json::array();
                for (const auto& item : *node.as_array()) list.push_back(value(item, path, depth + 1));
                return list;
            }
            case toml::node_type::string: return node.as_string()->get();
            case toml::node_type::integer: return node.as_integer()->get();
            case toml::node_type::boolean: return node.as_boolean()->get();
            case toml::node_type::floating_point: {
                const double number = node.as_floating_point()->get();
                if (!std::isfinite(number)) fail(file, line, fmt::format("{} must be a finite number", path));
                return number;
            }
            case toml::node_type::date: return printed(node.as_date()->get());
            case toml::node_type::time: return printed(node.as_time()->get());
            case toml::node_type::date_time: return printed(node.as_date_time()->get());
            case toml::node_type::none: break;
        }
        return nullptr;
    }
};

bool bare(std::string_view key) {
    for (const char c : key)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
              c == '-'))
            return false;
    return !key.empty();
}

}  // namespace

int Toml::line_of(std::string_view path) const {
    for (const auto& [at, line] : lines)
        if (at == path) return line;
    return 0;
}

Toml parse_toml(std::string_view text, std::string_view file) {
    if (text.size() > largest_file) throw Error(Fault::config, "{} is larger than 1 MiB", file);
    refuse_endless_keys(text, file);
    Toml out;
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        std::string what{error.description()};
        if (what.find("redefine existing") != std::string::npos)
            what +=
                "; a name is either a value or a table: under [log] write `enabled = false`, under [model] "
                "`default = \"…\"`";
        fail(file, static_cast<int>(error.source().begin.line), what);
    }
    out.tree = Converter{file, out}.table(parsed.table(), "", 0);
    return out;
}

std::string dotted(std::string_view parent, std::string_view key) {
    std::string path{parent};
    if (!path.empty()) path += '.';
    if (bare(key)) return path.append(key);
    path += '"';
    for (const char c : key) {
        if (c == '"' || c == '\\') path += '\\';
        path += c;
    }
    return path += '"';
}

std::vector<std::string> undotted(std::string_view path) {
    std::vector<std::string> keys;
    std::string key;
    bool quoted = false;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const char c = path[i];
        if (quoted && c == '\\' && i + 1 < path.size()) key += path[++i];
        else if (c == '"') quoted = !quoted;
        else if (c == '.' && !quoted) {
            keys.push_back(std::move(key));
            key.clear();
        } else key += c;
    }
    if (!path.empty()) keys.push_back(std::move(key));
    return keys;
}

}  // namespace llm
