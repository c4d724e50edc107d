/// What the providers that answer by themselves share.
#pragma once

#include "chat/provider.hpp"

#include <string>
#include <string_view>

namespace llm {

/// The text in pieces, each a word with the white space after it, as a server would stream it. Nothing where the request
/// asks for no stream. `text` must be valid UTF-8.
void stream_words(const Request&, std::string_view text, const DeltaSink&);

/// The beginning of the last user turn, in quotes, for messages.
std::string question_shown(const Request&);

}  // namespace llm
