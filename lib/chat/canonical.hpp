/// One sequence of bytes for one meaning of a request, and its fingerprint: what the cache, cassettes and the journal
/// find an answer again by.
///
/// Equal are requests that differ only in
///   - the order of members (but not the order of a schema's `properties`: models write in it), how numbers are
///     written (1, 1.0, 1e0), white space in tool calls' arguments,
///   - the ids of tool calls (they are numbered as they come), `stream`, `Message::provider`, an empty text part,
///     a tool choice of "auto", the order of `stop`,
///   - what `normalise` makes equal in the turns' text,
///   - the name of an image or a sound; media stand as the SHA-256 of their bytes.
/// Everything else tells them apart. Ill-formed UTF-8 stays as it is.
///
/// A stored key lives as long as its store: what changes the bytes changes `canonical_version`, and old keys
/// are simply not found any more.
#pragma once

#include "chat/request.hpp"

#include <string>
#include <string_view>

namespace llm {

inline constexpr int canonical_version = 1;

/// Makes texts of equal meaning equal; nullptr takes them as they are.
using Normalise = std::string (*)(std::string_view);

/// JSON, its grammar in canonical.cpp. `model` stands for Request::model: whatever name tells models apart here
/// ("openai/gpt-5-mini"), or "" for the question alone whoever answers it.
std::string canonical_bytes(const Request&, std::string_view model, Normalise = nullptr);

/// SHA-256 of them as 64 hexadecimal digits.
std::string request_key(const Request&, std::string_view model, Normalise = nullptr);

}  // namespace llm
