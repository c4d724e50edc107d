/// JSON written so that equal values give equal bytes: members sorted by name, numbers of equal value alike
/// (1.0 as 1), the fewest escapes.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace llm {

void append_json_string(std::string& out, std::string_view text);
void append_canonical_json(std::string& out, const Json& value);
/// A JSON Schema: the same, but the members of `properties` keep their order, because models write in it.
void append_canonical_schema(std::string& out, const Json& schema);

}  // namespace llm
