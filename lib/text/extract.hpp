/// Answers and summaries made of a text's own sentences: no model, the same every time.
#pragma once

#include "text/span.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct Extracted {
    std::size_t passage;  ///< index into the passages
    Span span;            ///< of the sentence, in that passage
    double score;         ///< above 0; comparable within one answer only
};

struct ExtractLimits {
    std::size_t sentences = 3;
    std::size_t tokens = 0;  ///< estimated, see text/tokens.hpp; 0 is no bound
};

/// The sentences that answer the question best, in the passages' order. BM25 over the stems of the
/// question's content words; a sentence gains by naming what is asked for (a person for who, a
/// date for when, a number for how many, a place for where), by following a question that matches,
/// and a little by standing early; a question gains less. Near duplicates and sentences far behind
/// the best are left out. Empty where no content word of the question occurs. The best sentence is
/// given even where it alone is above `tokens`.
std::vector<Extracted> best_sentences(std::string_view question, std::span<const std::string_view> passages,
                                      ExtractLimits limits = {});

/// The sentences that carry most of what the text repeats, in its order, within `tokens` (estimated).
/// After SumBasic (Nenkova and Vanderwende, 2005): a word that has been said counts less from then on;
/// first sentences of paragraphs are favoured lightly. At least one sentence where there is one, cut
/// at a word where it alone is above the budget; the whole text where that fits.
std::string summary(std::string_view text, std::size_t tokens);

}  // namespace llm
