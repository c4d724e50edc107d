/// What evaluators look at: one answer with what it was an answer to.
#pragma once

#include "base/json.hpp"
#include "record/record.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct Case {
    std::string query;                      ///< the last user turn
    std::string system;                     ///< system turns, may be empty
    std::string answer;                     ///< the answer's text
    std::optional<std::string> reference;   ///< what a right answer says
    std::vector<std::string> context;       ///< passages the answer may rest on, best first
    Json json;                              ///< the answer as a value where a schema was asked for, or null
    Json messages;                          ///< all turns (OpenAI shape), or null
    Json tool_calls;                        ///< of the answer (OpenAI shape), or null
    Json tools;                             ///< definitions (OpenAI shape), or null
    Json trace;                             ///< spans of a traced run, or null
    Json logprobs;                          ///< [{token, logprob}], or null
    std::string finish;                     ///< "stop", "length", …; empty where unknown
    std::optional<double> cost;             ///< dollars
    std::optional<double> ms;               ///< latency
    Json vars;                              ///< all members, for templates in an assertion's value (`{{name}}`) and for jq
};

/// From a record (llm-record(5)) or a row of Azure's evaluators. The first of the names that is there counts:
///
///     query       query, question, prompt, the last user turn of messages
///     answer      response (text, or its `text`; else its `json` printed), answer, output
///     reference   reference, ground_truth, expected_answer, ideal
///     context     context (text, list of texts, or of objects with `text`), documents
///     messages    messages; else query where it is a list of turns, with response where that is one
///     tool_calls  response.tool_calls, tool_calls (OpenAI's shape, or {name, arguments}; Azure's too)
///     tools       tools, tool_definitions (OpenAI's shape, or {name, parameters})
///
/// Throws Error{data} that names a member of another shape.
Case case_of(const Json& record);
Case case_of(const Record&);

/// The case as one JSON object: query, answer, reference, context, messages, tool_calls, tools, finish, cost, ms, vars; absent members are left out. What
/// `command` writes and `jq` assertions see beside the record's own members.
Json to_json(const Case&);

}  // namespace llm
