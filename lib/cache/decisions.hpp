/// What was decided about questions that an entry's answer might have fitted, and what came of it.
///
/// A look-up by similarity ends in a decision: the entry's answer is given, or (with a bound on wrong answers, learned.hpp) the question is
/// explored, which makes it a miss. An outcome says whether the entry's answer was right, or would have been; entries learn from it.
#pragma once

#include "base/json.hpp"
#include "cache/learned.hpp"
#include "cache/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

enum class HitVerdict { wrong = 0, right = 1 };

/// Of a namespace under a bound; the newest, outcomes_kept at most.
std::vector<LearnedOutcome> outcomes_of(CacheStore&, std::int64_t space);
/// Of the newest decisions, risks_kept at most; the oldest first.
std::vector<double> risks_of(CacheStore&, std::int64_t space);
/// How often the entry's answer was right, and wrong.
std::pair<int, int> record_of(CacheStore&, std::int64_t entry);

/// counted: an entry that was wrong more often than right is not to be trusted; learned: its record is weighed elsewhere (learned.hpp).
enum class Trust { counted, learned };
/// Whether outcomes speak against giving the entry's answer to this question: it was judged wrong for it already, or is not to be trusted.
bool is_distrusted(CacheStore&, std::int64_t entry, const CacheKey& question, Trust);
/// Whether there can be such entries at all.
bool has_wrong_outcomes(CacheStore&);

/// An explored question whose answer has not come yet.
struct Explored {
    std::int64_t decision = 0;
    std::string answer;  ///< the entry's, JSON
};
/// The newest decision on this question where it was explored and nothing is known of it yet. Within a transaction of the store.
std::optional<Explored> explored_question(CacheStore&, const CacheKey&);

/// Says what came of a decision; a later word takes the place of an earlier one. Within a transaction of the store.
void judge(CacheStore&, std::int64_t decision, HitVerdict);

/// A question on which an entry's answer was given or held back.
struct DecidedQuestion {
    std::int64_t decision = 0;
    std::string key;  ///< hexadecimal
};
/// The newest decision on each question whose key begins with `key` (hexadecimal digits), of `space` where one is given.
std::vector<DecidedQuestion> decided_questions(CacheStore&, std::string_view key, const std::optional<std::string>& space);

/// What came of the decisions that were made under a bound (`bound` is the newest), or where there never was one, of all; nothing where
/// nothing is known. Of `judged` hits `wrong`
/// were wrong. `error` is the share of wrong answers among all decisions, as the bound means it (an explored question is never answered
/// wrongly), with its 95 % interval; `hit_error` is that among hits:
///     {bound, hits, explored, judged, wrong, error, error_low, error_high, hit_error, hit_error_low, hit_error_high}
std::optional<Json> learning_stats(CacheStore&, std::int64_t space);

}  // namespace llm
