/// The report's page: what stands before and after the rows. Its script is tested by tests/eval/page.mjs.
#pragma once

#include <string_view>

namespace llm {

/// Up to the head's JSON, which the caller writes: {"title", "runs": [name]}.
extern const std::string_view page_before_head;
/// From there to the rows, a JSON object a line, `<` written as \u003c.
extern const std::string_view page_before_rows;
extern const std::string_view page_end;

}  // namespace llm
