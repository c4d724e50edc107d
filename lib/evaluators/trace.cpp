/// trace-span-count, trace-span-duration, trace-error-spans: over the record's `trace`.
#include "evaluators/trace.hpp"

#include "base/error.hpp"
#include "evaluators/parameters.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace llm {
namespace {

constexpr std::array trace_types{
    EvaluatorType{"trace-span-count", "{pattern, min, max}", "", "how many spans of the trace have such a name"},
    EvaluatorType{"trace-span-duration", "{pattern, max, percentile}", "", "how long they took, milliseconds"},
    EvaluatorType{"trace-error-spans", "number, or {pattern, max_count, max_percentage}", "", "how many of them failed"},
};

Json parsed_text(const Json& j) {
    if (!j.is_string()) return j;
    Json value = read_json(j.get_ref<const std::string&>());
    return value.is_discarded() ? j : value;
}

/// OpenTelemetry's JSON encoding has [{key, value: {stringValue}}], others a plain object.
Json attributes_of(const Json& j) {
    if (j.is_object()) return j;
    Json out = Json::object();
    if (j.is_array())
        for (const Json& pair : j) {
            const Json& value = member(pair, "value");
            out[text_of(pair, "key")] = value.is_object() && value.size() == 1 ? value.front() : value;
        }
    return out;
}

std::optional<double> number_in(const Json& j) {
    if (j.is_number()) return j.get<double>();
    if (j.is_string()) {
        const auto& text = j.get_ref<const std::string&>();
        char* end = nullptr;
        const double n = std::strtod(text.c_str(), &end);
        if (!text.empty() && *end == '\0') return n;
    }
    return std::nullopt;
}

std::optional<double> duration_of(const Json& span) {
    for (const char* name : {"duration_ms", "durationMs", "ms"})
        if (const auto n = number_in(member(span, name))) return n;
    const auto between = [&](const char* from, const char* to, double scale) -> std::optional<double> {
        const auto a = number_in(member(span, from)), b = number_in(member(span, to));
        return a && b ? std::optional((*b - *a) / scale) : std::nullopt;
    };
    if (const auto ms = between("startTime", "endTime", 1)) return ms;
    return between("startTimeUnixNano", "endTimeUnixNano", 1e6);
}

bool says_error(const std::string& text) {
    std::string lower;
    for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const char* word : {"error", "failed", "exception", "timeout", "abort"})
        if (lower.find(word) != std::string::npos) return true;
    return false;
}

bool failed(const TraceSpan& s) {
    if (s.status && (*s.status == 2 || *s.status >= 400)) return true;
    for (const char* name : {"error", "exception", "failed", "failure"})
        if (const Json& j = member(s.attributes, name); !j.is_null() && j != false && j != "" && j != "false") return true;
    for (const char* name : {"otel.status_code", "status.code", "otel.status.code"})
        if (text_of(s.attributes, name) == "ERROR") return true;
    for (const char* name : {"http.status_code", "http.response.status_code", "status_code"})
        if (const auto n = number_in(member(s.attributes, name)); n && *n >= 400) return true;
    if (!member(s.attributes, "error.type").is_null()) return true;
    return says_error(s.status_message);
}

std::vector<TraceSpan> matching(const Case& c, const CheckSpec& spec, const std::string& pattern) {
    if (c.trace.is_null()) throw Error(Fault::data, "{}: the record has no `trace`", spec.full_type());
    std::vector<TraceSpan> all = spans_of(c.trace);
    std::erase_if(all, [&](const TraceSpan& s) { return !matches_glob(s.name, pattern); });
    return all;
}

std::unique_ptr<Evaluator> counted(const CheckSpec& spec) {
    const std::string pattern = text_setting(spec, "pattern", "");
    if (pattern.empty()) bad_value(spec, "{pattern: '*llm*', min: 1}");
    return local_evaluator([spec, pattern, bounds = bounds_of(spec, spec.value)](const Case& c) {
        const auto n = static_cast<double>(matching(c, spec, pattern).size());
        Verdict v =
            decided(spec, bounds.hold(n), fmt::format("{} spans are named {}; {} are wanted", n, pattern, bounds.shown()));
        v.value = n;
        return v;
    });
}

