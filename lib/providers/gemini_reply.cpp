// Facts: googleapis/python-genai google/genai/types.py (GenerateContentResponse, Candidate, FinishReason, BlockedReason,
// LogprobsResult, GenerateContentResponseUsageMetadata): candidatesTokenCount leaves thoughtsTokenCount out.
#include "providers/gemini_reply.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::array<std::string_view, 12> filtered{
    "SAFETY",       "RECITATION",               "LANGUAGE",         "BLOCKLIST",       "PROHIBITED_CONTENT", "SPII",
    "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR", "ALLOWLIST", "SENSITIVE"};

Usage gemini_usage(const Json& u) {
    const auto sum = [&u](std::string_view a, std::string_view b) {
        const auto x = count(u, a), y = count(u, b);
        return x || y ? std::optional{x.value_or(0) + y.value_or(0)} : std::nullopt;
    };
    Usage usage;
    usage.input = sum("promptTokenCount", "toolUsePromptTokenCount");
    usage.output = sum("candidatesTokenCount", "thoughtsTokenCount");
    usage.cached = count(u, "cachedContentTokenCount");
    usage.reasoning = count(u, "thoughtsTokenCount");
    return usage;
}

void add_tokens(Json& to, const Json& result) {
    const Json& chosen = member(result, "chosenCandidates");
    const Json& others = member(result, "topCandidates");
    if (!chosen.is_array()) return;
    if (to.is_null()) to = Json::array();
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        Json top = Json::array();
        if (others.is_array() && i < others.size())
            if (const Json& list = member(others[i], "candidates"); list.is_array())
                for (const Json& t : list)
                    top.push_back({{"token", text_of(t, "token")}, {"logprob", member(t, "logProbability")}});
        to.push_back({{"token", text_of(chosen[i], "token")},
                      {"logprob", member(chosen[i], "logProbability")},
                      {"top", std::move(top)}});
    }
}

}  // namespace

// Pieces of text without a signature are joined again; a part with one goes back alone, as it came.
void GeminiReply::keep(Json&& p) {
    const bool signed_part = p.contains("thoughtSignature");
    const bool thought = member(p, "thought") == Json(true);
    if (signed_part || p.contains("functionCall")) to_keep_ = true;
    if (thought && !signed_part) return;
    if (!signed_part && p.contains("text") && !parts_.empty()) {
        Json& last = parts_.back();
        if (last.size() == 1 && last.contains("text") && last["text"].is_string() && p["text"].is_string()) {
            last["text"].get_ref<std::string&>() += p["text"].get_ref<const std::string&>();
            return;
        }
    }
    parts_.push_back(std::move(p));
}

void GeminiReply::take_part(Json&& p, const DeltaSink& sink) {
    if (!p.is_object()) return;
    const std::string words = text_of(p, "text");
    if (member(p, "thought") == Json(true)) reasoning(words, sink);
    else text(words, sink);
    if (const Json* call = find(p, "functionCall")) {
        std::string id = text_of(*call, "id");
        if (id.empty()) id = fmt::format("call_{}", ++numbered_);
        const Json& args = member(*call, "args");
        calls_.add({}, id, text_of(*call, "name"), args.is_object() ? dump(args) : "{}");
    }
    keep(std::move(p));
}

void GeminiReply::event(Json&& j, const DeltaSink& sink) {
    if (!j.is_object()) throw broken("the answer is JSON of another shape");
    if (const Json* error = find(j, "error")) throw wire_->failure(*error);
    if (completion_.model.empty()) completion_.model = take_text(j, "modelVersion");
    if (completion_.id.empty()) completion_.id = take_text(j, "responseId");
    if (const Json* u = find(j, "usageMetadata")) completion_.usage = gemini_usage(*u);
    if (const std::string reason = text_of(member(j, "promptFeedback"), "blockReason"); !reason.empty())
        throw wire_->refused("the prompt was blocked ({}) {}", reason,
                             text_of(member(j, "promptFeedback"), "blockReasonMessage"));
    Json* const candidates = find(j, "candidates");
    if (!candidates || !candidates->is_array() || candidates->empty()) return;
    Json& candidate = (*candidates)[0];
    if (Json* content = find(candidate, "content"))
        if (Json* parts = find(*content, "parts"); parts && parts->is_array())
            for (Json& p : *parts) take_part(std::move(p), sink);
    add_tokens(completion_.logprobs, member(candidate, "logprobsResult"));
    if (std::string reason = take_text(candidate, "finishReason"); !reason.empty()) {
        finish_reason_ = std::move(reason);
        finish_message_ = take_text(candidate, "finishMessage");
    }
}

// Without alt=sse a stream is one array of its events.
void GeminiReply::whole(Json&& j) {
    if (j.is_array())
        for (Json& e : j) event(std::move(e), {});
    else
        event(std::move(j), {});
}

bool GeminiReply::complete() {
    if (finish_reason_.empty()) return false;
    completion_.tool_calls = calls_.take();
    const bool calls = !completion_.tool_calls.is_null();
    if (finish_reason_ == "STOP") completion_.finish = calls ? "tool_calls" : "stop";
    else if (finish_reason_ == "MAX_TOKENS") completion_.finish = "length";
    else if (std::ranges::find(filtered, std::string_view{finish_reason_}) != filtered.end())
        completion_.finish = "content_filter";
    else
        throw wire_->failure(Json(fmt::format("the model broke off: {} {}", finish_reason_, finish_message_)));
    if (to_keep_) completion_.provider = {{"gemini", std::move(parts_)}};
    return true;
}

}  // namespace llm
