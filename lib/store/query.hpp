/// A query somebody typed, over a store.
#pragma once

#include "store/database.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace llm {

using SqlCell = std::variant<std::nullptr_t, std::int64_t, double, std::string>;  ///< a blob is text of hexadecimal digits

/// Runs one statement that reads; `each` gets the names of the columns and a row's cells, and ends it by false.
/// Throws Error{usage} with SQLite's own words where it is no statement, more than one, or one that writes.
void query(Database&, std::string_view sql, const std::function<bool(const std::vector<std::string>& names, const std::vector<SqlCell>& cells)>& each,
           const std::function<void(const std::vector<std::string>& names)>& header = {});

}  // namespace llm
