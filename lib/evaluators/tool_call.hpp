/// A call of a tool, whatever wire shape it came in.
#pragma once

#include "base/json.hpp"
#include "evaluators/case.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct ToolCall {
    std::string name;
    Json arguments;  ///< parsed where it was JSON text; the text itself where that is no JSON; null where absent
};

/// Reads a call or a list of calls: OpenAI's {function: {name, arguments}}, its Responses' function_call, Anthropic's tool_use {name, input}, Gemini's
/// functionCall {name, args}, Azure's {tool_call: {function}} and plain {name, arguments}. What is none of these is left out.
std::vector<ToolCall> tool_calls_in(const Json&);
/// The calls of the answer: `tool_calls`, else those that stand as JSON in its text (all of it, or lines that are JSON each).
std::vector<ToolCall> tool_calls_of(const Case&);
/// The calls of the whole way to the answer: of every assistant turn, then of the answer; of a trace's tool spans where there are no turns with calls.
std::vector<ToolCall> all_tool_calls_of(const Case&);

/// `*` and `?` as in a shell, whatever the case.
bool matches_glob(std::string_view text, std::string_view pattern);

}  // namespace llm
