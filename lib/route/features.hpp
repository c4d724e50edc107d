/// What a router sees of a prompt, and of an answer, besides its meaning: counts a person would look at to
/// guess whether a cheap model will do. Names are part of the saved router; a feature's meaning never changes
/// under its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

std::span<const std::string_view> prompt_feature_names() noexcept;
/// One value a name: logarithms of counts, shares and marks in about [0,8]. Any bytes are a text; linear in
/// its length.
void prompt_features(std::string_view prompt, float* out);

std::span<const std::string_view> answer_feature_names() noexcept;
/// Of an answer to that prompt: length, hedges, cut short, whether its sums hold, where their operands come
/// from, how the final number stands to the prompt's numbers. One value a name.
void answer_features(std::string_view prompt, std::string_view answer, float* out);

/// Words and pairs of neighbours, lower case, numbers as one word, hashed to `bits` bits, each once, by slot.
/// Values make a unit vector (or an empty one).
using SparseVector = std::vector<std::pair<std::uint32_t, float>>;
SparseVector hashed_words(std::string_view text, int bits);

/// Runs of three to five bytes, lower case, digits as "0", likewise. Texts that share no word share stems and
/// notation. Of long texts the first 4,000 bytes.
SparseVector hashed_letters(std::string_view text, int bits);

}  // namespace llm
