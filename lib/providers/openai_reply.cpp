// Facts: openai/openai-openapi openapi.yaml (CreateChatCompletionResponse, CreateChatCompletionStreamResponse,
// CompletionUsage). Deviations: DeepSeek and vLLM `reasoning_content`, OpenRouter `reasoning`, `reasoning_details` and
// errors inside a 200, Mistral content lists with `thinking`, Groq `x_groq.usage`, Moonshot `choices[0].usage`, xAI completion
// tokens without the reasoning ones, Google `tool_calls[].extra_content`.
#include "providers/openai_reply.hpp"

#include <array>

namespace llm {
namespace {

std::string finish_of(std::string reason, bool has_calls, bool refused) {
    if (refused) return "refusal";
    if (reason == "function_call") reason = "tool_calls";
    if (reason == "max_tokens" || reason == "model_length") reason = "length";
    if (reason == "eos" || reason == "end_turn" || reason == "stop_sequence" || reason.empty()) reason = "stop";
    if (reason == "stop" && has_calls) reason = "tool_calls";
    return reason;
}

Usage chat_usage(const Json& u) {
    const Json& in = member(u, "prompt_tokens_details");
    const Json& out = member(u, "completion_tokens_details");
    Usage usage;
    usage.input = count(u, "prompt_tokens");
    usage.output = count(u, "completion_tokens");
    usage.cached = count(in, "cached_tokens");
    if (!usage.cached) usage.cached = count(u, "prompt_cache_hit_tokens");
    usage.cache_write = count(in, "cache_write_tokens");
    usage.reasoning = count(out, "reasoning_tokens");
    const auto total = count(u, "total_tokens");
    if (total && usage.input && usage.output && usage.reasoning && *usage.reasoning > 0 &&
        *total == *usage.input + *usage.output + *usage.reasoning)
        *usage.output += *usage.reasoning;
    return usage;
}

}  // namespace

void add_logprobs(Json& to, const Json& tokens) {
    if (!tokens.is_array()) return;
    if (to.is_null()) to = Json::array();
    for (const Json& t : tokens) {
        Json top = Json::array();
        if (const Json& others = member(t, "top_logprobs"); others.is_array())
            for (const Json& o : others) top.push_back({{"token", text_of(o, "token")}, {"logprob", member(o, "logprob")}});
        to.push_back({{"token", text_of(t, "token")}, {"logprob", member(t, "logprob")}, {"top", std::move(top)}});
    }
}

void OpenAiReply::head(Json& j) {
    if (!j.is_object()) throw broken("the answer is JSON of another shape");
    if (const Json* error = find(j, "error")) throw wire_->failure(*error);
    if (completion_.id.empty()) completion_.id = take_text(j, "id");
    if (completion_.model.empty()) completion_.model = take_text(j, "model");
    if (const Json* usage = find(j, "usage")) completion_.usage = chat_usage(*usage);
    else if (const Json* groq = find(j, "x_groq"); groq && member(*groq, "usage").is_object())
        completion_.usage = chat_usage(member(*groq, "usage"));
}

void OpenAiReply::content(Json& c, const DeltaSink& sink) {
    if (c.is_string()) return text(c.get_ref<const std::string&>(), sink);
    if (!c.is_array()) return;
    for (Json& part : c) {
        if (const Json* thinking = find(part, "thinking")) {
            if (thinking->is_string()) reasoning(thinking->get_ref<const std::string&>(), sink);
            else if (thinking->is_array())
                for (const Json& t : *thinking) reasoning(text_of(t, "text"), sink);
        } else {
            text(take_text(part, "text"), sink);
        }
    }
}

void OpenAiReply::calls(Json& list) {
    if (!list.is_array()) return;
    for (Json& call : list) {
        Json* const function = find(call, "function");
        const std::string id = take_text(call, "id");
        if (Json* extra = find(call, "extra_content")) extras_["extra_content"][id] = std::move(*extra);
        std::string name, arguments;
        if (function) {
            name = take_text(*function, "name");
            const Json* given = find(*function, "arguments");
            if (given) arguments = given->is_string() ? given->get<std::string>() : dump(*given);
        }
        calls_.add(count(call, "index"), id, name, arguments);
    }
}

void OpenAiReply::keep(Json& message) {
    if (Json* details = find(message, "reasoning_details"); details && details->is_array()) {
        Json& kept = extras_["reasoning_details"];
        if (kept.is_null()) kept = Json::array();
        for (Json& d : *details) kept.push_back(std::move(d));
    }
}

void OpenAiReply::choice(Json& choice, Json& message, const DeltaSink& sink) {
    answered_ = true;
    for (const std::string_view field : {"reasoning_content", "reasoning"})
        if (const Json* r = find(message, field); r && r->is_string()) {
            reasoning_field_ = field;
            reasoning(r->get_ref<const std::string&>(), sink);
            break;
        }
    if (Json* c = find(message, "content")) content(*c, sink);
    if (const Json* r = find(message, "refusal"); r && r->is_string() && !r->get_ref<const std::string&>().empty()) {
        refusal_.append(r->get_ref<const std::string&>());
        text(r->get_ref<const std::string&>(), sink);
    }
    if (Json* list = find(message, "tool_calls")) calls(*list);
    keep(message);
    if (const Json* probabilities = find(choice, "logprobs"))
        add_logprobs(completion_.logprobs, member(*probabilities, "content"));
    if (std::string reason = take_text(choice, "finish_reason"); !reason.empty()) finish_ = std::move(reason);
    if (const Json* usage = find(choice, "usage")) completion_.usage = chat_usage(*usage);
    if (finish_ == "error") throw wire_->failure(Json("the model broke off with an error"));
}

void OpenAiReply::event(Json&& j, const DeltaSink& sink) {
    head(j);
    Json* const choices = find(j, "choices");
    if (!choices || !choices->is_array() || choices->empty()) return;
    Json& first = (*choices)[0];
    if (Json* error = find(first, "error")) throw wire_->failure(*error);
    if (Json* delta = find(first, "delta")) choice(first, *delta, sink);
    else if (Json* message = find(first, "message")) choice(first, *message, sink);
}

void OpenAiReply::whole(Json&& j) {
    if (j.is_array() && !j.empty() && find(j[0], "error")) throw wire_->failure(*find(j[0], "error"));
    head(j);
    Json* const choices = find(j, "choices");
    if (!choices || !choices->is_array() || choices->empty()) throw broken("the answer has no choices");
    Json& first = (*choices)[0];
    if (Json* error = find(first, "error")) throw wire_->failure(*error);
    Json* const message = find(first, "message");
    if (!message || !message->is_object()) throw broken("the answer has no message");
    choice(first, *message, {});
    done_ = true;
}

// `[DONE]` or a finish reason; servers forget one or the other.
bool OpenAiReply::complete() {
    if ((!done_ && finish_.empty()) || !answered_) return false;
    if (!reasoning_field_.empty() && reasoning_field_ == "reasoning_content" && !calls_.empty())
        extras_["reasoning_content"] = completion_.reasoning;
    completion_.tool_calls = calls_.take();
    completion_.finish = finish_of(std::move(finish_), !completion_.tool_calls.is_null(), !refusal_.empty());
    if (!extras_.is_null()) completion_.provider = {{wire_->name(), std::move(extras_)}};
    return true;
}

}  // namespace llm
