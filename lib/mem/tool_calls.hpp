/// What a model called, read leniently: whatever is wrong with a call is told to the model, it never fails the record.
#pragma once

#include "base/json.hpp"
#include "mem/core_blocks.hpp"
#include "mem/search.hpp"
#include "mem/turns.hpp"

#include <string>
#include <vector>

namespace llm {

struct MemoryCall {
    std::string id, name;
    Json arguments;       ///< an object
    std::string problem;  ///< why it cannot be carried out, or empty
};
/// Of `response.tool_calls`. A call without id gets one ("call_1").
std::vector<MemoryCall> tool_calls_in(const Json& tool_calls);

/// The calls as they stand in an assistant's turn: well-formed, in order, each with its id.
Json turn_calls(const std::vector<MemoryCall>&);

struct ToolResult {
    Json content;           ///< {"status": "ok" | "failed", …}
    bool goes_on = false;   ///< the model has something to look at, or asked to go on (MemGPT's heartbeat)
};

/// Carries out the functions of tool_schemas.hpp.
class MemoryTools {
public:
    /// All are borrowed.
    MemoryTools(MemStore&, Vectors&, std::string space);

    /// Writes within the store's transaction. Throws only what no other call could mend (Fault::io, locked, internal, config).
    ToolResult run(const MemoryCall&);

private:
    Json carry_out(const MemoryCall&);
    Json insert(const Json& arguments);
    Json replace(const Json& arguments);
    Json search_archive(const Json& arguments);
    Json search_turns(const Json& arguments);

    MemStore& store_;
    Vectors& vectors_;
    Turns turns_;
    std::string space_;
};

}  // namespace llm
