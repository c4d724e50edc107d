// Facts: googleapis/python-genai google/genai/types.py (GenerateContentConfig, FunctionDeclaration.parameters_json_schema,
// FunctionCallingConfig, ThinkingConfig, response_json_schema); ai.google.dev/gemini-api/docs/thinking: a level from Gemini 3 on,
// a budget before; ai.google.dev/gemini-api/docs/openai: low, medium, high are 1,024, 8,192 and 24,576 tokens.
#include "providers/gemini_reply.hpp"
#include "providers/gemini_turns.hpp"
#include "providers/shapes.hpp"

namespace llm {
namespace {

constexpr std::string_view default_url = "https://generativelanguage.googleapis.com/v1beta";

bool takes_budget(std::string_view model) {
    return model.find("gemini-2") != model.npos || model.find("gemini-1") != model.npos;
}

class Gemini final : public Provider {
public:
    explicit Gemini(const Endpoint& e) : wire_(std::make_shared<Wire>(e, default_url, KeyHeader{"x-goog-api-key: "})) {}

    HttpCall request(const Request& r) const override {
        Json body = Json::object();
        if (std::string system = r.system(); !system.empty())
            body["systemInstruction"] = {{"parts", Json::array({{{"text", std::move(system)}}})}};
        body["contents"] = gemini_turns(*wire_, r.messages);
        tools(r, body);
        Json config = Json::object();
        options(r.options, config);
        thinking(r, config);
        if (!r.schema.is_null()) {
            config["responseMimeType"] = "application/json";
            config["responseJsonSchema"] = r.schema;
        }
        if (!config.empty()) body["generationConfig"] = std::move(config);
        const bool rooted = r.model.starts_with("models/") || r.model.starts_with("tunedModels/");
        return wire_->post(fmt::format("{}{}:{}", rooted ? "/" : "/models/", in_path(r.model),
                                       r.stream ? "streamGenerateContent?alt=sse" : "generateContent"),
                           std::move(body), r.options.body);
    }

    std::unique_ptr<Reply> reply(const Request& r) const override {
        return std::make_unique<GeminiReply>(wire_, r.stream ? HttpReply::Framing::sse : HttpReply::Framing::whole);
    }

    Error failure(int status, const Headers& headers, std::string_view body) const override {
        return wire_->failure(status, headers, body);
    }

private:
    static void tools(const Request& r, Json& body) {
        const std::vector<FunctionTool> tools = tools_of(r.tools);
        const ToolChoice choice = tool_choice_of(r.tool_choice);
        if (tools.empty()) return;
        Json declarations = Json::array();
        for (const FunctionTool& t : tools) {
            Json d{{"name", t.name}};
            if (!t.description.empty()) d["description"] = t.description;
            if (!t.parameters.is_null()) d["parametersJsonSchema"] = t.parameters;
            declarations.push_back(std::move(d));
        }
        body["tools"] = Json::array({{{"functionDeclarations", std::move(declarations)}}});
        Json config;
        switch (choice.kind) {
        case ToolChoice::Kind::unset: return;
        case ToolChoice::Kind::none: config["mode"] = "NONE"; break;
        case ToolChoice::Kind::automatic: config["mode"] = "AUTO"; break;
        case ToolChoice::Kind::required: config["mode"] = "ANY"; break;
        case ToolChoice::Kind::named:
            config["mode"] = "ANY";
            config["allowedFunctionNames"] = Json::array({choice.name});
            break;
        }
        body["toolConfig"] = {{"functionCallingConfig", std::move(config)}};
    }

    static void options(const Options& o, Json& config) {
        if (o.temperature) config["temperature"] = *o.temperature;
        if (o.max_tokens) config["maxOutputTokens"] = *o.max_tokens;
        if (o.top_p) config["topP"] = *o.top_p;
        if (o.top_k) config["topK"] = *o.top_k;
        if (o.frequency_penalty) config["frequencyPenalty"] = *o.frequency_penalty;
        if (o.presence_penalty) config["presencePenalty"] = *o.presence_penalty;
        if (!o.stop.empty()) config["stopSequences"] = o.stop;
        if (o.seed) config["seed"] = *o.seed;
        if (o.logprobs) {
            config["responseLogprobs"] = true;
            if (*o.logprobs > 0) config["logprobs"] = *o.logprobs;
        }
    }

    void thinking(const Request& r, Json& config) const {
        const std::string& effort = r.options.reasoning;
        if (effort.empty()) return;
        Json& thinking = config["thinkingConfig"] = Json::object();
        const bool off = effort == "none" || effort == "0";
        if (off && !takes_budget(r.model))
            throw wire_->refused("{} cannot leave reasoning out; minimal is the least", r.model);
        if (effort == "xhigh") throw wire_->refused("takes reasoning up to high, not xhigh");
        thinking["includeThoughts"] = !off;
        if (off) thinking["thinkingBudget"] = 0;
        else if (const auto budget = reasoning_budget(effort)) thinking["thinkingBudget"] = *budget;
        else if (!takes_budget(r.model)) thinking["thinkingLevel"] = effort;
        else thinking["thinkingBudget"] = effort == "minimal" ? 512 : effort == "low" ? 1024 : effort == "medium" ? 8192 : 24576;
    }

    std::shared_ptr<const Wire> wire_;
};

}  // namespace

extern const ProviderEntry provider_gemini{
    "gemini", "generateContent: Gemini", default_url, "GEMINI_API_KEY",
    [](const Endpoint& e) -> std::unique_ptr<Provider> { return std::make_unique<Gemini>(e); }};

}  // namespace llm
