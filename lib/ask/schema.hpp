/// JSON Schema for answers: given as JSON, as a file, or in short ('name, age int, tags [string], note? string').
#pragma once

#include "base/json.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// What `--schema` was given. Text that begins with '{' is JSON, text that names a file is read, else it is the short form:
/// fields between commas (or lines), each `name [type] [: description]`; types str string int float number bool, `[type]` for a list; `name?`
/// is optional; a leading `list of` or surrounding brackets ask for a list under "items". Throws Error{usage} with the place.
Json schema_of(std::string_view given);

/// A compiled schema. Throws Error{data} where the schema itself cannot be used.
class SchemaCheck {
public:
    explicit SchemaCheck(const Json& schema);
    ~SchemaCheck();
    SchemaCheck(SchemaCheck&&) noexcept;
    SchemaCheck& operator=(SchemaCheck&&) noexcept;
    /// What is wrong with the value, a line each, at most ten; empty where it holds.
    std::vector<std::string> violations(const Json& value) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The JSON in an answer: the whole text, else the last fenced block, else from the first brace to the last. Discarded value
/// (is_discarded()) where there is none.
Json json_in(std::string_view text);

/// The last fenced block (``` or ~~~) without its fences, or the whole text where there is none. An unclosed block runs to the end.
std::string last_fenced_block(std::string_view text);

}  // namespace llm
