/// What evaluators borrow, made from what a tool has at hand.
#pragma once

#include "base/environment.hpp"
#include "base/loop.hpp"
#include "base/settings.hpp"
#include "evaluators/evaluator.hpp"

namespace llm {

class Caller;
class Models;

/// Owns the embedders and child processes that evaluators use. All arguments are borrowed; nothing is opened before it is used.
class EvaluatorTools {
public:
    EvaluatorTools(Caller&, const Models&, Loop&, const Settings&, const Environment&);
    ~EvaluatorTools();
    EvaluatorTools(const EvaluatorTools&) = delete;
    EvaluatorTools& operator=(const EvaluatorTools&) = delete;

    /// Change what you like before the first Assertion is made: judges, embedder, prompts, `ask`.
    EvaluatorNeeds needs;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace llm
