// Facts: openai/openai-openapi openapi.yaml (CreateChatCompletionRequest); `max_tokens` is deprecated there for
// `max_completion_tokens`, which its reasoning models demand and which most compatible servers do not know, so the field goes
// by the host. Azure: learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle (v1) and …/reference (deployments).
// Mistral refuses `stream_options` and names the seed `random_seed` (docs.mistral.ai/api). OpenRouter takes an object
// `reasoning` with effort or max_tokens (openrouter.ai/docs/use-cases/reasoning-tokens). DeepSeek has no json_schema
// (api-docs.deepseek.com/guides/json_mode).
#include "base/base64.hpp"
#include "providers/openai_reply.hpp"
#include "providers/shapes.hpp"
#include "providers/wire.hpp"
#include "record/scan.hpp"

namespace llm {
namespace {

// Where the servers that speak the protocol differ. Settings of the same names overrule what the host says.
struct Dialect {
    enum class Address { plain, azure_v1, azure_deployment } address = Address::plain;
    bool by_openai = false;                // OpenAI's own models: no top_k, developer-grade strictness
    bool stream_usage = true;              // setting `stream_usage`
    std::string max_tokens;                // setting `max_tokens_field`
    std::string seed = "seed";             // setting `seed_field`
    std::string structured = "json_schema";  // setting `structured`: "json_schema", "json_object"
    bool reasoning_object = false;         // `reasoning: {…}` rather than `reasoning_effort`
    std::string api_version;               // setting `api_version`
};

bool ends_with(std::string_view host, std::string_view domain) {
    return host.ends_with(domain) && (host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.');
}

bool is_azure(std::string_view host) {
    return ends_with(host, "openai.azure.com") || ends_with(host, "cognitiveservices.azure.com") ||
           ends_with(host, "services.ai.azure.com");
}

Dialect dialect_of(const Endpoint& e) {
    Dialect d;
    const std::string_view url = e.base_url.empty() ? std::string_view{"https://api.openai.com/v1"} : e.base_url;
    const std::string_view host = host_of(url);
    d.api_version = text_of(e.settings, "api_version");
    const bool azure = is_azure(host) || !d.api_version.empty();
    if (azure)
        d.address = url.ends_with("/v1") || url.ends_with("/v1/") ? Dialect::Address::azure_v1
                                                                   : Dialect::Address::azure_deployment;
    d.by_openai = azure || ends_with(host, "api.openai.com");
    d.max_tokens = d.by_openai ? "max_completion_tokens" : "max_tokens";
    if (ends_with(host, "api.mistral.ai")) {
        d.stream_usage = false;
        d.seed = "random_seed";
    }
    if (ends_with(host, "api.deepseek.com")) d.structured = "json_object";
    d.reasoning_object = ends_with(host, "openrouter.ai");
    d.max_tokens = text_of(e.settings, "max_tokens_field", d.max_tokens);
    d.seed = text_of(e.settings, "seed_field", d.seed);
    d.structured = text_of(e.settings, "structured", d.structured);
    if (const Json& usage = member(e.settings, "stream_usage"); usage.is_boolean()) d.stream_usage = usage.get<bool>();
    return d;
}

KeyHeader key_header(const Dialect& d) {
    return {d.address == Dialect::Address::plain ? "Authorization: Bearer " : "api-key: "};
}

class OpenAi final : public Provider {
public:
    explicit OpenAi(const Endpoint& e)
        : dialect_(dialect_of(e)),
          wire_(std::make_shared<Wire>(e, "https://api.openai.com/v1", key_header(dialect_))) {}

    HttpCall request(const Request& r) const override {
        if (r.schema.is_null() && r.options.body.is_null()) return wire_->post(path(r), quick_body(r));
        Json body = Json::object();
        body["model"] = r.model;
        body["messages"] = messages(r);
        options(r, body);
        output(r, body);
        rest(r, body);
        return wire_->post(path(r), std::move(body), r.options.body);
    }

    std::unique_ptr<Reply> reply(const Request& r) const override {
        return std::make_unique<OpenAiReply>(wire_, r.stream ? HttpReply::Framing::sse : HttpReply::Framing::whole);
    }

    Error failure(int status, const Headers& headers, std::string_view body) const override {
        return wire_->failure(status, headers, body);
    }

private:
    /// The same text without a tree for turns that are text and nothing else: 9 of the 12 thousand instructions such a request took.
    std::string quick_body(const Request& r) const {
        std::string out = "{\"model\":" + quote(r.model) + ",\"messages\":[";
        for (const Message& m : r.messages) {
            if (out.back() == '}') out += ',';
            if (is_text_alone(m)) out.append("{\"role\":\"").append(name(m.role)).append("\",\"content\":").append(quote(m.parts[0].text)).append("}");
            else out += dump(message(m));
        }
        out += ']';
        Json more;
        options(r, more);
        rest(r, more);
        if (more.is_null()) return out.append("}");
        return out.append(",").append(dump(more), 1);
    }

    static bool is_text_alone(const Message& m) {
        return m.role != Role::tool && m.parts.size() == 1 && m.parts[0].kind == Part::Kind::text && m.name.empty() && m.tool_calls.is_null() && m.provider.is_null();
    }

    void rest(const Request& r, Json& body) const {
        if (!r.tools.is_null()) {
            tools_of(r.tools);
            body["tools"] = r.tools;
        }
        if (!r.tool_choice.is_null()) {
            tool_choice_of(r.tool_choice);
            body["tool_choice"] = r.tool_choice;
        }
        if (!r.stream) return;
        body["stream"] = true;
        if (dialect_.stream_usage) body["stream_options"] = {{"include_usage", true}};
    }

    std::string path(const Request& r) const {
        const std::string version = dialect_.api_version.empty() ? "" : "?api-version=" + dialect_.api_version;
        if (dialect_.address != Dialect::Address::azure_deployment) return "/chat/completions" + version;
        if (version.empty())
            throw Error(Fault::config, "{}: an Azure address needs api_version, or base_url ending in /openai/v1",
                        wire_->name());
        if (wire_->base_url().find("/deployments/") != std::string::npos) return "/chat/completions" + version;
        const bool has_root = wire_->base_url().ends_with("/openai");
        return fmt::format("{}/deployments/{}/chat/completions{}", has_root ? "" : "/openai", in_path(r.model), version);
    }

    Json messages(const Request& r) const {
        Json out = Json::array();
        for (const Message& m : r.messages) out.push_back(message(m));
        if (!r.schema.is_null() && dialect_.structured == "json_object")
            out.insert(out.begin(), Json{{"role", "system"},
                                         {"content", "Answer with one JSON object that satisfies this JSON Schema:\n" +
                                                         dump(r.schema)}});
        return out;
    }

    Json message(const Message& m) const {
        Json out = Json::object();
        out["role"] = name(m.role);
        if (m.role == Role::tool) out["tool_call_id"] = m.tool_call_id;
        else if (!m.name.empty()) out["name"] = m.name;
        if (m.parts.size() == 1 && m.parts[0].kind == Part::Kind::text) {
            out["content"] = m.parts[0].text;
        } else if (m.parts.empty()) {
            out["content"] = m.tool_calls.is_null() ? Json("") : Json();
        } else {
            Json& content = out["content"] = Json::array();
            for (const Part& p : m.parts) content.push_back(part(p));
        }
        if (!m.tool_calls.is_null()) out["tool_calls"] = m.tool_calls;
        if (!m.provider.is_null()) give_back(kept(m, wire_->name()), out);
        return out;
    }

    static void give_back(const Json& kept, Json& message) {
        for (const std::string_view key : {"reasoning_content", "reasoning_details"})
            if (const Json& value = member(kept, key); !value.is_null()) message[std::string{key}] = value;
        const Json& extras = member(kept, "extra_content");
        if (!extras.is_object() || !message.contains("tool_calls")) return;
        for (Json& call : message["tool_calls"])
            if (const Json& extra = member(extras, text_of(call, "id")); !extra.is_null()) call["extra_content"] = extra;
    }

    Json part(const Part& p) const {
        if (p.kind == Part::Kind::text) return {{"type", "text"}, {"text", p.text}};
        const Attachment& a = p.media;
        if (a.type.starts_with("image/")) {
            Json image{{"url", a.url.empty() ? "data:" + a.type + ";base64," + to_base64(a.data) : a.url}};
            if (!a.detail.empty()) image["detail"] = a.detail;
            return {{"type", "image_url"}, {"image_url", std::move(image)}};
        }
        if (!a.url.empty())
            throw wire_->refused("chat completions take the address of an image only, not of {} ({}); send the bytes, or use "
                                 "openai-responses, anthropic or gemini",
                                 a.type, a.url);
        if (a.type == "audio/wav" || a.type == "audio/x-wav" || a.type == "audio/mpeg" || a.type == "audio/mp3")
            return {{"type", "input_audio"},
                    {"input_audio", {{"data", to_base64(a.data)}, {"format", a.type.ends_with("wav") ? "wav" : "mp3"}}}};
        if (a.type.starts_with("audio/") || a.type.starts_with("video/"))
            throw wire_->refused("takes no {}; gemini does", a.type);
        return {{"type", "file"},
                {"file",
                 {{"filename", a.name.empty() ? "file" : a.name},
                  {"file_data", "data:" + a.type + ";base64," + to_base64(a.data)}}}};
    }

    void options(const Request& r, Json& body) const {
        const Options& o = r.options;
        if (o.temperature) body["temperature"] = *o.temperature;
        if (o.max_tokens) body[dialect_.max_tokens] = *o.max_tokens;
        if (o.top_p) body["top_p"] = *o.top_p;
        if (o.top_k) {
            if (dialect_.by_openai)
                throw wire_->refused("takes no option top_k; anthropic, gemini, ollama and vLLM or llama.cpp servers do");
            body["top_k"] = *o.top_k;
        }
        if (o.frequency_penalty) body["frequency_penalty"] = *o.frequency_penalty;
        if (o.presence_penalty) body["presence_penalty"] = *o.presence_penalty;
        if (!o.stop.empty()) body["stop"] = o.stop;
        if (o.seed) body[dialect_.seed] = *o.seed;
        if (o.logprobs) {
            body["logprobs"] = true;
            if (*o.logprobs > 0) body["top_logprobs"] = *o.logprobs;
        }
        if (!o.reasoning.empty()) reasoning(o.reasoning, body);
    }

    void reasoning(const std::string& effort, Json& body) const {
        const auto budget = reasoning_budget(effort);
        if (dialect_.reasoning_object)
            body["reasoning"] = budget ? Json{{"max_tokens", *budget}} : Json{{"effort", effort}};
        else if (budget)
            throw wire_->refused("option reasoning takes low, medium or high here, not a number of tokens ({}); anthropic, "
                                 "gemini and openrouter take one",
                                 effort);
        else
            body["reasoning_effort"] = effort;
    }

    void output(const Request& r, Json& body) const {
        if (r.schema.is_null()) return;
        if (dialect_.structured == "json_object") {
            body["response_format"] = {{"type", "json_object"}};
            return;
        }
        body["response_format"] = {{"type", "json_schema"},
                                   {"json_schema",
                                    {{"name", r.schema_name.empty() ? "answer" : r.schema_name},
                                     {"strict", is_strict_schema(r.schema)},
                                     {"schema", r.schema}}}};
    }

    Dialect dialect_;
    std::shared_ptr<const Wire> wire_;
};

}  // namespace

extern const ProviderEntry provider_openai{
    "openai", "chat completions: OpenAI and every server that speaks it", "https://api.openai.com/v1", "OPENAI_API_KEY",
    [](const Endpoint& e) -> std::unique_ptr<Provider> { return std::make_unique<OpenAi>(e); }};

}  // namespace llm
