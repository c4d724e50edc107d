/// Where learning gets its turns: a record, conversations kept by pack, calls of the journal. Only what people and models said is read: system text,
/// passages, and what tools found were given to the model and are not learned again.
#pragma once

#include "mem/history.hpp"
#include "mem/learn.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

class JournalReader;

/// One conversation, or the part of it at hand.
struct Lesson {
    std::vector<Heard> heard;
    std::vector<std::string> recalled;  ///< what was given to the model
};

/// Turns as a record has them, said at `time`; `name` stands before the number of the turn in their source.
Lesson lesson_of(std::string_view space, std::string_view name, const std::vector<Json>& turns, std::int64_t time);
/// The record's turns and its answer; its `context` was recalled.
Lesson lesson_of(std::string_view space, const Record&, std::int64_t now);

/// What was kept in [since, until), a conversation at a time. Times here and below are milliseconds since 1970.
void each_kept(MemStore&, std::string_view space, const std::optional<std::string>& conversation, std::int64_t since, std::int64_t until,
               const std::function<void(Lesson)>&);
/// The journal's answered calls in [since, until), oldest first, but for llm-mem's own.
void each_logged(JournalReader&, std::string_view space, std::int64_t since, std::int64_t until, const std::function<void(Lesson)>&);

}  // namespace llm
