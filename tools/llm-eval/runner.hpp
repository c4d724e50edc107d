/// A suite asked and checked: what run and drift have in common.
#pragma once

#include "flags.hpp"
#include "watch.hpp"

#include "eval/suite.hpp"

namespace llm {

/// The suite with the flags laid over it, every assertion that stands in it read. Throws Error{config} or Error{usage}.
Suite suite_of(const EvalFlags&);

struct RunEnd {
    int code = 0;           ///< of the loop: 0, 3, 6, 130, 143, and 1 where a gate failed
    bool complete = true;   ///< all cases came out
};
/// Records go to descriptor `out`.
RunEnd run_cases(const Tool&, const EvalFlags&, const Suite&, Watch&, int out);

/// Adds it to the history.
void save_run(const EvalFlags&, const Suite&, const Tally&);

}  // namespace llm
