#include "route/next.hpp"

#include "base/ascii.hpp"
#include "base/error.hpp"
#include "base/utf8.hpp"
#include "route/scorer.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace llm {
namespace {

constexpr std::size_t longest_why = 160;

template <std::size_t n>
bool says_any(const std::string& text, const std::array<std::string_view, n>& phrases) {
    return std::ranges::any_of(phrases, [&text](std::string_view p) { return text.find(p) != std::string::npos; });
}

/// As OpenAI, Anthropic, Gemini, Mistral, vLLM, llama.cpp, Groq and Cohere word it.
bool tells_of_overflow(const std::string& message, const Json& status) {
    static constexpr std::array<std::string_view, 12> phrases{"context length",     "context_length",      "context window",      "context size",
                                                              "context limit",      "prompt is too long",  "input is too long",   "exceeds the maximum number of tokens",
                                                              "reduce the length",  "request too large",   "too many tokens",     "exceed the token limit"};
    return status == 413 || says_any(message, phrases);
}

/// As OpenAI, Azure, Gemini and others word it.
bool tells_of_policy(const std::string& message) {
    static constexpr std::array<std::string_view, 11> phrases{"content policy",  "content_policy",       "content_filter",    "content filter", "content management policy", "safety system",
                                                              "responsible_ai",  "prohibited_content",   "usage policies",    "moderation",     "flagged"};
    return says_any(message, phrases);
}

Trouble trouble_of_error(const Json& error) {
    const auto fault = fault_named(text_of(error, "fault"));
    if (!fault) return Trouble::hopeless;
    switch (*fault) {
        case Fault::refused: {
            const std::string message = lower_ascii(text_of(error, "message"));
            if (tells_of_overflow(message, member(error, "status"))) return Trouble::overflow;
            return tells_of_policy(message) ? Trouble::refusal : Trouble::error;
        }
        case Fault::rate_limit: return tells_of_overflow(lower_ascii(text_of(error, "message")), nullptr) ? Trouble::overflow : Trouble::error;
        case Fault::auth:
        case Fault::timeout:
        case Fault::unreachable:
        case Fault::provider:
        case Fault::schema: return Trouble::error;
        default: return Trouble::hopeless;
    }
}

}  // namespace

std::string_view name(Trouble t) noexcept {
    switch (t) {
        case Trouble::none: return "none";
        case Trouble::error: return "error";
        case Trouble::overflow: return "overflow";
        case Trouble::refusal: return "refusal";
        case Trouble::hopeless: break;
    }
    return "hopeless";
}

Trouble trouble_of(const Record& record, const Policy& policy) {
    if (record.has("error")) return trouble_of_error(record.get("error"));
    if (!record.has("response")) return Trouble::none;
    const std::string_view raw = *record.raw("response");
    const bool filtered = raw.find("\"content_filter\"") != std::string_view::npos || raw.find("\"refusal\"") != std::string_view::npos;
    if (!filtered && !policy.refusals_in_words) return Trouble::none;
    const Json response = record.get("response");
    Completion said;
    said.finish = text_of(response, "finish");
    if (policy.refusals_in_words) said.text = text_of(response, "text");
    return refuses(said) ? Trouble::refusal : Trouble::none;
}

bool NextModel::put_into(Record& record) {
    const Trouble trouble = trouble_of(record, policy_);
    if (trouble == Trouble::none || trouble == Trouble::hopeless) return false;
    Json route = record.get("route");
    if (!route.is_object()) route = Json::object();
    const std::string tier = text_of(route, "tier"), asked = record.text("model").value_or("");
    const Target* from = targets_.of_record(tier, asked);
    const FallbackLists& lists = from ? *from->lists : policy_.lists;
    const std::string failed = from ? from->full_name : asked;

    Json tried = member(route, "tried");
    if (!tried.is_array()) tried = Json::array();
    std::set<std::string> had{failed};
    long fallbacks = 0;
    for (const Json& t : tried)
        if (!text_of(t, "error").empty()) {
            had.insert(text_of(t, "model"));
            ++fallbacks;
        }
    if (fallbacks >= most_) return false;

    Subject subject{record, nullptr};
    const Target* next = nullptr;
    const Target* second_best = nullptr;
    for (const std::string& name : trouble == Trouble::overflow ? lists.overflow : trouble == Trouble::refusal ? lists.refusal : lists.error) {
        Target& target = targets_.find(name);
        if (had.contains(target.full_name)) continue;
        const Obstacle obstacle = targets_.obstacle(target, subject);
        if (!obstacle) next = &target;
        else if (obstacle.passing() && !second_best) second_best = &target;
        if (next) break;
    }
    if (!next) next = second_best;
    if (!next) return false;

    const Json error = record.get("error"), response = record.get("response");
    const std::string fault = error.is_object() ? text_of(error, "fault") : std::string{name(trouble)};
    Json one{{"model", failed}};
    if (!tier.empty()) one["tier"] = tier;
    one["error"] = fault;
    one["why"] = truncate_utf8(error.is_object() ? text_of(error, "message") : text_of(response, "text"), longest_why);
    if (member(response, "cost").is_number()) one["cost"] = member(response, "cost");
    tried.push_back(std::move(one));
    route["model"] = next->full_name;
    route["tier"] = next->entry.name;
    route["reason"] = said_ = fmt::format("{} after {} of {}", next->entry.name, trouble == Trouble::error ? fault : std::string{name(trouble)}, failed.empty() ? "the default model" : failed);
    route["tried"] = std::move(tried);
    record.erase("error");
    record.erase("response");
    record.set("model", Json(next->entry.model));
    record.set("route", route);
    return true;
}

}  // namespace llm
