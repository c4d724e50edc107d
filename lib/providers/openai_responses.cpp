// Facts: openai/openai-openapi openapi.yaml (CreateResponse, InputItem, FunctionTool, ToolChoiceFunction,
// TextResponseFormatJsonSchema, Reasoning, IncludeEnum). Nothing is stored at the provider (`store` false; body can say
// otherwise), so reasoning comes back encrypted and is given back with the next turn.
#include "base/base64.hpp"
#include "providers/responses_reply.hpp"
#include "providers/shapes.hpp"

namespace llm {
namespace {

bool items_still_say(const Json& items, const Message& m) {
    if (!items.is_array()) return false;
    std::string text;
    std::size_t calls = 0;
    for (const Json& item : items) {
        if (const Json& content = member(item, "content"); text_of(item, "type") == "message" && content.is_array())
            for (const Json& part : content) text += text_of(part, "text");
        if (text_of(item, "type") != "function_call") continue;
        if (calls >= m.tool_calls.size() || text_of(m.tool_calls[calls], "id") != text_of(item, "call_id")) return false;
        ++calls;
    }
    return calls == m.tool_calls.size() && text == m.text();
}

// Models without reasoning answer 400 to a request for its encrypted form.
bool reasons(std::string_view model) {
    const bool o_series = model.size() > 1 && model[0] == 'o' && model[1] >= '1' && model[1] <= '9';
    return o_series || (model.starts_with("gpt-5") && model.find("chat") == model.npos) ||
           model.find("codex") != model.npos;
}

class OpenAiResponses final : public Provider {
public:
    explicit OpenAiResponses(const Endpoint& e)
        : azure_(host_of(e.base_url).ends_with(".azure.com")), api_version_(text_of(e.settings, "api_version")),
          wire_(std::make_shared<Wire>(e, "https://api.openai.com/v1",
                                       KeyHeader{azure_ ? "api-key: " : "Authorization: Bearer "})) {}

    HttpCall request(const Request& r) const override {
        Json body = Json::object();
        body["model"] = r.model;
        input(r, body);
        tools(r, body);
        options(r, body);
        if (!r.schema.is_null())
            body["text"]["format"] = {{"type", "json_schema"},
                                      {"name", r.schema_name.empty() ? "answer" : r.schema_name},
                                      {"strict", is_strict_schema(r.schema)},
                                      {"schema", r.schema}};
        body["store"] = false;
        if (r.stream) body["stream"] = true;
        return wire_->post(api_version_.empty() ? "/responses" : "/responses?api-version=" + api_version_, std::move(body),
                           r.options.body);
    }

    std::unique_ptr<Reply> reply(const Request& r) const override {
        return std::make_unique<ResponsesReply>(wire_, r.stream ? HttpReply::Framing::sse : HttpReply::Framing::whole);
    }

    Error failure(int status, const Headers& headers, std::string_view body) const override {
        return wire_->failure(status, headers, body);
    }

private:
    void input(const Request& r, Json& body) const {
        if (std::string system = r.system(); !system.empty()) body["instructions"] = std::move(system);
        Json& items = body["input"] = Json::array();
        for (const Message& m : r.messages) {
            if (m.role == Role::tool) {
                items.push_back({{"type", "function_call_output"}, {"call_id", m.tool_call_id}, {"output", output(m)}});
            } else if (m.role == Role::assistant) {
                add_assistant(m, items);
            } else if (m.role == Role::user) {
                items.push_back({{"role", "user"}, {"content", content(m)}});
            } else {
                for (const Part& p : m.parts)
                    if (p.kind == Part::Kind::media)
                        throw wire_->refused("takes text only in a system turn; put attachments in a user turn");
            }
        }
    }

    static void add_assistant(const Message& m, Json& items) {
        if (const Json& back = kept(m, "openai-responses"); items_still_say(back, m)) {
            for (const Json& item : back) items.push_back(item);
            return;
        }
        if (std::string text = m.text(); !text.empty()) items.push_back({{"role", "assistant"}, {"content", std::move(text)}});
        if (!m.tool_calls.is_array()) return;
        for (const Json& call : m.tool_calls)
            items.push_back({{"type", "function_call"},
                             {"call_id", text_of(call, "id")},
                             {"name", text_of(member(call, "function"), "name")},
                             {"arguments", text_of(member(call, "function"), "arguments")}});
    }

