/// A conversation in Gemini's shape.
#pragma once

#include "chat/message.hpp"
#include "providers/wire.hpp"

#include <vector>

namespace llm {

/// `contents` of the request: system turns left out, neighbours of one role put together, parts with thought signatures
/// (Message::provider under "gemini") given back where text and calls are still the ones they came with.
/// Throws Error{refused} for an attachment in a place it cannot take.
Json gemini_turns(const Wire&, const std::vector<Message>&);

}  // namespace llm
