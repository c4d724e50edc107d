/// Turns and answers as OpenTelemetry's GenAI conventions (1.41, JSON schemas gen-ai-input-messages, -output-messages,
/// -system-instructions) write them; the journal's columns hold these.
///
/// Ours beyond the conventions: a `blob` part has `sha256`, `name` and `detail` and no `content` (the bytes are kept
/// elsewhere, once); a message has `provider` (Message::provider), an answer `provider` and `logprobs`.
/// A tool call's `arguments` are an object where that loses nothing, else the text as it came.
#pragma once

#include "chat/completion.hpp"
#include "chat/message.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Told of each attachment that has bytes, with their SHA-256.
using KeepMedia = std::function<void(const std::string& sha256, const Attachment&)>;
/// The bytes of that sum; nothing where they are gone.
using FindMedia = std::function<std::optional<std::string>(const std::string& sha256)>;

/// All JSON, in valid UTF-8.
std::string otel_system(const std::vector<Message>&);  ///< the system turns in front; "" where there are none
std::string otel_input(const std::vector<Message>&, const KeepMedia&);  ///< the other turns
std::string otel_output(const Completion&);  ///< one message; usage, model and id are not part of it

/// Back again; a system turn for each instruction. Media whose bytes are gone become the text "[image/png, no longer kept]".
/// Throws Error{data} for what is not of that shape.
std::vector<Message> messages_of_otel(std::string_view system, std::string_view input, const FindMedia&);
/// Text, reasoning, tool_calls, finish, logprobs and provider.
Completion completion_of_otel(std::string_view output);

}  // namespace llm
