/// Passages as records, out and in again.
#pragma once

#include "mem/store.hpp"
#include "record/record.hpp"

#include <optional>
#include <string>

namespace llm {

/// A record that `add` takes too, with what it does not know in `memory`:
///     {"id", "text", "source", "tags", "time", …, "memory": {"namespace", "key", "ordinal", "begin", "end", "line", "parent", "until", "pinned"}}
std::string exported_line(MemStore&, const Passage&);

/// Stores it where it stood: the passage in that place of that document is replaced where it differs. `space` beats the record's own. Within a change.
/// Throws Error{data} where a member is missing.
void import_passage(MemStore&, const Record&, const std::optional<std::string>& space);

}  // namespace llm
