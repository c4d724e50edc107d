/// Finding passages: words (FTS5, BM25) and vectors (lib/index), joined by reciprocal rank
/// (Cormack, Clarke and Büttcher, SIGIR 2009).
#pragma once

#include "base/json.hpp"
#include "mem/store.hpp"
#include "mem/vectors.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

enum class SearchBy { hybrid, words, vectors };

struct SearchFor {
    std::string words;              ///< the question
    std::size_t k = 10;
    std::size_t tokens = 0;         ///< estimated, all passages together; 0: no bound
    SearchBy by = SearchBy::hybrid;
    PassageSelection where;
    std::function<bool(const Passage&)> filter;  ///< --filter, asked last; may be empty
    std::optional<std::int64_t> as_of;           ///< what held then; none: what holds now
    std::optional<double> mmr;                   ///< 0 … 1: how much likeness counts against newness (Carbonell and Goldstein 1998)
    std::optional<std::int64_t> half_life;       ///< milliseconds after which a fact counts half
    std::int64_t around = 0;                     ///< neighbours on each side that come with a hit
    enum class Pins { first, always } pins = Pins::first;  ///< pinned passages: before other hits, or given whatever is asked
};

struct Found {
    Passage passage;     ///< with --around: its text and that of its neighbours, one after the other
    double score = 0;    ///< 1 for the first by every measure
    // What it is made of; absent where the part did not find it.
    std::optional<std::size_t> word_rank, vector_rank;  ///< from 1
    std::optional<double> bm25, cosine;
    double age_factor = 1;
    std::vector<std::string> also;  ///< further sources of the same text
};

/// Best first; pinned ones before all others. Equal texts are found once. Where the embedder's server is away a hybrid search goes by words (Vectors::warn is
/// told); one by vectors throws what the server said.
std::vector<Found> search(MemStore&, Vectors&, const SearchFor&);

/// The `context` member of llm-record(5): [{"id", "text", "score", "source", …}].
Json context_of(const std::vector<Found>&);

}  // namespace llm
