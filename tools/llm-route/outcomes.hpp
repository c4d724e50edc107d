/// Reading recorded outcomes for train, calibrate and report.
#pragma once

#include "base/environment.hpp"
#include "cli/tool.hpp"
#include "route/train.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm {

struct OutcomeFlags {
    std::optional<std::string> file;  ///< else stdin
    std::string weak, strong;  ///< names, for verdicts joined by id
    bool from_log = false;
    std::string since;
    std::string group;
};
void outcome_options(Verb&, OutcomeFlags&);

/// Throws Error{data} with the line. Says on stderr how many records were left out or assumed.
std::vector<OutcomeRow> read_outcomes(const Tool&, const OutcomeFlags&, OutcomeReader::Options::Need = OutcomeReader::Options::Need::outcomes);

}  // namespace llm
