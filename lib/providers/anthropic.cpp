// Facts: anthropics/anthropic-sdk-python src/anthropic/types: message_create_params, output_config_param,
// json_output_format_param, thinking_config_*_param, tool_choice_*_param; platform.claude.com/docs/en/build-with-claude:
// thinking, effort, structured-outputs, prompt-caching. Thinking takes a budget up to 4.6, and from 4.6 on is adaptive with an
// effort; from 4.7 on a budget is a 400, and so is it together with temperature, top_k or a forced tool at all times.
#include "providers/anthropic_reply.hpp"
#include "providers/anthropic_turns.hpp"
#include "providers/shapes.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

// The API demands max_tokens. Setting `max_tokens` of the provider entry (the catalogue's limit of the model) comes first.
constexpr long default_max_tokens = 8192;
constexpr long default_max_tokens_thinking = 32000;
constexpr long least_budget = 1024;

struct Effort {
    std::string_view name;
    long budget;
    std::string_view level;
};
constexpr std::array efforts{Effort{"minimal", 1024, "low"}, Effort{"low", 4096, "low"}, Effort{"medium", 8192, "medium"},
                             Effort{"high", 16384, "high"}, Effort{"xhigh", 24576, "xhigh"}};

// claude-opus-4-6, claude-sonnet-4-5-20250929, claude-3-7-sonnet-20250219: 406, 405, 307. A Claude without a number counts as
// the newest; a model of another name as one of before adaptive thinking.
int version_of(std::string_view model) {
    int version = 0, numbers = 0;
    for (std::size_t i = 0; i < model.size() && numbers < 2;) {
        std::size_t end = std::min(model.find_first_of("-./@:", i), model.size());
        const std::string_view word = model.substr(i, end - i);
        const bool number = !word.empty() && word.size() <= 2 &&
                            std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
        if (number) {
            version = version * 100 + std::stoi(std::string{word});
            ++numbers;
        } else if (numbers == 1) {
            break;
        }
        i = end + 1;
    }
    if (numbers == 0) return model.find("claude") != model.npos ? 9999 : 0;
    return numbers == 1 ? version * 100 : version;
}

class Anthropic final : public Provider {
public:
    explicit Anthropic(const Endpoint& e)
        : wire_(std::make_shared<Wire>(e, "https://api.anthropic.com", KeyHeader{"x-api-key: "},
                                       std::vector<std::string>{"anthropic-version: 2023-06-01"})),
          max_tokens_(count(e.settings, "max_tokens")) {
        const std::string cache = text_of(e.settings, "prompt_cache", "off");
        if (cache != "auto" && cache != "off")
            throw Error(Fault::config, "{}: prompt_cache is \"auto\" or \"off\", not \"{}\"", e.name, cache);
        cache_ = cache == "auto";
    }

    HttpCall request(const Request& r) const override {
        Json body = Json::object();
        body["model"] = r.model;
        body["max_tokens"] = 0;
        if (std::string system = r.system(); !system.empty()) body["system"] = std::move(system);
        body["messages"] = anthropic_turns(*wire_, r.messages);
        tools(r, body);
        options(r.options, body);
        thinking(r, body);
        if (!r.schema.is_null())
            body["output_config"]["format"] = {{"type", "json_schema"}, {"schema", anthropic_schema(r.schema)}};
        if (cache_) mark_cache(body);
        if (r.stream) body["stream"] = true;
        return wire_->post(wire_->base_url().ends_with("/v1") ? "/messages" : "/v1/messages", std::move(body),
                           r.options.body);
    }

    std::unique_ptr<Reply> reply(const Request& r) const override {
        return std::make_unique<AnthropicReply>(wire_, r.stream ? HttpReply::Framing::sse : HttpReply::Framing::whole);
    }

    Error failure(int status, const Headers& headers, std::string_view body) const override {
        return wire_->failure(status, headers, body);
    }

private:
    static void tools(const Request& r, Json& body) {
        const std::vector<FunctionTool> tools = tools_of(r.tools);
        const ToolChoice choice = tool_choice_of(r.tool_choice);
        if (tools.empty()) return;
        Json& list = body["tools"] = Json::array();
        for (const FunctionTool& t : tools) {
            Json tool{{"name", t.name}};
            if (!t.description.empty()) tool["description"] = t.description;
            tool["input_schema"] = t.parameters.is_null() ? Json{{"type", "object"}} : t.parameters;
            if (t.strict && *t.strict) tool["strict"] = true;
            list.push_back(std::move(tool));
        }
        switch (choice.kind) {
        case ToolChoice::Kind::unset: break;
        case ToolChoice::Kind::none: body["tool_choice"] = {{"type", "none"}}; break;
        case ToolChoice::Kind::automatic: body["tool_choice"] = {{"type", "auto"}}; break;
        case ToolChoice::Kind::required: body["tool_choice"] = {{"type", "any"}}; break;
        case ToolChoice::Kind::named: body["tool_choice"] = {{"type", "tool"}, {"name", choice.name}}; break;
        }
    }

