#include "base/settings.hpp"

#include "base/error.hpp"
#include "base/paths.hpp"
#include "base/setting_value.hpp"
#include "base/toml.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace llm {
namespace {

constexpr std::string_view prefix = "LLMUTILS_";

/// The whole file; nothing where there is none and that is allowed.
std::optional<std::string> slurp(const std::string& file, bool may_be_missing) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        if (may_be_missing && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
        throw Error(Fault::config, "cannot read the configuration {}: {}", file, std::strerror(errno));
    }
    std::string text;
    ssize_t got = 0;
    do {
        const std::size_t before = text.size();
        text.resize(before + 16384);
        got = ::read(descriptor, text.data() + before, 16384);
        text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    } while ((got > 0 && text.size() <= (1u << 20)) || (got < 0 && errno == EINTR));
    const int why = errno;
    ::close(descriptor);
    if (got < 0) throw Error(Fault::config, "cannot read the configuration {}: {}", file, std::strerror(why));
    return text;
}

const SettingEntry* shorthand_entry(std::string_view path) {
    for (const SettingEntry& entry : setting_table())
        if (!entry.shorthand.empty() && entry.shorthand == path) return &entry;
    return nullptr;
}

std::string_view full(std::string_view path) {
    const SettingEntry* entry = shorthand_entry(path);
    return entry ? entry->path : path;
}

std::string shown_path(const std::vector<std::string>& keys) {
    std::string path;
    for (const std::string& key : keys) path = dotted(path, key);
    return path;
}

std::string upper(std::string_view name) {
    std::string out{name};
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        else if (c == '-') c = '_';
    }
    return out;
}

/// The keys that a variable's name (without LLMUTILS_) stands for; names of providers, models and tiers that
/// the file has are found again, others are taken in small letters with hyphens.
std::vector<std::string> keys_of(std::string_view name, const Json& tree) {
    for (const SettingEntry& entry : setting_table()) {
        if (variable_of(entry).substr(prefix.size()) == name) return undotted(entry.path);
        std::string path = upper(entry.path);
        std::replace(path.begin(), path.end(), '.', '_');
        if (path == name) return undotted(entry.path);
        const std::size_t star = path.find('*');
        if (star == std::string::npos || entry.path.ends_with(".*.*")) continue;
        const std::string_view head = std::string_view{path}.substr(0, star),
                               tail = std::string_view{path}.substr(star + 1);
        if (name.size() <= head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail))
            continue;
        const std::string middle{name.substr(head.size(), name.size() - head.size() - tail.size())};
        std::vector<std::string> keys = undotted(entry.path);
        std::string& key = keys[1];
        key = middle;
        for (char& c : key) c = c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        for (const auto& [known, value] : member(tree, keys[0]).items())
            if (upper(known) == middle) key = known;
        return keys;
    }
    return {};
}

}  // namespace

Settings::Settings() = default;

Settings Settings::load(const Environment& environment, const std::optional<std::filesystem::path>& file) {
    Settings settings;
    const auto named = file ? std::optional{file->string()} : environment.filled("LLMUTILS_CONFIG");
    if (named) settings.file_ = *named;
    else if (const auto folder = find_config_folder(environment))
        settings.file_ = (*folder / "config.toml").string();
    if (!settings.file_.empty())
        if (const auto text = slurp(settings.file_, !named)) settings.read(*text);
    settings.apply(environment);
    return settings;
}

Settings Settings::parse(std::string_view toml, std::string_view name, const Environment& environment) {
    Settings settings;
    settings.file_ = name;
    settings.read(toml);
    settings.apply(environment);
    return settings;
}

void Settings::read(std::string_view toml) {
    Toml parsed = parse_toml(toml, file_);
    tree_ = std::move(parsed.tree);
    given_.reserve(parsed.lines.size());
    for (auto& [path, line] : parsed.lines) given_.push_back({std::move(path), line, "", Origin::Kind::file});
    write_out_shorthands();
    for (const auto& [key, value] : tree_.items())
        if (key != "provider") check(value, {key}, dotted("", key));
        else if (!value.is_object()) wrong_kind(key, value, SettingKind::texts);
}

