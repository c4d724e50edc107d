/// An Error as JSON: `{"fault", "message", "status", "retry_after"}`, the last two only where known. It is what a
/// record's `error` holds besides the tool's name, what cassettes keep and what a command answers with.
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"

namespace llm {

Json to_json(const Error&);
/// Throws Error{data} where `j` is no object or its fault is unknown; a missing fault is `provider`, a missing message "no reason given".
Error error_of(const Json& j);

}  // namespace llm
