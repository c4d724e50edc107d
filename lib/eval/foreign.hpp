/// What promptfoo's suites say, in our words.
#pragma once

#include "eval/suite.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// "openai:chat:gpt-5-mini" is openai/gpt-5-mini, "echo" builtin/echo; what has a slash ahead of any colon stands as it is. Throws Error{config}
/// with the remedy for what is no model (a program, a web address, JavaScript).
std::string model_of_provider(std::string_view id);

/// A provider's `config`: request options, schema and tools; what else there is becomes a note.
void read_provider_config(const Json& config, SuiteModel&, std::vector<std::string>& notes);

/// Throws Error{config} where the text is JavaScript or a script's file, telling how jq says it. `where` is put in front.
void refuse_javascript(std::string_view program, std::string_view where);
/// Throws Error{config} where a template uses nunjucks beyond {{name}}.
void refuse_nunjucks(std::string_view text, std::string_view where);

}  // namespace llm