void Settings::write_out_shorthands() {
    for (const SettingEntry& entry : setting_table()) {
        if (entry.shorthand.empty()) continue;
        const auto it = tree_.find(std::string{entry.shorthand});
        if (it == tree_.end() || it->is_object()) continue;
        const std::vector<std::string> keys = undotted(entry.path);
        *it = Json{{keys.back(), std::move(*it)}};
        for (Given& given : given_)
            if (given.path == entry.shorthand) given.path = entry.path;
    }
}

void Settings::apply(const Environment& environment) {
    for (const auto& [variable, value] : environment.beginning_with(prefix)) {
        const bool ours = variable == "LLMUTILS_CONFIG" || variable == "LLMUTILS_WHO" ||
                          std::string_view{variable}.substr(prefix.size()).starts_with('_');
        if (!ours && !value.empty()) apply(variable, value);
    }
}

void Settings::apply(const std::string& variable, std::string_view value) {
    const auto keys = keys_of(std::string_view{variable}.substr(prefix.size()), tree_);
    if (keys.empty()) {
        std::vector<std::string> known{"LLMUTILS_CONFIG", "LLMUTILS_WHO"};
        for (const SettingEntry& entry : setting_table())
            if (entry.path.find('*') == std::string_view::npos) known.push_back(variable_of(entry));
        const std::string near = nearest(variable, known);
        throw Error(Fault::config, "the variable {} names no setting; {}", variable,
                    near.empty() ? std::string{"unset it, or see llm-config(5) for those there are"}
                                 : "did you mean " + near + "?");
    }
    const SettingEntry* entry = setting_entry(keys);
    const std::string path = shown_path(keys);
    Json given = setting_value(value, entry->kind);
    if (!fits(given, entry->kind))
        throw Error(Fault::config, "{}: '{}' is not {}", variable, value, example_of(entry->kind));
    put(keys, std::move(given), {path, 0, variable, Origin::Kind::environment});
}

void Settings::put(const std::vector<std::string>& keys, Json value, Given given) {
    Json* at = &tree_;
    std::string path;
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
        path = dotted(path, keys[i]);
        at = &(*at)[keys[i]];
        if (at->is_null()) *at = Json::object();
        if (!at->is_object())
            throw Error(Fault::config, "{}{} is no table, so {} cannot be set in it", place(path), path,
                        given.path);
    }
    (*at)[keys.back()] = std::move(value);
    std::erase_if(given_, [&](const Given& old) { return old.path == given.path; });
    given_.push_back(std::move(given));
}

void Settings::set(std::string_view path, std::string_view value, std::string_view flag) {
    const std::vector<std::string> keys = undotted(full(path));
    const SettingEntry* entry = setting_entry(keys);
    if (!entry) throw Error(Fault::internal, "{} sets {}, which is no setting", flag, path);
    Json given = setting_value(value, entry->kind);
    if (!fits(given, entry->kind))
        throw Error(Fault::usage, "{}: '{}' is not {}", flag, value, example_of(entry->kind));
    put(keys, std::move(given), {shown_path(keys), 0, std::string{flag}, Origin::Kind::flag});
}

void Settings::check(std::string_view path) const {
    const Json& value = at(path);
    if (!value.is_null()) check(value, undotted(full(path)), full(path));
}

void Settings::check(const Json& value, const std::vector<std::string>& keys, std::string_view shown) const {
    const SettingEntry* entry = setting_entry(keys);
    const bool table = is_setting_table(keys);
    if (entry && !(table && value.is_object())) {
        if (!fits(value, entry->kind)) wrong_kind(shown, value, entry->kind);
        if (entry->path == "provider.*.*") {
            const std::string near = nearest(keys.back(), setting_names_below(SettingKeys{keys}.first(2)));
            if (!near.empty() && edit_distance(near, keys.back()) <= 2) unknown(keys, shown);
        }
        return;
    }
    if (!table) unknown(keys, shown);
    if (!value.is_object())
        throw Error(Fault::config, "{}{} is a table: write [{}] and its settings below", place(shown), shown,
                    shown);
    for (const auto& [key, below] : value.items()) {
        std::vector<std::string> longer = keys;
        longer.push_back(key);
        check(below, longer, dotted(shown, key));
    }
}

