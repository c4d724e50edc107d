/// How much is remembered.
#pragma once

#include "base/json.hpp"
#include "mem/store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm {

/// One object a namespace: passages, documents, versions, superseded, pinned, turns, blocks, without_vector, bytes (of text, all versions).
std::vector<Json> memory_stats(MemStore&, const std::optional<std::string>& space);

}  // namespace llm
