/// Values of settings: from text, and what they mean.
#pragma once

#include "base/json.hpp"
#include "base/setting_table.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// A variable's or flag's text as the value the file would have; null where it cannot be one of the kind.
Json setting_value(std::string_view text, SettingKind);

/// Whether the value is of the kind.
bool fits(const Json& value, SettingKind);

// The value as one of the kind, or nothing.
std::optional<std::string> text_in(const Json&);
std::optional<double> number_in(const Json&);
std::optional<long> integer_in(const Json&);
std::optional<bool> boolean_in(const Json&);
std::optional<double> duration_in(const Json&);  ///< seconds
std::optional<std::uint64_t> size_in(const Json&);
std::optional<Keep> keep_in(const Json&);
std::optional<std::vector<std::string>> words_in(const Json&);

}  // namespace llm
