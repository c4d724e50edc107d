/// Rows of comma-separated values (RFC 4180; quotes, doubled quotes, line breaks within quotes; a byte order mark is dropped).
#pragma once

#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace llm {

class CsvReader {
public:
    /// The separator is a tab for .tsv, else a semicolon where the first line has no comma, else a comma. Throws Error{config}.
    explicit CsvReader(const std::string& path);
    /// The next row that is not blank; nothing at the end. Throws Error{data} with file and line for a quote that is never closed.
    std::optional<std::vector<std::string>> next();
    /// Where the row given last began, from 1.
    long line() const noexcept { return row_line_; }

private:
    std::string path_;
    std::ifstream in_;
    char separator_ = ',';
    long line_ = 1, row_line_ = 0;
};

}  // namespace llm
