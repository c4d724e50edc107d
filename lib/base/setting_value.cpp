#include "base/setting_value.hpp"

#include <algorithm>
#include <cmath>

namespace llm {
namespace {

constexpr double longest = 3.2e9;  // seconds in a hundred years

bool all_texts(const Json& container) {
    return std::all_of(container.begin(), container.end(), [](const Json& item) { return item.is_string(); });
}

const std::string& text_of(const Json& value) { return value.get_ref<const std::string&>(); }

}  // namespace

Json setting_value(std::string_view text, SettingKind kind) {
    switch (kind) {
        case SettingKind::boolean:
            if (const auto b = parse_boolean(text)) return *b;
            return nullptr;
        case SettingKind::integer:
        case SettingKind::count:
            if (const auto n = parse_number(text); n && *n == std::floor(*n) && std::abs(*n) < 1e15)
                return static_cast<std::int64_t>(*n);
            return nullptr;
        case SettingKind::number:
            if (const auto n = parse_number(text)) return *n;
            return nullptr;
        case SettingKind::texts:
        case SettingKind::any: {
            Json value = read_json(text);
            if (!value.is_discarded()) return value;
            return kind == SettingKind::any ? Json(text) : Json();
        }
        default: return Json(text);
    }
}

bool fits(const Json& value, SettingKind kind) {
    switch (kind) {
        case SettingKind::text: return value.is_string();
        case SettingKind::integer: return value.is_number_integer();
        case SettingKind::count: return value.is_number_integer() && value.get<std::int64_t>() >= 0;
        case SettingKind::number: return value.is_number();
        case SettingKind::boolean: return value.is_boolean();
        case SettingKind::duration: return duration_in(value).has_value();
        case SettingKind::size: return size_in(value).has_value();
        case SettingKind::keep: return keep_in(value).has_value();
        case SettingKind::words: return words_in(value).has_value();
        case SettingKind::texts: return value.is_object() && all_texts(value);
        case SettingKind::any: return true;
    }
    return false;
}

std::optional<std::string> text_in(const Json& value) {
    return value.is_string() ? std::optional{text_of(value)} : std::nullopt;
}

std::optional<double> number_in(const Json& value) {
    return value.is_number() ? std::optional{value.get<double>()} : std::nullopt;
}

std::optional<long> integer_in(const Json& value) {
    return value.is_number_integer() ? std::optional{value.get<long>()} : std::nullopt;
}

std::optional<bool> boolean_in(const Json& value) {
    return value.is_boolean() ? std::optional{value.get<bool>()} : std::nullopt;
}

std::optional<double> duration_in(const Json& value) {
    if (value.is_string()) return parse_duration(text_of(value));
    const auto seconds = number_in(value);
    return seconds && *seconds >= 0 && *seconds < longest ? seconds : std::nullopt;
}

std::optional<std::uint64_t> size_in(const Json& value) {
    if (value.is_string()) return parse_size(text_of(value));
    const auto bytes = integer_in(value);
    return bytes && *bytes >= 0 ? std::optional{static_cast<std::uint64_t>(*bytes)} : std::nullopt;
}

std::optional<Keep> keep_in(const Json& value) {
    return value.is_string() ? parse_keep(text_of(value)) : std::nullopt;
}

std::optional<std::vector<std::string>> words_in(const Json& value) {
    if (value.is_string()) return split_command(text_of(value));
    if (value.is_array() && all_texts(value)) return value.get<std::vector<std::string>>();
    return std::nullopt;
}

}  // namespace llm
