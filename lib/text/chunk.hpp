/// Cutting a text into passages that can be found and read alone.
#pragma once

#include "text/span.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

enum class Chunking {
    turn,       ///< a speaker's turn: from one "Name:" at the start of a line to the next
    sentence,   ///< see text/sentences.hpp
    paragraph,  ///< whole sentences packed up to `tokens`, the last `overlap` of them repeated in the next
    heading,    ///< a Markdown section with its heading; longer than `tokens`, packed like paragraphs
    whole,      ///< all of it
    code,  ///< a top-level definition with the comment above it; longer than `tokens`, by blocks and lines
};

struct ChunkPolicy {
    Chunking how = Chunking::paragraph;
    std::size_t tokens = 200;  ///< estimated, see text/tokens.hpp
    std::size_t overlap = 0;   ///< sentences, `paragraph` only

    bool operator==(const ChunkPolicy&) const = default;
};

/// Reads what `--chunk` is given:
///     policy    = "turn" | "sentence" | "whole"
///               | "paragraph" [ "(" tokens [ "," overlap ] ")" ]
///               | ( "heading" | "code" ) [ "(" tokens ")" ]
///     tokens    = 8 … 100000, by default 200 (paragraph), 400 (heading, code)
///     overlap   = 0 … 50 sentences, by default 0
/// White space may stand between. Throws Error(Fault::usage) that names the value and the remedy.
ChunkPolicy parse_chunk_policy(std::string_view);
/// The same in its full spelling: parse_chunk_policy leads back to it.
std::string spelling(const ChunkPolicy&);

struct TextChunk {
    Span span;
    /// heading: the titles that lead here, "Guide > Install"; code: the line that begins the
    /// definition; turn: the speaker; otherwise empty.
    std::string parent;
};

/// In order; each span begins and ends with something that is not white space and cuts no code
/// point. All text that is not white space stands in some chunk, but for Markdown headings that have
/// no text of their own before the next heading below them (they stand in its `parent`). Spans
/// overlap only where `overlap` says so. Fenced code is never split by `heading`.
std::vector<TextChunk> chunk(std::string_view text, const ChunkPolicy&);

}  // namespace llm
