/// Spans of a traced run: OpenTelemetry's, or promptfoo's {spans: [{name, startTime, endTime, attributes, statusCode, statusMessage}]}.
#pragma once

#include "evaluators/tool_call.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm {

struct TraceSpan {
    std::string name;
    std::optional<double> ms;
    Json attributes;             ///< object, may be empty
    std::optional<int> status;   ///< OpenTelemetry: 2 is an error
    std::string status_message;
};

/// `trace` is a list of spans or {spans: […]}; null gives none.
std::vector<TraceSpan> spans_of(const Json& trace);
/// The tool a span is a call of, by the attributes tools are named under (gen_ai.tool.name, tool.name, function.name, ai.toolCall.name).
std::optional<ToolCall> tool_call_of(const TraceSpan&);

}  // namespace llm
