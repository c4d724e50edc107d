/// Records as texts to take in, and what a record asks.
#pragma once

#include "base/json.hpp"
#include "mem/intake.hpp"
#include "record/record.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm {

/// What holds where a record says nothing.
struct IntakeDefaults {
    std::string space{default_space};
    std::string source;
    std::vector<std::string> tags;  ///< added to a record's own
    std::int64_t time = 0;          ///< milliseconds; 0: `now`
    std::int64_t now = 0;
    std::optional<ChunkPolicy> chunking;  ///< none: whole, or paragraphs where it is long
};

/// The text under the defaults. Throws Error{data} where it is empty.
Intake intake_of_text(const IntakeDefaults&, std::string text);

/// {"text", "source", "id", "tags", "time"}: all but text may be missing; what else the record says is kept as `extra`. Throws Error{data} that names
/// the member.
Intake intake_of_record(const IntakeDefaults&, const Record&);

/// Milliseconds since 1970 from text (log/when.hpp) or a number of seconds since 1970. Throws Error{data}.
std::int64_t read_time(const Json&, std::int64_t now);

/// The text of the last user turn: `prompt`, or of `messages`. Throws Error{data} where there is none.
std::string asked_of(const Record&);

}  // namespace llm
