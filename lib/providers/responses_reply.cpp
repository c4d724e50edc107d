// Facts: openai/openai-openapi openapi.yaml (Response, ResponseUsage, OutputMessage, FunctionToolCall, ReasoningItem,
// ResponseStreamEvent). The last event of a stream (response.completed, .incomplete, .failed) holds the whole response.
#include "providers/responses_reply.hpp"

#include "providers/openai_reply.hpp"
#include "providers/shapes.hpp"

namespace llm {
namespace {

constexpr std::size_t most_items = 4096;

Usage responses_usage(const Json& u) {
    Usage usage;
    usage.input = count(u, "input_tokens");
    usage.output = count(u, "output_tokens");
    usage.cached = count(member(u, "input_tokens_details"), "cached_tokens");
    usage.reasoning = count(member(u, "output_tokens_details"), "reasoning_tokens");
    return usage;
}

}  // namespace

void ResponsesReply::take_item(Json& item) {
    const std::string type = text_of(item, "type");
    if (type == "message") {
        if (Json* content = find(item, "content"); content && content->is_array())
            for (const Json& part : *content) {
                const bool refusal = text_of(part, "type") == "refusal";
                refused_ = refused_ || refusal;
                text_ += text_of(part, refusal ? "refusal" : "text");
                if (const Json& p = member(part, "logprobs"); p.is_array() && !p.empty()) add_logprobs(completion_.logprobs, p);
            }
    } else if (type == "function_call") {
        if (calls_.is_null()) calls_ = Json::array();
        calls_.push_back(tool_call(text_of(item, "call_id", text_of(item, "id")), text_of(item, "name"),
                                   text_of(item, "arguments")));
    } else if (type == "reasoning") {
        // Without its encrypted content the item cannot be given back: nothing is stored there to find it by.
        const bool portable = member(item, "encrypted_content").is_string();
        reasoned_ = reasoned_ || portable;
        for (const char* const list : {"summary", "content"}) {
            const Json& parts = member(item, list);
            if (!parts.is_array() || parts.empty()) continue;
            for (const Json& part : parts) {
                if (!reasoning_.empty()) reasoning_ += "\n\n";
                reasoning_ += text_of(part, "text");
            }
            break;
        }
        if (!portable) return;
    }
    if (item.is_object()) back_.push_back(std::move(item));
}

void ResponsesReply::take(Json& response) {
    if (const Json* error = find(response, "error")) throw wire_->failure(*error);
    completion_.id = take_text(response, "id");
    completion_.model = take_text(response, "model");
    status_ = text_of(response, "status", "completed");
    why_ = text_of(member(response, "incomplete_details"), "reason");
    if (const Json* u = find(response, "usage")) completion_.usage = responses_usage(*u);
    if (status_ == "failed" || status_ == "cancelled")
        throw wire_->failure(Json(fmt::format("the response is {}", status_)));
    Json* output = find(response, "output");
    if (!output || !output->is_array() || output->empty()) output = &items_;
    for (Json& item : *output) take_item(item);
    done_ = true;
}

void ResponsesReply::event(Json&& j, const DeltaSink& sink) {
    const std::string type = text_of(j, "type");
    if (type == "response.output_text.delta" || type == "response.refusal.delta") {
        text(text_of(j, "delta"), sink);
    } else if (type == "response.reasoning_summary_text.delta" || type == "response.reasoning_text.delta") {
        reasoning(text_of(j, "delta"), sink);
    } else if (type == "response.reasoning_summary_part.added") {
        if (!completion_.reasoning.empty()) reasoning("\n\n", sink);
    } else if (type == "response.output_item.done") {
        if (Json* item = find(j, "item")) {
            if (items_.size() >= most_items) throw broken("the answer has too many items");
            items_.push_back(std::move(*item));
        }
    } else if (type == "response.completed" || type == "response.incomplete" || type == "response.failed") {
        Json* const response = find(j, "response");
        if (!response) throw broken("the last event holds no response");
        take(*response);
    } else if (type == "error") {
        const Json* const inner = find(j, "error");
        throw wire_->failure(inner ? *inner : j);
    } else if (const Json* error = find(j, "error")) {
        throw wire_->failure(*error);
    }
}

void ResponsesReply::whole(Json&& j) {
    if (const Json* error = find(j, "error")) throw wire_->failure(*error);
    if (!member(j, "output").is_array()) throw broken("the answer has no output");
    take(j);
}

bool ResponsesReply::complete() {
    if (!done_ || status_.empty()) return false;
    // What was streamed stands: a reader has it already.
    if (completion_.text.empty()) completion_.text = std::move(text_);
    if (completion_.reasoning.empty()) completion_.reasoning = std::move(reasoning_);
    completion_.tool_calls = std::move(calls_);
    if (status_ == "incomplete") completion_.finish = why_ == "content_filter" ? "content_filter" : "length";
    else if (refused_) completion_.finish = "refusal";
    else completion_.finish = completion_.tool_calls.is_null() ? "stop" : "tool_calls";
    if (reasoned_) completion_.provider = {{"openai-responses", std::move(back_)}};
    return true;
}

}  // namespace llm
