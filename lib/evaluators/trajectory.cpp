/// trajectory:*, skill-used: over the tool calls of the whole way to the answer (its turns, or its trace).
#include "base/error.hpp"
#include "evaluators/parameters.hpp"
#include "evaluators/trace.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::array trajectory_types{
    EvaluatorType{"trajectory:tool-used", "name, [name, …], or {pattern, min, max}", "", "these tools were called"},
    EvaluatorType{"trajectory:tool-args-match", "{name or pattern, args, mode: partial or exact, defaults, ignore}", "",
                  "a call had these arguments"},
    EvaluatorType{"trajectory:tool-sequence", "[name, …], or {steps, mode: in_order or exact}", "",
                  "tools were called in this order"},
    EvaluatorType{"trajectory:step-count", "{type: tool, message, reasoning or span, pattern, min, max}", "",
                  "how many steps it took"},
    EvaluatorType{"skill-used", "name, [name, …], or {pattern, min, max}", "",
                  "these skills (`metadata.skillCalls` of the record) were used"},
};

using Json = llm::Json;

std::string names_of(const std::vector<std::string>& names) {
    return names.empty() ? std::string{"none"} : fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> tool_names(const Case& c) {
    std::vector<std::string> out;
    for (const ToolCall& call : all_tool_calls_of(c)) out.push_back(call.name);
    return out;
}

std::vector<std::string> skills_of(const Case& c) {
    std::vector<std::string> out;
    const Json& metadata = member(c.vars, "metadata");
    const Json& calls = member(metadata, "skillCalls");
    if (calls.is_array())
        for (const Json& call : calls)
            if (member(call, "is_error") != true && member(call, "isError") != true)
                out.push_back(call.is_string() ? call.get<std::string>() : text_of(call, "name"));
    return out;
}

long count_of(const std::vector<std::string>& names, const std::string& pattern) {
    return std::ranges::count_if(names, [&](const std::string& n) { return matches_glob(n, pattern); });
}

template <typename F>
std::unique_ptr<Evaluator> used(const CheckSpec& spec, F names_in) {
    if (spec.value.is_object()) {
        const std::string pattern = text_setting(spec, "pattern", text_setting(spec, "name", ""));
        NumberBounds bounds = bounds_of(spec, spec.value);
        if (pattern.empty()) bad_value(spec, "{pattern: 'search*', min: 1}");
        if (!bounds.min && !bounds.max) bounds.min = 1;
        return local_evaluator([spec, pattern, bounds, names_in](const Case& c) {
            const auto names = names_in(c);
            const auto n = static_cast<double>(count_of(names, pattern));
            Verdict v =
                decided(spec, bounds.hold(n), fmt::format("{} was used {} times; {} are wanted", pattern, n, bounds.shown()));
            v.value = n;
            return v;
        });
    }
    return local_evaluator([spec, wanted = list_parameter(spec), names_in](const Case& c) {
        const auto names = names_in(c);
        std::vector<std::string> missing, present;
        for (const std::string& w : wanted) (count_of(names, w) == 0 ? missing : present).push_back(w);
        // Forbidding several forbids each of them.
        const bool holds = spec.sense == CheckSpec::Sense::plain ? missing.empty() : !present.empty();
        return decided(spec, holds,
                       fmt::format("used: {}{}", names_of(names), missing.empty() ? "" : "; not used: " + names_of(missing)));
    });
}

bool matches_partly(const Json& found, const Json& wanted) {
    if (wanted.is_object() && found.is_object())
        return std::all_of(wanted.items().begin(), wanted.items().end(),
                           [&](const auto& m) { return found.contains(m.key()) && matches_partly(found[m.key()], m.value()); });
    return found == wanted;
}

/// Objects whatever the order of their members.
bool same_value(const Json& a, const Json& b) { return nlohmann::json::parse(dump(a)) == nlohmann::json::parse(dump(b)); }

struct ArgumentsWanted {
    std::string pattern;
    Json arguments, defaults;
    std::vector<std::string> ignore;
    bool exact = false;

    Json without_ignored(const Json& given) const {
        if (!given.is_object()) return given;
        Json out = Json::object();
        for (const auto& [key, value] : given.items())
            if (std::ranges::none_of(ignore, [&key = key](const std::string& p) {
                    return p.find_first_of("*?") == std::string::npos ? p == key : matches_glob(key, p);
                }))
                out[key] = value;
        return out;
    }
    bool match(const Json& given) const {
        const Json kept = without_ignored(given);
        Json found = kept;
        if (found.is_object() && defaults.is_object()) {
            found = Json::object();
            for (const auto& [key, value] : kept.items())
                if (!defaults.contains(key) || !same_value(defaults[key], value)) found[key] = value;
        }
        const Json wanted = without_ignored(arguments);
        return exact ? same_value(found, wanted) : matches_partly(found, wanted);
    }
};

std::unique_ptr<Evaluator> arguments_match(const CheckSpec& spec) {
    constexpr std::string_view how = "{name: 'search', args: {…}, mode: partial}";
    ArgumentsWanted wanted;
    wanted.pattern = text_setting(spec, "pattern", text_setting(spec, "name", ""));
    wanted.arguments = member(spec.value, "args").is_null() ? member(spec.value, "arguments") : member(spec.value, "args");
    if (wanted.pattern.empty() || wanted.arguments.is_null()) bad_value(spec, how);
    wanted.defaults = member(spec.value, "defaults");
    const std::string mode = text_setting(spec, "mode", "partial");
    if (mode != "partial" && mode != "exact")
        throw Error(Fault::config, "{}: `mode` is '{}'; it is partial or exact", spec.full_type(), mode);
    wanted.exact = mode == "exact";
    if (const Json& ignore = member(spec.value, "ignore"); ignore.is_string())
        wanted.ignore = {ignore.get<std::string>()};
    else if (ignore.is_array())
        for (const Json& one : ignore)
            if (one.is_string()) wanted.ignore.push_back(one.get<std::string>());
    return local_evaluator([spec, wanted](const Case& c) {
        std::string seen;
        for (const ToolCall& call : all_tool_calls_of(c)) {
            if (!matches_glob(call.name, wanted.pattern)) continue;
            if (wanted.match(call.arguments))
                return decided(spec, true, fmt::format("{} was called with {}", call.name, shown(dump(call.arguments))));
            seen += (seen.empty() ? "" : ", ") + shown(dump(call.arguments));
        }
        return decided(spec, false,
                       seen.empty() ? fmt::format("{} was not called", wanted.pattern)
                                    : fmt::format("{} was called with {}, never with {}", wanted.pattern, seen,
                                                  shown(dump(wanted.arguments))));
    });
}

std::unique_ptr<Evaluator> sequence(const CheckSpec& spec) {
    CheckSpec steps_spec = spec;
    if (spec.value.is_object()) steps_spec.value = member(spec.value, "steps");
    const std::string mode = text_setting(spec, "mode", "in_order");
    if (mode != "in_order" && mode != "exact")
        throw Error(Fault::config, "{}: `mode` is '{}'; it is in_order or exact", spec.full_type(), mode);
    return local_evaluator([spec, steps = list_parameter(steps_spec), exact = mode == "exact"](const Case& c) {
        const std::vector<std::string> names = tool_names(c);
        std::size_t reached = 0;
        bool holds = true;
        if (exact) {
            holds =
                names.size() == steps.size() &&
                std::ranges::equal(names, steps, [](const std::string& n, const std::string& p) { return matches_glob(n, p); });
        } else {
            for (const std::string& n : names)
                if (reached < steps.size() && matches_glob(n, steps[reached])) ++reached;
            holds = reached == steps.size();
        }
        return decided(
            spec, holds,
            fmt::format("called: {}; wanted {}: {}", names_of(names), exact ? "exactly" : "in this order", names_of(steps)));
    });
}

struct Step {
    std::string type, name;
};

std::vector<Step> steps_of(const Case& c) {
    std::vector<Step> out;
    for (const TraceSpan& s : spans_of(c.trace)) {
        const auto call = tool_call_of(s);
        const bool command =
            !text_of(s.attributes, "command").empty() ||
            (call && call->arguments.is_object() && (call->arguments.contains("cmd") || call->arguments.contains("command")));
        out.push_back({command                           ? "command"
                       : call                            ? "tool"
                       : s.name.starts_with("reasoning") ? "reasoning"
                       : s.name.starts_with("message")   ? "message"
                                                         : "span",
                       call ? call->name : s.name});
    }
    if (!out.empty()) return out;
    if (c.messages.is_array())
        for (const Json& turn : c.messages)
            if (text_of(turn, "role") == "assistant") {
                for (const ToolCall& call : tool_calls_in(member(turn, "tool_calls"))) out.push_back({"tool", call.name});
                if (const Json& content = member(turn, "content"); !content.is_null() && content != "")
                    out.push_back({"message", "message"});
            }
    for (const ToolCall& call : tool_calls_in(c.tool_calls)) out.push_back({"tool", call.name});
    if (!c.answer.empty()) out.push_back({"message", "message"});
    return out;
}

std::unique_ptr<Evaluator> step_count(const CheckSpec& spec) {
    const NumberBounds bounds = bounds_of(spec, spec.value);
    if (!bounds.min && !bounds.max) bad_value(spec, "{type: tool, max: 3}");
    return local_evaluator([spec, bounds, type = text_setting(spec, "type", ""),
                            pattern = text_setting(spec, "pattern", "*")](const Case& c) {
        const std::vector<Step> steps = steps_of(c);
        const auto n = static_cast<double>(std::ranges::count_if(
            steps, [&](const Step& s) { return (type.empty() || s.type == type) && matches_glob(s.name, pattern); }));
        Verdict v = decided(spec, bounds.hold(n),
                            fmt::format("{} steps{}; {} are wanted", n, type.empty() ? "" : " of type " + type, bounds.shown()));
        v.value = n;
        return v;
    });
}

}  // namespace

extern const EvaluatorEntry evaluator_trajectory{
    "trajectory", "the way to the answer", trajectory_types, [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
        if (spec.type == "trajectory:tool-used") return used(spec, tool_names);
        if (spec.type == "skill-used") return used(spec, skills_of);
        if (spec.type == "trajectory:tool-args-match") return arguments_match(spec);
        return spec.type == "trajectory:tool-sequence" ? sequence(spec) : step_count(spec);
    }};

}  // namespace llm
