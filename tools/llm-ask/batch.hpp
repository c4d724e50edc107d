/// What the verbs of --batch share.
#pragma once

#include "run.hpp"

#include "batch/batches.hpp"

#include <string>
#include <string_view>

namespace llm {

struct BatchDesk {
    const Tool& tool;
    const AskFlags& flags;
    AskSession session;
    BatchStore store;
    Batches batches;

    /// Signals are caught from here on.
    BatchDesk(const Tool&, const AskFlags&);

    void say(std::string_view) const;
    /// The batch that PROMPT names; without one, the only one that waits to be collected. Throws Error{usage}, also for an empty name.
    BatchJob job();
};

/// "1 batch", "2 batches"
std::string counted(long n, std::string_view what);
long count_of(const BatchJob&, PartState);
/// "not all sent", "running", …
std::string_view state_of(const BatchJob&);

int submit_batch(BatchDesk&);
int show_batches(BatchDesk&);
int collect_batch(BatchDesk&, BatchJob);

}  // namespace llm
