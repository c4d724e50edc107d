// Facts: ollama/ollama docs/openapi.yaml (ChatRequest, ChatResponse, ChatStreamEvent, Logprob), docs/capabilities/thinking.mdx
// and tool-calling.mdx, docs/api/errors.mdx (an error in the stream under status 200), api/types.go (options, tool_name,
// tool_call_id).
#include "base/base64.hpp"
#include "providers/openai_reply.hpp"
#include "providers/shapes.hpp"

namespace llm {
namespace {

class OllamaReply final : public HttpReply {
public:
    using HttpReply::HttpReply;

private:
    void event(Json&& j, const DeltaSink& sink) override {
        if (!j.is_object()) throw broken("the answer is JSON of another shape");
        if (const Json* error = find(j, "error")) throw wire_->failure(*error);
        if (completion_.model.empty()) completion_.model = take_text(j, "model");
        if (Json* message = find(j, "message")) {
            reasoning(text_of(*message, "thinking"), sink);
            text(text_of(*message, "content"), sink);
            if (const Json* calls = find(*message, "tool_calls"); calls && calls->is_array())
                for (const Json& call : *calls) take_call(call);
        }
        add_logprobs(completion_.logprobs, member(j, "logprobs"));
        if (member(j, "done") != Json(true)) return;
        completion_.finish = text_of(j, "done_reason", "stop");
        completion_.usage.input = count(j, "prompt_eval_count");
        completion_.usage.output = count(j, "eval_count");
        done_ = true;
    }
    void whole(Json&& j) override { event(std::move(j), {}); }

    bool complete() override {
        if (!done_) return false;
        completion_.tool_calls = calls_.take();
        if (!completion_.tool_calls.is_null()) completion_.finish = "tool_calls";
        else if (completion_.finish != "length") completion_.finish = "stop";
        return true;
    }

    // Each call comes whole; `index` numbers them within one message only, so it is no help.
    void take_call(const Json& call) {
        const Json& function = member(call, "function");
        const Json& given = member(function, "arguments");
        std::string id = text_of(call, "id");
        if (id.empty()) id = fmt::format("call_{}", ++numbered_);
        calls_.add({}, id, text_of(function, "name"), given.is_string() ? given.get<std::string>() : dump(given));
    }

    ToolCalls calls_;
    int numbered_ = 0;
};

class Ollama final : public Provider {
public:
    explicit Ollama(const Endpoint& e)
        : wire_(std::make_shared<Wire>(e, "http://127.0.0.1:11434", KeyHeader{"Authorization: Bearer "})),
          keep_alive_(member(e.settings, "keep_alive")), context_(member(e.settings, "num_ctx")) {}

    HttpCall request(const Request& r) const override {
        Json body = Json::object();
        body["model"] = r.model;
        Json& turns = body["messages"] = Json::array();
        for (const Message& m : r.messages) turns.push_back(message(r.messages, m));
        body["stream"] = r.stream;
        if (const ToolChoice choice = tool_choice_of(r.tool_choice); choice.kind != ToolChoice::Kind::none) {
            if (choice.kind == ToolChoice::Kind::required || choice.kind == ToolChoice::Kind::named)
                throw wire_->refused("cannot be made to call a tool (tool_choice); openai, anthropic and gemini can");
            if (!tools_of(r.tools).empty()) body["tools"] = r.tools;
        }
        if (!r.schema.is_null()) body["format"] = r.schema;
        options(r.options, body);
        if (!keep_alive_.is_null()) body["keep_alive"] = keep_alive_;
        return wire_->post(wire_->base_url().ends_with("/api") ? "/chat" : "/api/chat", std::move(body), r.options.body);
    }

    std::unique_ptr<Reply> reply(const Request& r) const override {
        return std::make_unique<OllamaReply>(wire_, r.stream ? HttpReply::Framing::ndjson : HttpReply::Framing::whole);
    }

    Error failure(int status, const Headers& headers, std::string_view body) const override {
        return wire_->failure(status, headers, body);
    }

private:
    Json message(const std::vector<Message>& all, const Message& m) const {
        Json out{{"role", name(m.role)}, {"content", m.text()}};
        Json images = Json::array();
        for (const Part& p : m.parts) {
            if (p.kind != Part::Kind::media) continue;
            if (!p.media.type.starts_with("image/"))
                throw wire_->refused("takes images only, not {}; anthropic and gemini take documents", p.media.type);
            if (!p.media.url.empty())
                throw wire_->refused("takes the bytes of an image, not an address ({}); openai, anthropic and gemini fetch",
                                     p.media.url);
            images.push_back(to_base64(p.media.data));
        }
        if (!images.empty()) out["images"] = std::move(images);
        if (m.role == Role::tool) {
            out["tool_name"] = function_name(all, m);
            out["tool_call_id"] = m.tool_call_id;
        }
        if (!m.tool_calls.is_array()) return out;
        Json& calls = out["tool_calls"] = Json::array();
        for (const Json& call : m.tool_calls)
            calls.push_back({{"id", text_of(call, "id")},
                             {"type", "function"},
                             {"function",
                              {{"index", calls.size()},
                               {"name", text_of(member(call, "function"), "name")},
                               {"arguments", arguments_of(call)}}}});
        return out;
    }

    void options(const Options& o, Json& body) const {
        Json options = Json::object();
        if (!context_.is_null()) options["num_ctx"] = context_;
        if (o.temperature) options["temperature"] = *o.temperature;
        if (o.max_tokens) options["num_predict"] = *o.max_tokens;
        if (o.top_p) options["top_p"] = *o.top_p;
        if (o.top_k) options["top_k"] = *o.top_k;
        if (o.frequency_penalty) options["frequency_penalty"] = *o.frequency_penalty;
        if (o.presence_penalty) options["presence_penalty"] = *o.presence_penalty;
        if (!o.stop.empty()) options["stop"] = o.stop;
        if (o.seed) options["seed"] = *o.seed;
        if (!options.empty()) body["options"] = std::move(options);
        if (o.logprobs) {
            body["logprobs"] = true;
            if (*o.logprobs > 0) body["top_logprobs"] = *o.logprobs;
        }
        if (o.reasoning == "none" || o.reasoning == "0") body["think"] = false;
        else if (o.reasoning == "low" || o.reasoning == "medium" || o.reasoning == "high") body["think"] = o.reasoning;
        else if (!o.reasoning.empty())
            throw wire_->refused("takes reasoning as none, low, medium or high, not '{}'; anthropic and gemini take a number of "
                                 "tokens",
                                 o.reasoning);
    }

    std::shared_ptr<const Wire> wire_;
    Json keep_alive_, context_;
};

}  // namespace

extern const ProviderEntry provider_ollama{
    "ollama", "/api/chat of Ollama, models on this machine", "http://127.0.0.1:11434", "",
    [](const Endpoint& e) -> std::unique_ptr<Provider> { return std::make_unique<Ollama>(e); }};

}  // namespace llm
