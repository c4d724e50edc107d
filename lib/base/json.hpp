/// The one JSON value type of the storeys from `base` up. Members keep their order, because the
/// order of a schema's properties is the order in which models write them.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace llm {

using Json = nlohmann::ordered_json;

// Reading and writing live in json.cpp: instantiated in every file that does either, they cost two seconds of compiling each.

/// Compact text; invalid UTF-8 becomes U+FFFD rather than an exception.
std::string dump(const Json&);
/// The value written there; discarded (`is_discarded()`) where the text is no JSON. Never throws.
Json read_json(std::string_view text);

/// Member `key` of an object, or null where `j` is no object or has none. Never throws.
inline const Json& member(const Json& j, std::string_view key) {
    static const Json null;
    if (!j.is_object()) return null;
    const auto it = j.find(std::string{key});
    return it == j.end() ? null : *it;
}

/// Member `key` where it is a string, else `otherwise`. Never throws.
inline std::string text_of(const Json& j, std::string_view key, std::string_view otherwise = {}) {
    const Json& m = member(j, key);
    return m.is_string() ? m.get<std::string>() : std::string{otherwise};
}

}  // namespace llm
