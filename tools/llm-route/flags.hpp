/// What several verbs of llm-route share.
#pragma once

#include "cli/groups.hpp"
#include "cli/tool.hpp"

#include <string>

namespace llm {

struct PolicyFlags {
    std::string policy;  ///< setting `route.policy`
    std::string store;   ///< setting `route.path`
};
void policy_options(Verb&, PolicyFlags&);
/// As request_options, but nothing is asked: -m takes the choice away, so no variable sets it.
void shaping_options(Verb&, RequestFlags&);

/// What the bare llm-route and its fallback verb are told.
struct FilterFlags {
    PolicyFlags policy;
    LoopFlags loop;
    TalkFlags talk;
    RequestFlags request;
    bool again = false;
    long most = 3;                     ///< fallbacks a record
    std::vector<std::string> command;  ///< of fallback
};

}  // namespace llm
