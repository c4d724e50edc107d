#include "eval/yaml.hpp"

#include "base/error.hpp"
#include "base/units.hpp"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>

namespace llm {
namespace {

constexpr long most_values = 10'000'000;
constexpr int deepest = 200;

std::optional<long long> whole(std::string_view s) {
    if (s.starts_with('+')) s.remove_prefix(1);
    int base = 10;
    if (s.starts_with("0x")) base = 16, s.remove_prefix(2);
    else if (s.starts_with("0o")) base = 8, s.remove_prefix(2);
    long long v = 0;
    const auto [end, code] = std::from_chars(s.data(), s.data() + s.size(), v, base);
    if (s.empty() || code != std::errc{} || end != s.data() + s.size()) return {};
    return v;
}

std::optional<double> fraction(std::string_view s) {
    const std::string_view digits = s.starts_with('-') || s.starts_with('+') ? s.substr(1) : s;
    if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos || digits.find_first_of("0123456789") == std::string_view::npos) return {};
    double v = 0;
    if (s.starts_with('+')) s.remove_prefix(1);
    const auto [end, code] = std::from_chars(s.data(), s.data() + s.size(), v);
    if (code != std::errc{} || end != s.data() + s.size() || !std::isfinite(v)) return {};
    return v;
}

class Reader {
public:
    explicit Reader(std::string_view name) : name_(name) {}

    Json value(const YAML::Node& node, int depth = 0) {
        if (++values_ > most_values) wrong(node, "it is too large; are its aliases nested?");
        if (depth > deepest) wrong(node, "it is nested too deeply");
        if (node.IsSequence()) {
            Json list = Json::array();
            for (const auto& one : node) list.push_back(value(one, depth + 1));
            return list;
        }
        if (node.IsMap()) return object(node, depth);
        if (node.IsScalar()) return scalar(node);
        return nullptr;
    }

private:
    [[noreturn]] void wrong(const YAML::Node& node, std::string_view why) const {
        throw Error(Fault::config, "{}:{}: {}", name_, node.Mark().line + 1, why);
    }

    static Json scalar(const YAML::Node& node) {
        const std::string& s = node.Scalar();
        if (node.Tag() == "!" || node.Tag().ends_with(":str")) return s;
        if (s.empty() || s == "~" || s == "null" || s == "Null" || s == "NULL") return nullptr;
        if (s == "true" || s == "True" || s == "TRUE") return true;
        if (s == "false" || s == "False" || s == "FALSE") return false;
        if (const auto n = whole(s)) return *n;
        if (const auto n = fraction(s)) return *n;
        return s;
    }

    Json object(const YAML::Node& node, int depth) {
        Json out = Json::object();
        for (const auto& pair : node) {
            if (!pair.first.IsScalar()) wrong(pair.first, "a key must be text");
            const std::string& key = pair.first.Scalar();
            if (key != "<<") {
                out[key] = value(pair.second, depth + 1);
                continue;
            }
            Json merged = value(pair.second, depth + 1);
            if (!merged.is_array()) merged = Json::array({std::move(merged)});
            for (const Json& from : merged)
                for (const auto& [k, v] : from.items())
                    if (!out.contains(k) && !node[k].IsDefined()) out[k] = v;
        }
        return out;
    }

    std::string_view name_;
    long values_ = 0;
};

}  // namespace

Json yaml_value(const std::string& text, std::string_view name) {
    try {
        return Reader{name}.value(YAML::Load(text));
    } catch (const YAML::Exception& e) {
        throw Error(Fault::config, "{}:{}: this is no YAML: {}", name, e.mark.line + 1, e.msg);
    }
}

}  // namespace llm
