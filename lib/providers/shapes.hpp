/// The OpenAI shapes of tools and calls, taken apart for providers that write them otherwise.
#pragma once

#include "base/json.hpp"
#include "chat/message.hpp"
#include "chat/request.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct FunctionTool {
    std::string name, description;
    Json parameters;             ///< JSON Schema, or null
    std::optional<bool> strict;
};
/// From Request::tools. Throws Error{data} naming the tool that has another shape.
std::vector<FunctionTool> tools_of(const Json& tools);

struct ToolChoice {
    enum class Kind { unset, none, automatic, required, named } kind = Kind::unset;
    std::string name;
};
/// "none", "auto", "required" or {type: "function", function: {name}}; null is unset. Else Error{data}.
ToolChoice tool_choice_of(const Json&);

/// A call in the OpenAI shape. Empty arguments become "{}".
Json tool_call(std::string id, std::string name, std::string arguments);
/// The arguments of a call as an object. Throws Error{data} where they are none.
Json arguments_of(const Json& call);
/// The name of the function that a tool turn answers: its own, else that of the earlier call. Throws Error{data} where
/// neither is there.
std::string function_name(const std::vector<Message>&, const Message& tool_turn);

/// Calls that arrive in pieces.
class ToolCalls {
public:
    /// A piece of the call at `index`. Where the server gives no index, a new id or a name begins a call and neither continues
    /// the last; another id with a name at an index in use begins a call too. Throws Error{provider} beyond 1,024 calls.
    void add(std::optional<long> index, std::string_view id, std::string_view name, std::string_view arguments);
    /// The array, or null where there were none. Calls without an id get "call_1", …
    Json take();
    bool empty() const noexcept { return calls_.empty(); }

private:
    struct Call {
        std::optional<long> index;
        std::string id, name, arguments;
    };
    std::vector<Call> calls_;
};

/// True where OpenAI's strict mode takes the schema: every object lists all its properties as required and closes itself with
/// additionalProperties false, the root is an object, and no keyword stands in it that strict mode lacks
/// (platform.openai.com/docs/guides/structured-outputs#supported-schemas).
bool is_strict_schema(const Json&);

/// Number of tokens where `reasoning` is a budget, else nothing.
std::optional<long> reasoning_budget(const std::string& reasoning);

/// What a provider stored under `key` with an earlier answer, or null.
const Json& kept(const Message&, std::string_view key);

}  // namespace llm
