#include "route/policy_table.hpp"

#include "base/setting_value.hpp"

#include <algorithm>

namespace llm {
namespace {

std::string shown(const Json& value) {
    std::string text = dump(value);
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

}  // namespace

PolicyLines::PolicyLines(std::string name, const Toml& toml) : file(std::move(name)) {
    for (const auto& [path, line] : toml.lines) at.emplace(path, line);
}

int PolicyLines::line(const std::string& path) const {
    const auto it = at.find(path);
    return it == at.end() ? 0 : it->second;
}

PolicyTable::PolicyTable(const PolicyLines& lines, const Json& table, std::string path) : lines_(&lines), table_(&table), path_(std::move(path)) {}

bool PolicyTable::has(std::string_view key) { return !raw(key).is_null(); }

const Json& PolicyTable::raw(std::string_view key) {
    if (std::ranges::find(asked_, key) == asked_.end()) asked_.emplace_back(key);
    return member(*table_, key);
}

int PolicyTable::line(std::string_view key) const {
    const int exact = key.empty() ? 0 : lines_->line(dotted(path_, key));
    return exact != 0 ? exact : lines_->line(path_);
}

void PolicyTable::wrong(std::string_view key, std::string_view what) const {
    const Json& value = member(*table_, key);
    throw Error(Fault::config, "{}:{}: {}{} {}", lines_->file, line(key), key, value.is_null() ? "" : " = " + shown(value), what);
}

std::optional<std::string> PolicyTable::text(std::string_view key) {
    const Json& value = raw(key);
    if (value.is_null()) return std::nullopt;
    if (!value.is_string()) wrong(key, "is no text; put it in quotes");
    if (value.get_ref<const std::string&>().empty()) wrong(key, "is empty; leave it out or say something");
    return value.get<std::string>();
}

std::optional<bool> PolicyTable::boolean(std::string_view key) {
    const Json& value = raw(key);
    if (value.is_null()) return std::nullopt;
    if (!value.is_boolean()) wrong(key, "must be true or false");
    return value.get<bool>();
}

std::optional<double> PolicyTable::number(std::string_view key, double least, double most) {
    const Json& value = raw(key);
    if (value.is_null()) return std::nullopt;
    if (!value.is_number()) wrong(key, "is no number");
    const double number = value.get<double>();
    if (number < least || number > most)
        wrong(key, most < 1e300 ? fmt::format("lies outside {} to {}", least, most) : fmt::format("must be {} or more", least));
    return number;
}

std::optional<long> PolicyTable::count(std::string_view key, long least) {
    const Json& value = raw(key);
    if (value.is_null()) return std::nullopt;
    if (!value.is_number_integer()) wrong(key, "is no whole number");
    const long number = value.get<long>();
    if (number < least) wrong(key, fmt::format("must be {} or more", least));
    return number;
}

std::optional<double> PolicyTable::milliseconds(std::string_view key) {
    const Json& value = raw(key);
    if (value.is_null()) return std::nullopt;
    const auto seconds = duration_in(value);
    if (!seconds || *seconds <= 0) wrong(key, "is no length of time; write for instance \"800ms\" or \"3s\"");
    return *seconds * 1000;
}

std::vector<std::string> PolicyTable::texts(std::string_view key) {
    const Json& value = raw(key);
    std::vector<std::string> out;
    if (value.is_null()) return out;
    if (value.is_string()) return {value.get<std::string>()};
    if (!value.is_array()) wrong(key, "must be a text or a list of texts");
    for (const Json& item : value) {
        if (!item.is_string() || item.get_ref<const std::string&>().empty()) wrong(key, "must be a text or a list of texts, none of them empty");
        out.push_back(item.get<std::string>());
    }
    if (out.empty()) wrong(key, "is an empty list; leave it out or name something");
    return out;
}

std::vector<std::pair<std::string, double>> PolicyTable::numbers(std::string_view key, double least, double most) {
    const Json& value = raw(key);
    std::vector<std::pair<std::string, double>> out;
    if (value.is_null()) return out;
    if (!value.is_object() || value.empty()) wrong(key, "must be a table of names and numbers");
    PolicyTable inner = table(key);
    std::vector<std::string> names;
    for (const auto& [name, number] : value.items()) names.push_back(name);
    for (const std::string& name : names) out.emplace_back(name, *inner.number(name, least, most));
    return out;
}

PolicyTable PolicyTable::table(std::string_view key) {
    const Json& value = raw(key);
    if (!value.is_object()) wrong(key, fmt::format("is no table; write [{}] and its members below", dotted(path_, key)));
    return {*lines_, value, dotted(path_, key)};
}

void PolicyTable::no_others() const {
    for (const auto& [name, value] : table_->items()) {
        if (std::ranges::find(asked_, name) != asked_.end()) continue;
        const std::string near = nearest(name, asked_);
        std::string known = near.empty() ? fmt::format("; known are {}", fmt::join(asked_, ", ")) : fmt::format("; did you mean '{}'?", near);
        throw Error(Fault::config, "{}:{}: there is no '{}' here{}", lines_->file, line(name), name, known);
    }
}

}  // namespace llm
