/// The functions by which a model keeps its own memory, as function tools in the OpenAI shape. Names and kinds after MemGPT
/// (arXiv 2310.08560, 2.3): what it knows, Letta's early clients know.
#pragma once

#include "base/json.hpp"
#include "mem/passage.hpp"

#include <string_view>
#include <vector>

namespace llm {

/// The list for a record's `tools`. The labels of the blocks are said to the model.
Json memory_tools(const std::vector<Block>&);
bool is_memory_tool(std::string_view name);
/// The names, in the order of memory_tools().
const std::vector<std::string_view>& memory_tool_names();

}  // namespace llm
