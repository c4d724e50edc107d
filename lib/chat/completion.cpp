#include "chat/completion.hpp"

#include "base/error.hpp"

namespace llm {
namespace {

using UsageMember = std::optional<long> Usage::*;
constexpr std::pair<std::string_view, UsageMember> usage_members[] = {{"input", &Usage::input},
                                                                      {"output", &Usage::output},
                                                                      {"cached", &Usage::cached},
                                                                      {"cache_write", &Usage::cache_write},
                                                                      {"reasoning", &Usage::reasoning}};

using TextMember = std::string Completion::*;
constexpr std::pair<std::string_view, TextMember> text_members[] = {{"text", &Completion::text},
                                                                    {"reasoning", &Completion::reasoning},
                                                                    {"model", &Completion::model},
                                                                    {"id", &Completion::id},
                                                                    {"finish", &Completion::finish}};

using JsonMember = Json Completion::*;
constexpr std::pair<std::string_view, JsonMember> json_members[] = {{"tool_calls", &Completion::tool_calls},
                                                                    {"logprobs", &Completion::logprobs},
                                                                    {"provider", &Completion::provider}};

[[noreturn]] void wrong(std::string_view name, std::string_view wanted, const Json& value) {
    throw Error(Fault::data, "a completion's `{}` must be {}, not {}", name, wanted, dump(value).substr(0, 80));
}

}  // namespace

Json to_json(const Usage& usage) {
    Json j = Json::object();
    for (const auto& [name, member] : usage_members)
        if (usage.*member) j[std::string{name}] = *(usage.*member);
    return j;
}

Json to_json(const Completion& completion) {
    Json j = Json::object();
    for (const auto& [name, member] : text_members)
        if (!(completion.*member).empty() || name == "text") j[std::string{name}] = completion.*member;
    for (const auto& [name, member] : json_members)
        if (!(completion.*member).is_null()) j[std::string{name}] = completion.*member;
    if (Json usage = to_json(completion.usage); !usage.empty()) j["usage"] = std::move(usage);
    return j;
}

Usage usage_of(const Json& j) {
    Usage usage;
    if (j.is_null()) return usage;
    if (!j.is_object()) wrong("usage", "an object", j);
    for (const auto& [name, target] : usage_members) {
        const Json& value = member(j, name);
        if (value.is_null()) continue;
        if (!value.is_number_integer() || value.get<double>() < 0) wrong(name, "a whole number from 0", value);
        usage.*target = value.get<long>();
    }
    return usage;
}

Completion completion_of(const Json& j) {
    if (!j.is_object()) wrong("completion", "an object", j);
    Completion completion;
    for (const auto& [name, target] : text_members) {
        const Json& value = member(j, name);
        if (value.is_null()) continue;
        if (!value.is_string()) wrong(name, "text", value);
        completion.*target = value.get<std::string>();
    }
    for (const auto& [name, target] : json_members) completion.*target = member(j, name);
    if (!completion.tool_calls.is_null() && !completion.tool_calls.is_array())
        wrong("tool_calls", "a list", completion.tool_calls);
    completion.usage = usage_of(member(j, "usage"));
    return completion;
}

}  // namespace llm
