/// TOML 1.0 (toml.io/en/v1.0.0) as the project's Json, with the line each value stands on.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

struct Toml {
    Json tree = Json::object();                       ///< dates and times as text
    std::vector<std::pair<std::string, int>>
        lines;  ///< dotted path (see `dotted`; `rule[2].name` in lists) and line, in order of the tables
    int line_of(std::string_view path) const;         ///< 0 where unknown
};

/// Throws Error{config} "FILE:LINE: what" for broken syntax, for what passes 1 MiB, tables nested beyond 200
/// and for inf and nan.
Toml parse_toml(std::string_view text, std::string_view file);

/// `parent.key`, the key in quotes where TOML wants them: `model."openai/gpt-4.1"`.
std::string dotted(std::string_view parent, std::string_view key);
/// The keys of a dotted path.
std::vector<std::string> undotted(std::string_view path);

}  // namespace llm
