/// What a model is asked when learning, and the shapes it answers in. Towards the model everything has a small number: ids that are long get
/// copied wrongly (mem0, 8d5b786).
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

std::string_view extract_instruction();
std::string_view decide_instruction();
/// {"facts": [{"text", "turn", "since"?}]}
Json extract_schema();
/// {"decisions": [{"fact", "action", "memory"?}]}
Json decide_schema();

/// "[1] first\n[2] second", from 1.
std::string numbered(const std::vector<std::string>&);

}  // namespace llm
