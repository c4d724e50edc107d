/// Listings: a table that fits the terminal for people, the same rows as JSON Lines for programs.
#pragma once

#include "base/json.hpp"
#include "cli/terminal.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace llm {

enum class Align { left, right };

struct Column {
    std::string key;            ///< member of the row's object
    std::string title;          ///< heading for people
    Align align = Align::left;  ///< numbers stand right
    bool shrinks = false;       ///< may be cut (…) where the table is too wide; the widest first
};

/// Rows are objects; what people see of a value is its text, "" for null or absent.
class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    void add(Json row) { rows_.push_back(std::move(row)); }
    std::size_t size() const { return rows_.size(); }

    /// Heading and rows, columns two blanks apart, no blanks at line ends. Nothing is cut where `columns` is 0 (a pipe).
    std::string text(std::size_t columns, Colour) const;
    /// One object a line, members as added.
    std::string json_lines() const;

private:
    std::vector<Column> columns_;
    std::vector<Json> rows_;
};

enum class Listing { table, json };
/// On stdout, as table (cut to the terminal's width where stdout is one) or as JSON Lines.
void put(const Table&, Listing);

}  // namespace llm
