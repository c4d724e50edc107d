/// A conversation in Anthropic's shape.
#pragma once

#include "chat/message.hpp"
#include "providers/wire.hpp"

#include <vector>

namespace llm {

/// `messages` of the request: system turns left out, neighbours of one role put together, tool results in user turns, blocks with
/// thinking signatures (Message::provider under "anthropic") given back where text and calls are still the ones they came with.
/// Throws Error{refused} for an attachment it cannot take.
Json anthropic_turns(const Wire&, const std::vector<Message>&);

/// The schema as the API takes it: objects closed, bounds that it does not know moved into the description.
Json anthropic_schema(const Json& schema);

}  // namespace llm
