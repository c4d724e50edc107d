/// YAML as JSON values. yaml-cpp (YAML 1.2) enters the project here and in no other place.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace llm {

/// The first document. Plain scalars are null, truth, numbers or text as the core schema of YAML 1.2 has them, quoted ones text; anchors are
/// copied, `<<` merges. Keys are text. Throws Error{config} with `name`, line and reason; also where aliases would blow it up beyond ten
/// million values.
Json yaml_value(const std::string& text, std::string_view name);

}  // namespace llm
