/// llm-ask's command line.
#pragma once

#include "cli/groups.hpp"
#include "cli/pace_options.hpp"
#include "cli/tool.hpp"

#include <optional>
#include <string>

namespace llm {

enum class LogVerb { none, list, show, stats, prune };

struct AskFlags {
    std::optional<std::string> prompt;  ///< text, or "-" for all of stdin; the call's id for --log show
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
};

void declare(Tool&, AskFlags&);

}  // namespace llm
