#include "eval/foreign.hpp"

#include "base/error.hpp"
#include "chat/request.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

/// promptfoo's name of a provider, and ours.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> their_providers{{
    {"google", "gemini"},
    {"palm", "gemini"},
    {"vertex", "gemini"},
    {"azureopenai", "azure"},
    {"togetherai", "together"},
    {"llama.cpp", "llamacpp"},
}};

constexpr std::array<std::string_view, 7> kinds{"chat", "completion", "completions", "messages", "responses", "deployment", "assistant"};

}  // namespace

std::string model_of_provider(std::string_view id) {
    if (id == "echo" || id == "promptfoo:echo") return "builtin/echo";
    for (const std::string_view script : {"exec:", "python:", "javascript:", "webhook:", "http:", "https:", "ws:", "wss:", "browser", "file://"})
        if (id.starts_with(script))
            throw Error(Fault::config, "provider '{}' is a program or an address, not a model; a server that speaks OpenAI's protocol and a program are entries of config.toml "
                                       "([provider.NAME] base_url = … or protocol = \"command\"), named here as NAME/MODEL", id);
    const std::size_t colon = id.find(':'), slash = id.find('/');
    if (colon == std::string_view::npos || (slash != std::string_view::npos && slash < colon)) return std::string{id};
    std::string provider{id.substr(0, colon)};
    std::string_view rest = id.substr(colon + 1);
    if (const std::size_t next = rest.find(':'); next != std::string_view::npos && std::ranges::find(kinds, rest.substr(0, next)) != kinds.end()) rest.remove_prefix(next + 1);
    if (provider == "openai" && id.find(":responses:") != std::string_view::npos) provider = "openai-responses";
    if (rest == "assistant" || rest.starts_with("assistant:") || rest.starts_with("embedding") || rest.starts_with("image") || rest.starts_with("realtime"))
        throw Error(Fault::config, "provider '{}' is no chat model", id);
    for (const auto& [theirs, ours] : their_providers)
        if (provider == theirs) provider = ours;
    return provider + '/' + std::string{rest};
}

void read_provider_config(const Json& config, SuiteModel& model, std::vector<std::string>& notes) {
    if (config.is_null()) return;
    if (!config.is_object()) throw Error(Fault::config, "model '{}': 'config' is an object", model.label);
    const auto& names = option_names();
    for (const auto& [key, value] : config.items()) {
        if (std::ranges::find(names, key) != names.end()) model.options[key] = value;
        else if (key == "max_completion_tokens" || key == "maxOutputTokens" || key == "num_predict") model.options["max_tokens"] = value;
        else if (key == "topP") model.options["top_p"] = value;
        else if (key == "reasoning_effort") model.options["reasoning"] = value;
        else if (key == "tools") model.tools = value;
        else if (key == "response_format" && member(member(value, "json_schema"), "schema").is_object()) model.schema = member(member(value, "json_schema"), "schema");
        else if (key == "response_format" && text_of(value, "type") == "text") continue;
        else notes.push_back(fmt::format("model '{}': config.{} is left out; addresses, keys and the like belong into config.toml", model.label, key));
    }
}

void refuse_javascript(std::string_view program, std::string_view where) {
    const bool script = program.starts_with("file://") || program.starts_with("package:");
    bool js = false;
    for (const std::string_view sign : {"=>", "output.", "output[", "JSON.", "return ", "const ", "context.vars", "function", "===", ".trim(", ".toLowerCase("})
        js |= program.find(sign) != std::string_view::npos;
    if (program == "output" || program == "output;") js = true;
    if (script || js)
        throw Error(Fault::config, "{}: '{}' is JavaScript; transforms are jq here, over the answer (its value where it is JSON, else its text): "
                                   "JSON.parse(output).name is '.name', output.toUpperCase() is 'ascii_upcase'", where, program);
}

void refuse_nunjucks(std::string_view text, std::string_view where) {
    const auto shown = [&](std::size_t at) { return text.substr(at, std::min<std::size_t>(40, text.size() - at)); };
    if (const std::size_t at = text.find("{%"); at != std::string_view::npos)
        throw Error(Fault::config, "{}: '{}' is nunjucks; templates are mustache here: {{{{#name}}}}…{{{{/name}}}} stands for 'if' and 'for'", where, shown(at));
    for (std::size_t at = 0; (at = text.find("{{", at)) != std::string_view::npos; at += 2) {
        const std::size_t end = text.find("}}", at);
        if (end == std::string_view::npos) break;
        const std::string_view inside = text.substr(at + 2, end - at - 2);
        if (inside.find('|') != std::string_view::npos || inside.find('(') != std::string_view::npos || inside.find("env.") != std::string_view::npos)
            throw Error(Fault::config, "{}: '{}' is nunjucks; templates are mustache here, and know {{{{name}}}} without filters and calls; put the value into a variable", where, shown(at));
    }
}

}  // namespace llm
