/// From what people ask to what FTS5 is asked (https://www.sqlite.org/fts5.html#full_text_query_syntax).
#pragma once

#include "text/span.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// A query that any of the words satisfies; stop words are left out where others remain, "…" is a phrase. Empty where there is no word.
std::string words_query(std::string_view asked);

/// The words and phrases of it, each as FTS5 reads it.
std::vector<std::string> query_terms(std::string_view asked);
std::string any_of(const std::vector<std::string>& terms);
/// Any two of them; each stands in it size − 1 times, and so it counts that often in a score.
std::string any_two_of(const std::vector<std::string>& terms);

/// Where the words of `asked`, or others of the same stem, stand in `text`.
std::vector<Span> matches(std::string_view asked, std::string_view text);

/// The part of at most `width` bytes that holds most of the matches, whole words.
Span best_part(std::string_view text, const std::vector<Span>& matches, std::size_t width);

}  // namespace llm
