/// What is denied, in one word.
#pragma once

#include <string>
#include <string_view>

namespace llm {

/// "This is not correct." → "This is incorrect.", "isn't it possible" → "is it impossible", "not unable" →
/// "able": an English adjective with "not" before it becomes the one that says so by itself, where WordNet or a
/// list of ours has one. The rest stays as it is, byte for byte. To be embedded, where both ways of saying it
/// should come to the same vector; no good English to show.
std::string contract_denials(std::string_view text);

}  // namespace llm
