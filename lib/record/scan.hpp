/// One pass over a line: is it valid JSON (RFC 8259), and where do an object's members stand?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Byte offsets into the text that was scanned. The key excludes its quotes and may hold escapes.
struct MemberSpan {
    std::size_t key_begin, key_end;
    std::size_t value_begin, value_end;
};

struct Scan {
    enum class Kind { object, other, blank, invalid } kind = Kind::invalid;
    std::vector<MemberSpan> members;  ///< of the outermost object, in order, duplicates included
    bool escaped_names = false;       ///< some of their names hold escapes
    std::size_t open = 0;             ///< offset of the outermost '{'
    std::size_t close = 0;            ///< offset of the outermost '}'
    std::size_t bad_at = 0;           ///< invalid: where
    const char* what = "";            ///< invalid: in words
};

inline constexpr int max_depth = 1000;

/// Strict: numbers, literals, escapes and UTF-8 are checked; numbers of any length pass, nothing is converted.
/// `into` is reused from line to line.
void scan(std::string_view text, Scan& into);

/// The member of that name that counts (the last one), or nothing.
const MemberSpan* find(const Scan&, std::string_view text, std::string_view name);

/// The text of a JSON string given with or without its quotes; lone surrogates become U+FFFD.
std::string unescape(std::string_view raw);
/// A JSON string with quotes; invalid UTF-8 becomes U+FFFD.
std::string quote(std::string_view text);
void append_quoted(std::string& out, std::string_view text);

}  // namespace llm
