/// llm-ask's command line.
#pragma once

#include "cli/groups.hpp"
#include "cli/pace_options.hpp"
#include "cli/tool.hpp"

#include <optional>
#include <string>

namespace llm {

enum class LogVerb { none, list, show, stats, prune };

enum class BatchVerb { none, submit, status, collect, cancel, rm };

struct AskFlags {
    std::optional<std::string> prompt;  ///< text, or "-" for all of stdin; the id for --log show and --batch
    LoopFlags loop;
    TalkFlags talk;
    RequestFlags request;
    CallFlags calls;
    PaceFlags pace;
    bool extract = false;
    long repairs = 2;
    bool again_last = false;  ///< --continue
    std::string cid;
    bool models = false;
    bool budget_status = false;
    bool chat = false;
    LogVerb log = LogVerb::none;
    std::string since, until, fault, tool, older;
    std::optional<long> limit;
    bool yes = false;
    BatchVerb batch = BatchVerb::none;  ///< PROMPT is the batch's id then
    Duration wait{};
};

void declare(Tool&, AskFlags&);

}  // namespace llm
