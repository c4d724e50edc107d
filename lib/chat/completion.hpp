/// What a model answered.
#pragma once

#include "base/json.hpp"

#include <optional>
#include <string>

namespace llm {

/// Tokens. Absent where the provider does not say. `input` counts all input tokens, cached ones included;
/// `output` counts all generated ones, reasoning included (each provider adds up its own way of counting to this).
struct Usage {
    std::optional<long> input;
    std::optional<long> output;
    std::optional<long> cached;       ///< part of input read from the provider's prompt cache
    std::optional<long> cache_write;  ///< part of input written to it (Anthropic bills this apart)
    std::optional<long> reasoning;    ///< part of output
    friend bool operator==(const Usage&, const Usage&) = default;
};

struct Completion {
    std::string text;
    std::string reasoning;     ///< never part of the answer
    Json tool_calls;           ///< OpenAI shape [{id, type:"function", function:{name, arguments: string}}], or null
    std::string model;         ///< as the provider answered it
    std::string id;            ///< the provider's id of the answer
    std::string finish;        ///< "stop", "length", "tool_calls", "content_filter", "refusal"
    Usage usage;
    Json logprobs;             ///< [{token, logprob, top: [{token, logprob}]}], or null
    Json provider;             ///< what the provider wants back in the next turn (Message::provider), or null
};

/// Every member that is not empty, under its own name; `usage` likewise. What cassettes hold.
Json to_json(const Completion&);
Json to_json(const Usage&);
/// Back again. Members of other names are ignored; null is absent. Throws Error{data} that names a member of another shape.
Completion completion_of(const Json&);
Usage usage_of(const Json&);

}  // namespace llm