std::unique_ptr<Evaluator> timed(const CheckSpec& spec) {
    const NumberBounds bounds = bounds_of(spec, spec.value);
    if (!bounds.max) bad_value(spec, "{pattern: '*', max: 3000, percentile: 95}");
    const double percentile = number_setting(spec, "percentile", 100);
    if (percentile < 0 || percentile > 100)
        throw Error(Fault::config, "{}: `percentile` is {}; it is 0 to 100", spec.full_type(), percentile);
    return local_evaluator([spec, percentile, most = *bounds.max, pattern = text_setting(spec, "pattern", "*")](const Case& c) {
        std::vector<double> all;
        for (const TraceSpan& s : matching(c, spec, pattern))
            if (s.ms) all.push_back(*s.ms);
        std::ranges::sort(all);
        const auto rank = static_cast<std::size_t>(std::ceil(percentile / 100 * static_cast<double>(all.size())));
        const double found = all.empty() ? 0 : all[std::max<std::size_t>(rank, 1) - 1];
        Verdict v = decided(
            spec, found <= most,
            fmt::format("{} of {} spans named {} took at most {:.6g} ms; {:.6g} are allowed",
                        percentile == 100 ? "all" : fmt::format("{:.4g} %", percentile), all.size(), pattern, found, most));
        v.value = found;
        return v;
    });
}

std::unique_ptr<Evaluator> errors(const CheckSpec& spec) {
    std::optional<double> count, share;
    if (spec.value.is_number())
        count = spec.value.get<double>();
    else if (const auto n = number_in(spec.value))
        count = n;
    if (const Json& j = member(spec.value, "max_count"); j.is_number()) count = j.get<double>();
    if (const Json& j = member(spec.value, "max_percentage"); j.is_number()) share = j.get<double>();
    if (!count && !share) count = 0;
    return local_evaluator([spec, count, share, pattern = text_setting(spec, "pattern", "*")](const Case& c) {
        const std::vector<TraceSpan> all = matching(c, spec, pattern);
        const auto n = static_cast<double>(std::ranges::count_if(all, failed));
        const double percent = all.empty() ? 0 : 100 * n / static_cast<double>(all.size());
        const auto first = std::ranges::find_if(all, failed);
        Verdict v = decided(
            spec, (!count || n <= *count) && (!share || percent <= *share),
            fmt::format("{} of {} spans failed{}", n, all.size(), first == all.end() ? "" : ", the first is " + first->name));
        v.value = n;
        return v;
    });
}

}  // namespace

std::vector<TraceSpan> spans_of(const Json& trace) {
    std::vector<TraceSpan> out;
    const Json& list = trace.is_object() ? member(trace, "spans") : trace;
    if (!list.is_array()) return out;
    for (const Json& j : list) {
        TraceSpan s;
        s.name = text_of(j, "name");
        s.ms = duration_of(j);
        s.attributes = attributes_of(member(j, "attributes"));
        const Json& status = member(j, "status");
        for (const Json* code : {&member(j, "statusCode"), &member(status, "code")})
            if (const auto n = number_in(*code)) s.status = static_cast<int>(*n);
        if (text_of(status, "code") == "ERROR" || text_of(status, "code") == "STATUS_CODE_ERROR") s.status = 2;
        s.status_message = text_of(j, "statusMessage", text_of(status, "message"));
        out.push_back(std::move(s));
    }
    return out;
}

std::optional<ToolCall> tool_call_of(const TraceSpan& s) {
    ToolCall call;
    for (const char* name : {"gen_ai.tool.name", "tool.name", "function.name", "ai.toolCall.name"})
        if (call.name.empty()) call.name = text_of(s.attributes, name);
    if (call.name.empty()) return std::nullopt;
    for (const char* name : {"gen_ai.tool.call.arguments", "tool.arguments", "tool.args", "tool.input", "function.arguments",
                             "ai.toolCall.args", "ai.toolCall.arguments", "ai.toolCall.input", "args", "arguments", "input"})
        if (call.arguments.is_null()) call.arguments = parsed_text(member(s.attributes, name));
    return call;
}

extern const EvaluatorEntry evaluator_trace{"trace", "spans of a traced run", trace_types,
                                            [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
                                                if (spec.type == "trace-span-count") return counted(spec);
                                                return spec.type == "trace-span-duration" ? timed(spec) : errors(spec);
                                            }};

}  // namespace llm
