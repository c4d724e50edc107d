/// What people set right, and what can be made of it: a correction counts at once for all that is recalled later, and is kept as a lesson.
#pragma once

#include "base/json.hpp"
#include "mem/store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

struct Correction {
    std::int64_t id = 0;
    std::int64_t change = 0;   ///< that made it; undo takes it back
    std::int64_t passage = 0;
    std::string space;
    std::string question;      ///< what was asked when the mistake was seen; may be empty
    std::string before, after, why, who;
    std::int64_t time = 0;     ///< milliseconds since 1970
};

/// Gives the passage a new text and keeps the pair; its change's id. The caller settles. Throws Error{usage} where there is no such passage, or
/// nothing would change.
std::int64_t correct(MemStore&, std::int64_t passage, std::string_view text, std::string_view question, std::string_view why);

/// The oldest first, without those whose change was taken back.
void each_correction(MemStore&, const std::optional<std::string>& space, std::int64_t since, const std::function<void(const Correction&)>&);

/// Shapes to learn from.
///
///     sft          {"messages": [user, assistant]}                                chat fine-tuning (OpenAI, TRL)
///     preferences  {"prompt": [user], "chosen": [assistant], "rejected": [assistant]}     preference pairs (TRL's conversational form)
///     eval         {"id", "prompt", "reference", "expect": [...]}                 a case for llm-eval, without an answer
enum class LessonShape { sft, preferences, eval };
/// Nothing where the correction has no question, for there is nothing to answer.
std::optional<Json> lesson_of(const Correction&, LessonShape);
Json to_json(const Correction&);

}  // namespace llm
