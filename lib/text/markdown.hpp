/// As much of Markdown's block structure as chunking needs (CommonMark 0.30, sections 4.2, 4.3, 4.5).
#pragma once

#include "text/span.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct Section {
    std::vector<std::string> path;  ///< titles from the top down to this section's; empty before the first
    Span span;                      ///< with its heading, to the next heading of any level
    Span body;                      ///< without its heading; may be empty
    int level;                      ///< 1 … 6, 0 before the first heading
};

/// The sections of a text, in order: ATX (#) and setext (=== or ---) headings outside fenced code and
/// outside a front matter between two --- lines at the start. Together they span the whole text.
std::vector<Section> sections(std::string_view text);

/// Fenced code blocks (``` or ~~~) with their fences; an unclosed one goes to the end.
std::vector<Span> fences(std::string_view text);

}  // namespace llm
