#include "evaluators/tool_call.hpp"

#include "evaluators/trace.hpp"

#include <cctype>

namespace llm {
namespace {

Json parsed_arguments(const Json& j) {
    if (!j.is_string()) return j;
    const auto& text = j.get_ref<const std::string&>();
    if (text.empty()) return Json::object();
    Json value = read_json(text);
    return value.is_discarded() ? j : value;
}

const Json& first_of(const Json& j, std::initializer_list<std::string_view> names) {
    for (const std::string_view n : names)
        if (const Json& m = member(j, n); !m.is_null()) return m;
    return member(j, "");
}

void read_into(std::vector<ToolCall>& out, const Json& j) {
    if (j.is_array()) {
        for (const Json& each : j) read_into(out, each);
        return;
    }
    if (!j.is_object()) return;
    for (const std::string_view wrapper : {"function", "functionCall", "function_call", "tool_call"})
        if (const Json& inner = member(j, wrapper); inner.is_object()) return read_into(out, inner);
    if (const Json& many = member(j, "tool_calls"); many.is_array()) return read_into(out, many);
    const Json& name = first_of(j, {"name", "tool_name"});
    if (!name.is_string()) return;
    const std::string type = text_of(j, "type");
    const Json& arguments = first_of(j, {"arguments", "args", "input", "parameters"});
    if (arguments.is_null() && type.empty() && j.size() > 1) return;  // some object with a name
    out.push_back({name.get<std::string>(), parsed_arguments(arguments)});
}

}  // namespace

std::vector<ToolCall> tool_calls_in(const Json& j) {
    std::vector<ToolCall> out;
    read_into(out, j);
    return out;
}

std::vector<ToolCall> tool_calls_of(const Case& c) {
    if (!c.tool_calls.is_null()) return tool_calls_in(c.tool_calls);
    if (c.answer.find("name") == std::string::npos) return {};
    if (const Json whole = read_json(c.answer); !whole.is_discarded()) return tool_calls_in(whole);
    std::vector<ToolCall> out;
    for (std::size_t from = 0; from < c.answer.size();) {
        const std::size_t end = std::min(c.answer.find('\n', from), c.answer.size());
        const std::string_view line = std::string_view{c.answer}.substr(from, end - from);
        from = end + 1;
        const std::size_t begin = line.find_first_not_of(" \t");
        if (begin == std::string_view::npos || (line[begin] != '{' && line[begin] != '[')) continue;
        if (const Json j = read_json(line); !j.is_discarded()) read_into(out, j);
    }
    return out;
}

std::vector<ToolCall> all_tool_calls_of(const Case& c) {
    std::vector<ToolCall> out;
    if (c.messages.is_array())
        for (const Json& turn : c.messages) {
            if (const Json& calls = member(turn, "tool_calls"); !calls.is_null()) read_into(out, calls);
            if (const Json& content = member(turn, "content"); content.is_array() && text_of(turn, "role") == "assistant")
                for (const Json& part : content)
                    if (const std::string type = text_of(part, "type"); type == "tool_use" || type == "tool_call")
                        read_into(out, part);
        }
    if (!c.tool_calls.is_null()) read_into(out, c.tool_calls);
    if (out.empty())
        for (const TraceSpan& s : spans_of(c.trace))
            if (auto call = tool_call_of(s)) out.push_back(*std::move(call));
    return out;
}

bool matches_glob(std::string_view text, std::string_view pattern) {
    std::size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == lower(text[t]))) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace llm
