/// The step of `llm-mem apply`: carries out the tool calls of a record's answer, so that the model can go on. `llm-ask | llm-mem apply` is
/// MemGPT's loop (arXiv 2310.08560, 2.3) as pipes.
#pragma once

#include "mem/tool_calls.hpp"
#include "record/record.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace llm {

struct ApplyOptions {
    std::string space{default_space};
    std::function<void(std::string_view)> explain;  ///< gets a line a call; may be empty
};

class Applier {
public:
    /// All are borrowed.
    Applier(MemStore&, Vectors&, ApplyOptions);

    /// Whether the record's answer calls tools.
    bool wants(const Record&) const;
    /// Appends the assistant's turn and one tool turn a call, in order, to `messages`. Where the model has to go on (a search, an error,
    /// a heartbeat, or nothing said yet), `response` is taken out, so that llm-ask asks again; else its text stays the answer, without the calls.
    /// A record given again gets the results it got before, and nothing is done twice. All of a record's writes are one change; settle()
    /// before the record leaves.
    void step(Record&);

private:
    ToolResult once(const std::string& key, const MemoryCall&);

    MemStore& store_;
    MemoryTools tools_;
    ApplyOptions options_;
};

}  // namespace llm
