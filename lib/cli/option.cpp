#include "cli/option.hpp"

#include "base/setting_table.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::array<std::string_view, 10> complete_names{"none",        "file",   "directory",     "model",  "namespace",
                                                          "suite",       "option", "member", "template", "command"};

std::vector<std::string> split(std::string_view names) {
    std::vector<std::string> out;
    while (!names.empty()) {
        const std::size_t comma = std::min(names.find(','), names.size());
        out.emplace_back(names.substr(0, comma));
        names.remove_prefix(std::min(comma + 1, names.size()));
    }
    return out;
}

double as_number(ValueKind kind, std::string_view word) {
    switch (kind) {
        case ValueKind::duration: return static_cast<double>(read_duration(word).count()) / 1000;
        case ValueKind::size: return static_cast<double>(read_size(word).bytes);
        default: return read_number(word);
    }
}

void check_kind(ValueKind kind, std::string_view word) {
    switch (kind) {
        case ValueKind::integer:
            read_integer(word, std::numeric_limits<long long>::min(), std::numeric_limits<long long>::max());
            break;
        case ValueKind::number: read_number(word); break;
        case ValueKind::duration: read_duration(word); break;
        case ValueKind::size: read_size(word); break;
        default: break;
    }
}

void check_word(const Option& o, std::string_view word) {
    check_kind(o.spec.kind, word);
    if (o.spec.lowest && as_number(o.spec.kind, word) < *o.spec.lowest)
        throw Error(Fault::usage, "'{}' is less than {}", word, show_number(*o.spec.lowest));
    if (o.spec.highest && as_number(o.spec.kind, word) > *o.spec.highest)
        throw Error(Fault::usage, "'{}' is more than {}", word, show_number(*o.spec.highest));
    if (o.spec.check) o.spec.check(word);
    if (o.spec.choices.empty()) return;
    std::vector<std::string> known;
    for (const auto& c : o.spec.choices) {
        if (c.name == word) return;
        known.push_back(c.name);
    }
    const std::string near = nearest(word, known);
    throw Error(Fault::usage, "no '{}'{} (choices: {})", word, near.empty() ? "" : "; did you mean '" + near + "'?",
                fmt::join(known, ", "));
}

}  // namespace

std::string_view name(Complete c) noexcept { return complete_names[static_cast<std::size_t>(c)]; }

std::optional<Complete> complete_named(std::string_view text) noexcept {
    for (std::size_t i = 0; i < complete_names.size(); ++i)
        if (complete_names[i] == text) return static_cast<Complete>(i);
    return std::nullopt;
}

Option::Option(std::string_view names, ValueKind kind, std::string_view value_name, std::string_view text) {
    spec.kind = kind;
    spec.value_name = value_name;
    spec.text = text;
    for (auto& n : split(names)) {
        if (n.starts_with("--")) {
            spec.longs.push_back(std::move(n));
        } else if (n.starts_with("-")) {
            spec.shorts.push_back(std::move(n));
        } else {
            spec.argument_name = std::move(n);
        }
    }
}

Option& Option::env(std::string variable, Env how) {
    spec.env = std::move(variable);
    spec.env_how = how;
    return *this;
}
Option& Option::setting(std::string_view path, std::string_view flag_value) {
    const auto entry = std::ranges::find_if(
        setting_table(), [path](const SettingEntry& e) { return e.path == path; });
    if (entry == setting_table().end()) throw Error(Fault::internal, "no setting '{}'", path);
    spec.setting = path;
    spec.flag_value = flag_value;
    if (spec.kind != ValueKind::flag) spec.default_text = entry->fallback;
    return env(variable_of(*entry), Env::settings);
}
Option& Option::completes(Complete c) {
    spec.complete = c;
    return *this;
}
Option& Option::since(std::string version) {
    spec.since = std::move(version);
    return *this;
}
Option& Option::implies(std::string value) {
    spec.implied = std::move(value);
    return *this;
}
Option& Option::at_least(double lowest) {
    spec.lowest = lowest;
    return *this;
}
Option& Option::between(double lowest, double highest) {
    spec.lowest = lowest;
    spec.highest = highest;
    return *this;
}
Option& Option::check(std::function<void(std::string_view)> f) {
    spec.check = std::move(f);
    return *this;
}
Option& Option::hidden() {
    spec.hidden = true;
    return *this;
}
Option& Option::required() {
    spec.required = true;
    return *this;
}
Option& Option::default_is(std::string text) {
    spec.default_text = std::move(text);
    return *this;
}
Option& Option::opposite(std::string_view names) {
    spec.opposites = split(names);
    return *this;
}

const std::string& Option::long_name() const {
    if (!spec.longs.empty()) return spec.longs.front();
    return spec.shorts.empty() ? spec.argument_name : spec.shorts.front();
}

std::vector<std::string> Option::names() const {
    std::vector<std::string> all = spec.shorts;
    all.insert(all.end(), spec.longs.begin(), spec.longs.end());
    all.insert(all.end(), spec.opposites.begin(), spec.opposites.end());
    return all;
}

std::string Option::help() const {
    std::string first = spec.text.substr(0, spec.text.find(". "));
    if (first.ends_with('.')) first.pop_back();
    return first;
}

void Option::take(const std::vector<std::string>& words) {
    if (spec.kind != ValueKind::pair && spec.kind != ValueKind::flag && !words.empty()) check_word(*this, words.front());
    spec.store(words);
}

bool Option::accepts(std::string_view word) const {
    if (word.size() > 1 && word.front() == '-' && !(word[1] >= '0' && word[1] <= '9')) return false;
    try {
        if (spec.choices.empty() && !spec.check) check_kind(spec.kind, word);
        else check_word(*this, word);
        return true;
    } catch (const Error&) {
        return false;
    }
}

Option& OptionGroup::add(std::string_view names, ValueKind kind, std::string_view value_name, std::string_view text) {
    Option& o = options_.emplace_back(names, kind, value_name, text);
    o.spec.group = title_;
    return o;
}

Option& OptionGroup::flag(std::string_view names, bool& variable, std::string_view text) {
    Option& o = add(names, ValueKind::flag, {}, text);
    o.spec.store = [&variable](const std::vector<std::string>& w) { variable = w.empty() || w.front() == "true"; };
    return o;
}

Option& OptionGroup::toggle(std::string_view yes, std::string_view no, std::optional<bool>& variable,
                            std::string_view text) {
    Option& o = add(yes, ValueKind::flag, {}, text);
    o.opposite(no);
    o.spec.store = [&variable](const std::vector<std::string>& w) { variable = w.empty() || w.front() == "true"; };
    return o;
}

Option& OptionGroup::count(std::string_view names, int& variable, std::string_view text) {
    Option& o = add(names, ValueKind::flag, {}, text);
    o.spec.repeated = true;
    o.spec.store = [&variable](const std::vector<std::string>& w) { variable += w.empty() || w.front() == "true"; };
    return o;
}

Option& OptionGroup::choice(std::string_view names, std::string& variable, std::vector<Choice> choices,
                            std::string_view value_name, std::string_view text) {
    Option& o = add(names, ValueKind::choice, value_name, text);
    o.spec.choices = std::move(choices);
    bind(o, variable);
    return o;
}

}  // namespace llm
