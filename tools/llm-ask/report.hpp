/// What a run says of itself on stderr: a line that is written over while it goes on, and one at its end.
#pragma once

#include "call/tally.hpp"
#include "cli/progress.hpp"
#include "record/filter.hpp"

#include <string>

namespace llm {

/// "1,000 records: 990 answered, 3 passed, 7 failed (5 rate_limit, 2 timeout), 12 retries, 81,000 tokens in, 9,100 out, $0.42, p50 0.81 s, p95 2.30 s"
std::string summary(const Filter::Counts&, const CallTally&);

class RunReport {
public:
    /// Both are borrowed. The number of lines to come is estimated where stdin is a file.
    RunReport(const Filter&, const CallTally&, Show);
    bool shown() const { return progress_.shown(); }
    /// Brings the line up to date; at most ten times a second.
    void draw();

private:
    const Filter& filter_;
    Progress progress_;
    long done_ = 0, failed_ = 0;
};

}  // namespace llm