    Json output(const Message& m) const {
        for (const Part& p : m.parts)
            if (p.kind == Part::Kind::media) return parts(m);
        return m.text();
    }

    Json content(const Message& m) const {
        if (m.parts.size() == 1 && m.parts[0].kind == Part::Kind::text) return m.parts[0].text;
        return parts(m);
    }

    Json parts(const Message& m) const {
        Json out = Json::array();
        for (const Part& p : m.parts)
            out.push_back(p.kind == Part::Kind::text ? Json{{"type", "input_text"}, {"text", p.text}} : media(p.media));
        return out;
    }

    Json media(const Attachment& a) const {
        const auto address = [&a] { return a.url.empty() ? "data:" + a.type + ";base64," + to_base64(a.data) : a.url; };
        if (a.type.starts_with("image/"))
            return {{"type", "input_image"}, {"detail", a.detail.empty() ? "auto" : a.detail}, {"image_url", address()}};
        if (a.type.starts_with("audio/") || a.type.starts_with("video/"))
            throw wire_->refused("takes images and files, not {}; gemini takes sound and video, openai sound", a.type);
        if (!a.url.empty()) return {{"type", "input_file"}, {"file_url", a.url}};
        return {{"type", "input_file"}, {"filename", a.name.empty() ? "file" : a.name}, {"file_data", address()}};
    }

    static void tools(const Request& r, Json& body) {
        const std::vector<FunctionTool> tools = tools_of(r.tools);
        const ToolChoice choice = tool_choice_of(r.tool_choice);
        if (tools.empty()) return;
        Json& list = body["tools"] = Json::array();
        for (const FunctionTool& t : tools) {
            Json tool{{"type", "function"}, {"name", t.name}};
            if (!t.description.empty()) tool["description"] = t.description;
            tool["parameters"] = t.parameters;
            // Left out, it would be true here, unlike in chat completions.
            tool["strict"] = t.strict.value_or(false);
            list.push_back(std::move(tool));
        }
        if (choice.kind == ToolChoice::Kind::named)
            body["tool_choice"] = {{"type", "function"}, {"name", choice.name}};
        else if (choice.kind != ToolChoice::Kind::unset)
            body["tool_choice"] = r.tool_choice;
    }

    void options(const Request& r, Json& body) const {
        const Options& o = r.options;
        const auto refuse = [this](bool given, std::string_view option) {
            if (given) throw wire_->refused("takes no option {}; openai (chat completions), gemini and ollama do", option);
        };
        refuse(!o.stop.empty(), "stop");
        refuse(o.seed.has_value(), "seed");
        refuse(o.top_k.has_value(), "top_k");
        refuse(o.frequency_penalty.has_value(), "frequency_penalty");
        refuse(o.presence_penalty.has_value(), "presence_penalty");
        if (o.temperature) body["temperature"] = *o.temperature;
        if (o.max_tokens) body["max_output_tokens"] = *o.max_tokens;
        if (o.top_p) body["top_p"] = *o.top_p;
        Json include = Json::array();
        if (!o.reasoning.empty() || reasons(r.model)) include.push_back("reasoning.encrypted_content");
        if (o.logprobs) {
            body["top_logprobs"] = *o.logprobs;
            include.push_back("message.output_text.logprobs");
        }
        if (!o.reasoning.empty()) {
            if (reasoning_budget(o.reasoning))
                throw wire_->refused("takes reasoning as none, minimal, low, medium, high or xhigh, not as a number of tokens "
                                     "({}); anthropic and gemini take one",
                                     o.reasoning);
            body["reasoning"] = {{"effort", o.reasoning}};
            if (o.reasoning != "none") body["reasoning"]["summary"] = "auto";
        }
        if (!include.empty()) body["include"] = std::move(include);
    }

    bool azure_;
    std::string api_version_;
    std::shared_ptr<const Wire> wire_;
};

}  // namespace

extern const ProviderEntry provider_openai_responses{
    "openai-responses", "the responses API of OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY",
    [](const Endpoint& e) -> std::unique_ptr<Provider> { return std::make_unique<OpenAiResponses>(e); }};

}  // namespace llm
