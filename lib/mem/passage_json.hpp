/// A passage as people and jq see it.
#pragma once

#include "base/json.hpp"
#include "mem/passage.hpp"

namespace llm {

/// {"id", "namespace", "source", "line", "begin", "end", "parent", "ref", "text", "tags", "time", "until", "pinned"}, what is empty left out, and
/// after them what else the record said.
Json json_of(const Passage&);

/// {"id", "time", "who", "verb", "why", "undoes", "size"}
Json json_of(const Change&);

}  // namespace llm
