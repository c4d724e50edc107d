/// Calls of tools in the answer: whether they fit their definitions, and whether they are the expected ones.
#include "evaluators/tool_call.hpp"

#include "ask/schema.hpp"
#include "base/error.hpp"
#include "evaluators/parameters.hpp"

#include <array>
#include <map>
#include <set>

namespace llm {
namespace {

constexpr std::string_view definitions = "tool definitions; else the record's `tools`";
constexpr std::array tool_calls_types{
    EvaluatorType{"is-valid-openai-tools-call", definitions, "",
                  "every tool call fits its definition's schema, and there is at least one"},
    EvaluatorType{"is-valid-function-call", definitions, "", "the same, for the one function call of an answer"},
    EvaluatorType{"is-valid-openai-function-call", definitions, "", "the same"},
    EvaluatorType{"tool-call-f1", "[name, …] or 'name, name'", "F1 at least, 1",
                  "the names of the tools called against those expected, as sets"},
};

/// Names and schemas of definitions in OpenAI's shape {type, function: {name, parameters}}, flat {name, parameters}, Anthropic's
/// {name, input_schema}, or Gemini's {functionDeclarations}.
void read_definitions(const Json& j, std::map<std::string, Json>& out) {
    if (j.is_array()) {
        for (const Json& each : j) read_definitions(each, out);
        return;
    }
    if (const Json& f = member(j, "function"); f.is_object()) return read_definitions(f, out);
    if (const Json& f = member(j, "functionDeclarations"); f.is_array()) return read_definitions(f, out);
    const std::string name = text_of(j, "name");
    if (name.empty()) return;
    for (const char* key : {"parameters", "input_schema", "inputSchema"})
        if (const Json& schema = member(j, key); schema.is_object()) {
            out[name] = schema;
            return;
        }
    out[name] = Json::object();
}

/// What is wrong with the call, or nothing.
std::string wrong_with(const ToolCall& call, const std::map<std::string, Json>& defined) {
    const auto found = defined.find(call.name);
    if (found == defined.end()) {
        std::vector<std::string> names;
        for (const auto& [name, schema] : defined) names.push_back(name);
        return fmt::format("no tool is named '{}'; there are: {}", call.name, fmt::join(names, ", "));
    }
    if (call.arguments.is_string())
        return fmt::format("the arguments of {} are no JSON: {}", call.name, shown(call.arguments.get<std::string>()));
    const Json arguments = call.arguments.is_null() ? Json::object() : call.arguments;
    if (!arguments.is_object()) return fmt::format("the arguments of {} are no object: {}", call.name, shown(dump(arguments)));
    const std::vector<std::string> violations = SchemaCheck(found->second).violations(arguments);
    return violations.empty() ? std::string{} : fmt::format("{}: {}", call.name, violations.front());
}

std::unique_ptr<Evaluator> valid(const CheckSpec& spec) {
    std::map<std::string, Json> given;
    read_definitions(spec.value, given);
    if (!spec.value.is_null() && given.empty()) bad_value(spec, "tool definitions in OpenAI's shape, or nothing");
    return local_evaluator([spec, given](const Case& c) {
        std::map<std::string, Json> defined = given;
        if (defined.empty()) read_definitions(c.tools, defined);
        if (defined.empty())
            throw Error(Fault::data, "{}: the record has no `tools` that say what a valid call is", spec.full_type());
        const std::vector<ToolCall> calls = tool_calls_of(c);
        if (calls.empty()) return decided(spec, false, "the answer calls no tool");
        for (const ToolCall& call : calls)
            if (const std::string wrong = wrong_with(call, defined); !wrong.empty()) return decided(spec, false, wrong);
        return decided(spec, true, fmt::format("{} valid call{}", calls.size(), calls.size() == 1 ? "" : "s"));
    });
}

std::unique_ptr<Evaluator> f1(const CheckSpec& spec) {
    const std::vector<std::string> list = list_parameter(spec);
    return local_evaluator([spec, wanted = std::set<std::string>(list.begin(), list.end())](const Case& c) {
        std::set<std::string> found;
        for (const ToolCall& call : tool_calls_of(c)) found.insert(call.name);
        double common = 0;
        for (const std::string& name : found) common += wanted.contains(name) ? 1 : 0;
        const double precision = found.empty() ? 0 : common / static_cast<double>(found.size());
        const double recall = common / static_cast<double>(wanted.size());
        const double score = common == 0 ? 0 : 2 * precision * recall / (precision + recall);
        Verdict v = scored(spec, score, 1, "the tool calls' F1");
        v.reason += fmt::format("; called: {}; expected: {}", fmt::join(found, ", "), fmt::join(wanted, ", "));
        v.details = {{"precision", precision}, {"recall", recall}, {"f1", score}};
        return v;
    });
}

}  // namespace

extern const EvaluatorEntry evaluator_tool_calls{"tool-calls", "calls of tools", tool_calls_types,
                                                 [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
                                                     return spec.type == "tool-call-f1" ? f1(spec) : valid(spec);
                                                 }};

}  // namespace llm
