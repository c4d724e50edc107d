/// A record's conversation, taken apart: what the user's chain says (system), what was said (turns), and what llm-mem put between.
#pragma once

#include "mem/memory_note.hpp"
#include "record/record.hpp"

#include <string>
#include <vector>

namespace llm {

struct TurnHistory {
    enum class Form { messages, prompt } form = Form::messages;
    enum class System { none, record_member, first_turn } system_in = System::none;
    Stripped system;           ///< of the place named above
    std::vector<Json> others;  ///< further system turns, in order
    std::vector<Json> turns;   ///< user, assistant, tool; as they came
};

/// Throws Error{data} where the record has neither `prompt` nor `messages`, or both.
TurnHistory history_of(const Record&);

/// Writes `system` with the note, and the turns, into the record; `prompt` becomes `messages` where something has to stand around it. What does
/// not change is left byte for byte.
void write_history(Record&, const TurnHistory&, const std::vector<Json>& turns, const MemoryNote&);

/// The turn an answer is: `response` of a record, with its tool calls.
Json assistant_turn(const Json& response);

}  // namespace llm
