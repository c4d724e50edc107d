/// A model that decides whether two questions may have one answer, or two answers say the same.
#pragma once

#include "cache/agree.hpp"
#include "cache/semantic.hpp"
#include "call/caller.hpp"

namespace llm {

/// Asks `model` for the word "same" or "different"; anything else is Error{provider}. Both are borrowed.
Judge judge_by(Caller&, const ResolvedModel&);
/// The same of two answers to one request.
AnswerJudge answer_judge_by(Caller&, const ResolvedModel&);

}  // namespace llm
