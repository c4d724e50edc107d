/// A model that decides whether two questions may have one answer.
#pragma once

#include "cache/semantic.hpp"
#include "call/caller.hpp"

namespace llm {

/// Asks `model` for the word "same" or "different"; anything else is Error{provider}. Both are borrowed.
Judge judge_by(Caller&, const ResolvedModel&);

}  // namespace llm
