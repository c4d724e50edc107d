/// Letting a person change a text in the editor of their choice.
#pragma once

#include "base/environment.hpp"

#include <string>
#include <string_view>

namespace llm {

/// Starts $VISUAL, else $EDITOR, else vi (through the shell, as git does) on a private file that holds the text, and gives what stands in it then.
/// Throws Error{usage} where the editor fails; nothing is to be changed then.
std::string edited(std::string_view text, const Environment&);

}  // namespace llm
