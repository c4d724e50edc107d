/// Whether two answers say the same: what an explored question teaches (decisions.hpp).
#pragma once

#include "base/task.hpp"
#include "cache/semantic.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace llm {

/// Both are records' `response`, JSON. Their tool calls (but for ids), their `json`, else their texts are equal; case, white space, Unicode
/// form and a full stop at the end do not count.
bool equal_answers(std::string_view a, std::string_view b);

/// Whether two texts answer `question` alike. Throws Error where it cannot tell.
using AnswerJudge = std::function<Task<bool>(const std::string& question, const std::string& a, const std::string& b)>;

struct AgreeOptions {
    /// How near texts that are not equal must be, and with no difference that the gate sees; above 1: only equal ones agree. Short texts
    /// (a label, a number) must be equal.
    double alike = 0.92;
    AnswerJudge judge;  ///< may be empty; else it alone decides about answers that are not equal
};

/// A doubt is a no.
Task<bool> answers_agree(Semantic& embedder, const AgreeOptions& options, std::string question, std::string a, std::string b);

}  // namespace llm
