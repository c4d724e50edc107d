/// The text of --help.
#pragma once

#include "cli/terminal.hpp"
#include "cli/tool.hpp"

#include <string>

namespace llm {

/// Help for the tool itself or one of its verbs: synopsis, the most used options, then the others by
/// group, exit codes in a line, an example at the end. No line is longer than min(columns, 80), as long as no single
/// word is.
std::string help_text(const Tool&, const Verb&, Colour, std::size_t columns);

/// "llm-cache get [OPTION]... [PROMPT]", one for each form.
std::vector<std::string> synopsis_lines(const Tool&, const Verb&);

/// "-m, --model NAME", "--near [T]", "--stream, --no-stream", "-a, --attachment FILE..."
std::string signature(const Option&);

}  // namespace llm
