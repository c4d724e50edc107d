/// What is asked of a model, neutral of any provider.
#pragma once

#include "base/json.hpp"
#include "chat/message.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm {

/// `options` of a record. An unknown name is Error{data}; one that a provider cannot honour is Error{refused}
/// with status absent, thrown by Provider::request, never silently dropped.
struct Options {
    std::optional<double> temperature;        ///< ≥ 0
    std::optional<long> max_tokens;           ///< of the answer, ≥ 1
    std::optional<double> top_p;              ///< 0 to 1
    std::optional<long> top_k;                ///< ≥ 1
    std::optional<double> frequency_penalty;  ///< −2 to 2
    std::optional<double> presence_penalty;   ///< −2 to 2
    std::vector<std::string> stop;
    std::optional<long> seed;
    std::optional<long> logprobs;             ///< alternatives a token, 0 = the chosen token's only; `true` in records is 0
    std::string reasoning;                    ///< "", "none", "minimal", "low", "medium", "high", "xhigh", or a budget in tokens as digits
    Json body;                                ///< members merged into the provider's request body as they are, or null

    friend bool operator==(const Options&, const Options&) = default;
};
/// From a record's `options`. Throws Error{data} naming option and value, with the nearest known name.
Options options_of(const Json& options);
Json to_json(const Options&);
/// `-o key value`: value is JSON where it parses as the option's type, else text. Throws Error{usage}.
void set_option(Options&, std::string_view key, std::string_view value);
/// The names above, for help and completion.
const std::vector<std::string>& option_names();

struct Request {
    std::string model;               ///< name the provider knows ("gpt-5-mini"), without the provider's name
    std::vector<Message> messages;   ///< system turns first or in place; at least one user, assistant or tool turn
    Options options;
    Json schema;                     ///< JSON Schema the answer must satisfy, or null
    std::string schema_name;         ///< name for providers that want one; "answer" where empty
    Json tools;                      ///< OpenAI shape array, or null
    Json tool_choice;                ///< OpenAI shape, or null
    bool stream = false;

    /// System turns joined by blank lines (for providers with one system field).
    std::string system() const;
};

}  // namespace llm