    void options(const Options& o, Json& body) const {
        const auto refuse = [this](bool given, std::string_view option, std::string_view who) {
            if (given) throw wire_->refused("takes no option {}; {}", option, who);
        };
        refuse(o.seed.has_value(), "seed", "openai, gemini and ollama do");
        refuse(o.logprobs.has_value(), "logprobs", "openai, openai-responses, gemini and ollama do");
        refuse(o.frequency_penalty.has_value(), "frequency_penalty", "openai, gemini and ollama do");
        refuse(o.presence_penalty.has_value(), "presence_penalty", "openai, gemini and ollama do");
        if (o.temperature) {
            if (*o.temperature > 1) throw wire_->refused("takes a temperature from 0 to 1, not {}", *o.temperature);
            body["temperature"] = *o.temperature;
        }
        if (o.top_p) body["top_p"] = *o.top_p;
        if (o.top_k) body["top_k"] = *o.top_k;
        if (!o.stop.empty()) body["stop_sequences"] = o.stop;
    }

    void thinking(const Request& r, Json& body) const {
        const Options& o = r.options;
        const bool thinks = !o.reasoning.empty() && o.reasoning != "none" && o.reasoning != "0";
        const long most = o.max_tokens.value_or(
            max_tokens_.value_or(thinks ? default_max_tokens_thinking : default_max_tokens));
        body["max_tokens"] = most;
        if (!thinks) {
            if (!o.reasoning.empty()) body["thinking"] = {{"type", "disabled"}};
            return;
        }
        if ((o.temperature && *o.temperature != 1) || o.top_k)
            throw wire_->refused("takes neither temperature nor top_k together with reasoning");
        if (const auto kind = tool_choice_of(r.tool_choice).kind;
            kind == ToolChoice::Kind::required || kind == ToolChoice::Kind::named)
            throw wire_->refused("cannot be made to call a tool while reasoning; leave out reasoning or tool_choice");
        const int version = version_of(r.model);
        const auto budget = reasoning_budget(o.reasoning);
        const auto effort = std::ranges::find(efforts, std::string_view{o.reasoning}, &Effort::name);
        if (budget) {
            if (version >= 407)
                throw wire_->refused("{} takes reasoning as low, medium, high or xhigh, not as a number of tokens", r.model);
            if (*budget < least_budget || *budget >= most)
                throw wire_->refused("a reasoning budget must be from {} to below max_tokens ({}), not {}", least_budget, most,
                                     *budget);
            body["thinking"] = {{"type", "enabled"}, {"budget_tokens", *budget}};
        } else if (effort == efforts.end()) {
            throw wire_->refused("option reasoning '{}' is unknown", o.reasoning);
        } else if (version >= 406) {
            body["thinking"] = {{"type", "adaptive"}, {"display", "summarized"}};
            body["output_config"]["effort"] = effort->level;
        } else {
            const long tokens = std::min(effort->budget, most / 2);
            if (tokens < least_budget)
                throw wire_->refused("reasoning needs max_tokens of {} or more, not {}", 2 * least_budget, most);
            body["thinking"] = {{"type", "enabled"}, {"budget_tokens", tokens}};
        }
    }

    // The cache holds what stands before a mark, in the order tools, system, messages.
    static void mark_cache(Json& body) {
        const Json mark{{"type", "ephemeral"}};
        const auto in_blocks = [](Json& text) {
            if (text.is_string()) text = Json::array({{{"type", "text"}, {"text", text}}});
        };
        if (Json* tools = find(body, "tools"); tools && !tools->empty()) tools->back()["cache_control"] = mark;
        if (Json* system = find(body, "system")) {
            in_blocks(*system);
            system->back()["cache_control"] = mark;
        }
        Json& turns = body["messages"];
        if (turns.empty()) return;
        Json& content = turns.back()["content"];
        in_blocks(content);
        if (content.empty()) return;
        const std::string type = text_of(content.back(), "type");
        if (type != "thinking" && type != "redacted_thinking") content.back()["cache_control"] = mark;
    }

    std::shared_ptr<const Wire> wire_;
    std::optional<long> max_tokens_;
    bool cache_ = false;
};

}  // namespace

extern const ProviderEntry provider_anthropic{
    "anthropic", "messages: Claude, with prompt-cache control", "https://api.anthropic.com", "ANTHROPIC_API_KEY",
    [](const Endpoint& e) -> std::unique_ptr<Provider> { return std::make_unique<Anthropic>(e); }};

}  // namespace llm
