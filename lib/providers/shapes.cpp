#include "providers/shapes.hpp"

#include "base/error.hpp"
#include "providers/wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace llm {
namespace {

constexpr std::size_t most_calls = 1024;

constexpr std::array<std::string_view, 9> not_strict{"allOf",         "not",  "if", "then", "else", "dependentRequired",
                                                     "dependentSchemas", "oneOf", "patternProperties"};

constexpr std::array<std::string_view, 5> typed{"type", "anyOf", "$ref", "enum", "const"};

bool strict_node(const Json& schema) {
    if (!schema.is_object()) return false;
    for (const std::string_view keyword : not_strict)
        if (!member(schema, keyword).is_null()) return false;
    const Json& properties = member(schema, "properties");
    const Json& type = member(schema, "type");
    if (std::ranges::none_of(typed, [&](std::string_view key) { return !member(schema, key).is_null(); })) return false;
    const bool object = properties.is_object() || type == "object" ||
                        (type.is_array() && std::ranges::find(type, Json("object")) != type.end());
    if (object) {
        if (member(schema, "additionalProperties") != Json(false)) return false;
        const Json& required = member(schema, "required");
        if (properties.is_object() && !properties.empty()) {
            if (!required.is_array()) return false;
            for (const auto& [name, property] : properties.items()) {
                if (std::ranges::find(required, Json(name)) == required.end()) return false;
                if (!strict_node(property)) return false;
            }
        }
    }
    if (const Json& items = member(schema, "items"); !items.is_null() && !strict_node(items)) return false;
    if (const Json& any = member(schema, "anyOf"); any.is_array() && !std::ranges::all_of(any, strict_node)) return false;
    for (const std::string_view key : {"$defs", "definitions"})
        if (const Json& defs = member(schema, key); defs.is_object() && !std::ranges::all_of(defs, strict_node)) return false;
    return true;
}

}  // namespace

std::vector<FunctionTool> tools_of(const Json& tools) {
    std::vector<FunctionTool> out;
    if (tools.is_null()) return out;
    if (!tools.is_array()) throw Error(Fault::data, "tools must be a list, not {}", tools.type_name());
    for (std::size_t i = 0; i < tools.size(); ++i) {
        const Json& function = member(tools[i], "function");
        const Json& name = member(function, "name");
        if (!name.is_string())
            throw Error(Fault::data, "tools[{}] must be {{\"type\": \"function\", \"function\": {{\"name\": …}}}}", i);
        FunctionTool t{name.get<std::string>(), text_of(function, "description"), member(function, "parameters"), {}};
        if (const Json& strict = member(function, "strict"); strict.is_boolean()) t.strict = strict.get<bool>();
        out.push_back(std::move(t));
    }
    return out;
}

ToolChoice tool_choice_of(const Json& choice) {
    using Kind = ToolChoice::Kind;
    if (choice.is_null()) return {};
    if (choice == "none") return {Kind::none, {}};
    if (choice == "auto") return {Kind::automatic, {}};
    if (choice == "required") return {Kind::required, {}};
    if (const Json& name = member(member(choice, "function"), "name"); name.is_string())
        return {Kind::named, name.get<std::string>()};
    throw Error(Fault::data,
                "tool_choice must be \"none\", \"auto\", \"required\" or "
                "{{\"type\": \"function\", \"function\": {{\"name\": …}}}}");
}

Json tool_call(std::string id, std::string name, std::string arguments) {
    if (arguments.find_first_not_of(" \t\r\n") == arguments.npos) arguments = "{}";
    return {{"id", std::move(id)},
            {"type", "function"},
            {"function", {{"name", std::move(name)}, {"arguments", std::move(arguments)}}}};
}

Json arguments_of(const Json& call) {
    const std::string text = text_of(member(call, "function"), "arguments");
    if (text.find_first_not_of(" \t\r\n") == text.npos) return Json::object();
    auto j = parse_json(text);
    if (!j || !j->is_object())
        throw Error(Fault::data, "the arguments of tool call '{}' are no JSON object", text_of(call, "id"));
    return std::move(*j);
}

std::string function_name(const std::vector<Message>& messages, const Message& turn) {
    if (!turn.name.empty()) return turn.name;
    for (const Message& m : messages) {
        if (!m.tool_calls.is_array()) continue;
        for (const Json& call : m.tool_calls)
            if (text_of(call, "id") == turn.tool_call_id) return text_of(member(call, "function"), "name");
    }
    throw Error(Fault::data, "the tool turn for '{}' answers no earlier call and has no name", turn.tool_call_id);
}

void ToolCalls::add(std::optional<long> index, std::string_view id, std::string_view name, std::string_view arguments) {
    const auto goes_on = [&](const Call& c) {
        if (index) return c.index == index && (id.empty() || name.empty() || c.id.empty() || c.id == id);
        return id.empty() ? name.empty() : c.id == id;
    };
    auto found = std::find_if(calls_.rbegin(), calls_.rend(), goes_on);
    if (found == calls_.rend()) {
        if (calls_.size() >= most_calls) throw Error(Fault::provider, "the answer has more than {} tool calls", most_calls);
        calls_.push_back({index, {}, {}, {}});
        found = calls_.rbegin();
    }
    if (found->id.empty()) found->id = id;
    if (found->name.empty()) found->name = name;
    found->arguments.append(arguments);
}

Json ToolCalls::take() {
    if (calls_.empty()) return {};
    Json out = Json::array();
    for (Call& c : calls_) {
        if (c.id.empty()) c.id = fmt::format("call_{}", out.size() + 1);
        out.push_back(tool_call(std::move(c.id), std::move(c.name), std::move(c.arguments)));
    }
    calls_.clear();
    return out;
}

bool is_strict_schema(const Json& schema) { return member(schema, "type") == "object" && strict_node(schema); }

std::optional<long> reasoning_budget(const std::string& reasoning) {
    long tokens = 0;
    const char* const last = reasoning.data() + reasoning.size();
    const auto [end, error] = std::from_chars(reasoning.data(), last, tokens);
    return error == std::errc{} && end == last ? std::optional{tokens} : std::nullopt;
}

const Json& kept(const Message& m, std::string_view key) { return member(m.provider, key); }

}  // namespace llm