const Json& Settings::at(std::string_view path) const {
    const Json* value = &tree_;
    for (const std::string& key : undotted(full(path))) value = &member(*value, key);
    return *value;
}

const Settings::Given* Settings::given(std::string_view path) const {
    const std::string_view wanted = full(path);
    for (const Given& given : given_)
        if (given.path == wanted) return &given;
    return nullptr;
}

Origin Settings::origin(std::string_view path) const {
    if (const Given* found = given(path))
        return {found->kind, found->line ? fmt::format("{}:{}", file_, found->line) : found->variable};
    const std::vector<std::string> keys = undotted(full(path));
    const SettingEntry* entry = setting_entry(keys);
    if (entry && !entry->fallback.empty()) return {Origin::Kind::fallback, "default"};
    return {};
}

std::string Settings::place(std::string_view path) const {
    const Origin from = origin(path);
    return from.kind > Origin::Kind::fallback ? from.where + ": " : "";
}

void Settings::wrong_kind(std::string_view path, const Json& value, SettingKind kind) const {
    const bool secret =
        path.find("header") != std::string_view::npos || path.find("key") != std::string_view::npos;
    const std::string shown = secret ? "…" : std::string{truncate_utf8(dump(value), 80)};
    throw Error(Fault::config, "{}{} = {} is not {}", place(path), path, shown, example_of(kind));
}

void Settings::unknown(const std::vector<std::string>& keys, std::string_view shown) const {
    const auto names = setting_names_below(SettingKeys{keys}.first(keys.size() - 1));
    const std::string near = nearest(keys.back(), names);
    if (!near.empty())
        throw Error(Fault::config, "{}there is no setting '{}'; did you mean '{}'?", place(shown), shown,
                    near);
    throw Error(Fault::config, "{}there is no setting '{}'; there are {}", place(shown), shown,
                fmt::join(names, ", "));
}

Json Settings::given_or_default(std::string_view path) const {
    const Json& value = at(path);
    const std::vector<std::string> keys = undotted(full(path));
    const SettingEntry* entry = setting_entry(keys);
    if (!entry) return value;
    if (!value.is_null()) {
        if (!fits(value, entry->kind)) wrong_kind(full(path), value, entry->kind);
        return value;
    }
    return entry->fallback.empty() ? Json() : setting_value(entry->fallback, entry->kind);
}

template <typename T>
std::optional<T> Settings::as(std::string_view path, SettingKind kind,
                              std::optional<T> (*read)(const Json&)) const {
    const Json value = given_or_default(path);
    if (value.is_null()) return std::nullopt;
    auto found = read(value);
    if (!found) wrong_kind(full(path), value, kind);
    return found;
}

std::optional<std::string> Settings::text(std::string_view path) const {
    return as(path, SettingKind::text, text_in);
}

std::optional<double> Settings::number(std::string_view path) const {
    return as(path, SettingKind::number, number_in);
}

std::optional<long> Settings::integer(std::string_view path) const {
    return as(path, SettingKind::integer, integer_in);
}

std::optional<bool> Settings::boolean(std::string_view path) const {
    return as(path, SettingKind::boolean, boolean_in);
}

std::optional<double> Settings::duration(std::string_view path) const {
    return as(path, SettingKind::duration, duration_in);
}

std::optional<std::uint64_t> Settings::size(std::string_view path) const {
    return as(path, SettingKind::size, size_in);
}

std::optional<Keep> Settings::keep(std::string_view path) const {
    return as(path, SettingKind::keep, keep_in);
}

std::optional<std::vector<std::string>> Settings::words(std::string_view path) const {
    return as(path, SettingKind::words, words_in);
}

}  // namespace llm
