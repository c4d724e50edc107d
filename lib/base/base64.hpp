/// Base64 as RFC 4648 §4 has it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llm {

/// With padding, without line breaks.
std::string to_base64(std::string_view bytes);
/// The bytes. White space is skipped, padding may be missing, the URL alphabet (§5) is taken too; nothing where another
/// character stands in it or the length cannot be.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace llm
