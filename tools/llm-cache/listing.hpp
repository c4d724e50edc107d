/// Entries as people and programs see them.
#pragma once

#include "flags.hpp"

#include "cache/manage.hpp"

#include <string>
#include <string_view>

namespace llm {

/// What the flags select.
Selection selection_of(const CacheFlags&, const CacheStore&);
/// Throws Error{usage} where nothing was given.
std::string key_beginning(const std::string& given);
Json row_of(const EntryInfo&);
/// Cut, and without line breaks.
std::string one_line(std::string_view text);

}  // namespace llm
