/// Core blocks: bounded texts that always stand in the model's sight, which it and people edit (MemGPT, arXiv 2310.08560, 2.1).
#pragma once

#include "mem/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// "persona" and "human", empty: what a namespace has that nobody has given blocks.
const std::vector<Block>& first_blocks();

/// The namespace's blocks; the first blocks where it has none.
std::vector<Block> core_blocks(MemStore&, std::string_view space);
/// The block; made from the first blocks where nothing is stored. Throws Error{data} with the labels there are.
Block core_block(MemStore&, std::string_view space, std::string_view label);

enum class Editor { person, model };
/// Each writes within a change begun by the caller and returns the block as it is then. Throws Error{data}, for the model to read, where
/// the block is read-only to it, the text would be longer than the bound, or `old` is not there exactly once.
Block append_to_block(MemStore&, std::string_view space, std::string_view label, std::string_view text, Editor);
Block replace_in_block(MemStore&, std::string_view space, std::string_view label, std::string_view old, std::string_view text, Editor);
Block set_block_text(MemStore&, std::string_view space, std::string_view label, std::string_view text, Editor);

}  // namespace llm
