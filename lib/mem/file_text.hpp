/// Files and folders as texts to take in.
#pragma once

#include "text/chunk.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

struct FileText {
    std::string text;
    ChunkPolicy chunking;     ///< what suits the kind of file
    std::int64_t changed = 0; ///< milliseconds since 1970
};

/// By name and content: Markdown, HTML (mem/html_text.hpp), PDF (through pdftotext(1)), source code, any other text; a byte order mark is
/// dropped, what is no UTF-8 is read as Latin-1 where it is no binary. Nothing for a binary file.
/// Throws Error{io} where it cannot be read, Error{config} for a PDF without pdftotext, Error{data} for one it cannot read.
std::optional<FileText> read_file(const std::filesystem::path&);

/// The file, or all regular files below a folder in the order of their names; hidden ones (a dot in front), and links that lead to folders,
/// are left out. Throws Error{io} where there is nothing of that name.
void each_file(const std::filesystem::path&, const std::function<void(const std::filesystem::path&)>&);

/// All of standard input, or of any descriptor.
std::string read_descriptor(int fd);

}  // namespace llm
