/// The command line as JSON: the one source of manual pages and completions (cmake/docs/docs.py).
///
///     tool    = { name, version, about, synopsis: [line], options: [option], arguments: [argument],
///                 commands: [command], top: [name], examples: [{command, about}],
///                 exit: [{code, meaning}], environment: [{name, about}], files: [{path, about}], see_also: [page] }
///     command = { name, about, synopsis, options, arguments, top, examples }
///     option  = { names: ["-m", "--model"], opposites: ["--no-stream"], group, text, signature,
///                 value: null | { kind, name, optional, implied, choices: [{name, about}], lowest, highest, complete },
///                 default: null | text, repeated, since, env, hidden, excludes: [name] }
///     argument= { name, text, required, repeated, value }
#pragma once

#include "base/json.hpp"
#include "cli/tool.hpp"

#include <string>

namespace llm {

Json describe(const Tool&);
std::string dump_described(const Json&);

}  // namespace llm
