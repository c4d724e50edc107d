// Facts: anthropics/anthropic-sdk-python src/anthropic/types: message, usage, stop_reason, output_tokens_details,
// raw_message_stream_event and what it names; errors in a stream: platform.claude.com/docs/en/build-with-claude/streaming.
#include "providers/anthropic_reply.hpp"

#include "providers/shapes.hpp"

namespace llm {
namespace {

constexpr std::size_t most_blocks = 4096;

std::string finish_of(const std::string& reason) {
    if (reason == "max_tokens" || reason == "model_context_window_exceeded") return "length";
    if (reason == "tool_use") return "tool_calls";
    if (reason == "refusal") return "refusal";
    return "stop";  // end_turn, stop_sequence, pause_turn
}

}  // namespace

void AnthropicReply::head(Json& message) {
    completion_.id = take_text(message, "id");
    completion_.model = take_text(message, "model");
    usage(member(message, "usage"));
}

// Counts in `message_delta` are totals, not additions; what they leave out stays as `message_start` said.
void AnthropicReply::usage(const Json& u) {
    if (const auto n = count(u, "input_tokens")) input_ = n;
    if (const auto n = count(u, "cache_read_input_tokens")) cached_ = n;
    if (const auto n = count(u, "cache_creation_input_tokens")) cache_write_ = n;
    if (const auto n = count(u, "output_tokens")) completion_.usage.output = n;
    if (const auto n = count(member(u, "output_tokens_details"), "thinking_tokens")) completion_.usage.reasoning = n;
}

void AnthropicReply::begin(Json& event, const DeltaSink& sink) {
    const auto index = count(event, "index");
    Json* const block = find(event, "content_block");
    if (!index || !block) throw broken("content_block_start has no index or block");
    const auto at = static_cast<std::size_t>(*index);
    if (at >= most_blocks) throw broken("the answer has too many content blocks");
    if (at >= blocks_.size()) blocks_.resize(at + 1);
    text(text_of(*block, "text"), sink);
    reasoning(text_of(*block, "thinking"), sink);
    blocks_[at].block = std::move(*block);
}

void AnthropicReply::extend(Json& event, const DeltaSink& sink) {
    const auto index = count(event, "index");
    Json* const delta = find(event, "delta");
    if (!index || !delta || static_cast<std::size_t>(*index) >= blocks_.size())
        throw broken("content_block_delta for a block that was never begun");
    Json& block = blocks_[static_cast<std::size_t>(*index)].block;
    const auto append = [&block](const char* key, const std::string& piece) {
        if (!block.is_object()) block = Json::object();
        Json& value = block[key];
        if (value.is_string()) value.get_ref<std::string&>() += piece;
        else value = piece;
    };
    const std::string type = text_of(*delta, "type");
    if (type == "text_delta") {
        const std::string piece = take_text(*delta, "text");
        text(piece, sink);
        append("text", piece);
    } else if (type == "thinking_delta") {
        const std::string piece = take_text(*delta, "thinking");
        reasoning(piece, sink);
        append("thinking", piece);
    } else if (type == "signature_delta") {
        append("signature", take_text(*delta, "signature"));
    } else if (type == "input_json_delta") {
        blocks_[static_cast<std::size_t>(*index)].input += take_text(*delta, "partial_json");
    }
}

void AnthropicReply::event(Json&& j, const DeltaSink& sink) {
    const std::string type = text_of(j, "type");
    if (type == "content_block_delta") return extend(j, sink);
    if (type == "content_block_start") return begin(j, sink);
    if (type == "message_start") {
        if (Json* message = find(j, "message")) head(*message);
    } else if (type == "message_delta") {
        if (Json* delta = find(j, "delta"))
            if (std::string reason = take_text(*delta, "stop_reason"); !reason.empty()) stop_reason_ = std::move(reason);
        usage(member(j, "usage"));
    } else if (type == "message_stop") {
        done_ = true;
    } else if (type == "error" || j.contains("error")) {
        throw wire_->failure(member(j, "error"));
    }
}

void AnthropicReply::whole(Json&& j) {
    if (const Json* error = find(j, "error")) throw wire_->failure(*error);
    Json* const content = find(j, "content");
    if (!content || !content->is_array()) throw broken("the answer has no content");
    head(j);
    for (Json& block : *content) {
        text(text_of(block, "text"), {});
        reasoning(text_of(block, "thinking"), {});
        blocks_.push_back({std::move(block), {}});
    }
    stop_reason_ = take_text(j, "stop_reason");
    done_ = true;
}

bool AnthropicReply::complete() {
    if (!done_ && stop_reason_.empty()) return false;
    ToolCalls calls;
    Json back = Json::array();
    bool thought = false;
    for (auto& [block, input] : blocks_) {
        const std::string type = text_of(block, "type");
        thought = thought || type == "thinking" || type == "redacted_thinking";
        if (type == "tool_use") {
            const Json& given = member(block, "input");
            if (input.empty()) input = given.is_object() ? dump(given) : "{}";
            calls.add({}, text_of(block, "id"), text_of(block, "name"), input);
            auto parsed = parse_json(input);
            if (!parsed) throw broken("the arguments of a tool call are no JSON");
            block["input"] = std::move(*parsed);
        }
        if (type == "text" && text_of(block, "text").empty()) continue;
        if (!block.is_null()) back.push_back(std::move(block));
    }
    completion_.tool_calls = calls.take();
    completion_.finish = finish_of(stop_reason_);
    completion_.usage.cached = cached_;
    completion_.usage.cache_write = cache_write_;
    if (input_) completion_.usage.input = *input_ + cached_.value_or(0) + cache_write_.value_or(0);
    if (thought) completion_.provider = {{"anthropic", std::move(back)}};
    return true;
}

}  // namespace llm
