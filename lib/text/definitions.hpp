/// Source code by its top-level definitions, in any language that indents.
#pragma once

#include "text/span.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct Definition {
    Span span;
    std::string head;  ///< the line that names it: the first that is no comment, attribute or decorator
};

/// A definition begins at a line without indentation after a blank line (so its comment belongs to
/// it), outside block comments and triple-quoted strings, unless the line only closes or continues
/// (a brace, `else`). Blocks that hold no indented line and are followed by another such (imports,
/// constants, one-line declarations) stay together.
std::vector<Definition> definitions(std::string_view source);

}  // namespace llm
