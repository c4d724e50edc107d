/// Bringing a store's tables to what this release expects.
///
/// `lib/X/schema/*.sql` are built into the layer as `std::span<const Migration> X_schema()`, in the order of
/// their file names (cmake/schema.cmake). A released file is never edited: a change is a new file.
#pragma once

#include "store/database.hpp"

#include <initializer_list>
#include <span>
#include <string_view>

namespace llm {

struct Migration {
    std::string_view name;  ///< "cache/0001_entries": unique among all layers
    std::string_view sql;   ///< statements, ended by semicolons
};

/// Applies, in order and in one immediate transaction, what the store has not seen yet. Names are kept in
/// the table `migration`. A store that is up to date costs one small read and takes no lock for writing.
///
/// One that is open for reading only is brought up to date by a connection of its own, where the file can be written.
///
/// Errors: Fault::config where the store holds a migration unknown to the lists (a newer release wrote it),
/// or where it is open for reading only, lacks one, and cannot be written.
void migrate(Database& db, std::initializer_list<std::span<const Migration>> lists);
void migrate(Database& db, std::span<const Migration> list);

}  // namespace llm
