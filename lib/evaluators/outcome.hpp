/// What a program says of a case: true, false, a score, or {pass, score, reason}.
#pragma once

#include "evaluators/evaluator.hpp"

#include <string_view>

namespace llm {

/// true and false decide. A number is a score from 0 to 1, held against the threshold (.5). An object has `pass` or `score` or both, and may have `reason`;
/// without `pass` the score decides. Anything else is Error{provider} that names `who`: what cannot be read is no score.
Verdict outcome_of(const CheckSpec&, const Json& said, std::string_view who);

}  // namespace llm
