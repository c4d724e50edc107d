/// What several verbs of llm-route share.
#pragma once

#include "cli/groups.hpp"
#include "cli/tool.hpp"

#include <string>

namespace llm {

struct PolicyFlags {
    std::string policy;  ///< file, or name in the configuration folder; empty is "policy"
    std::string store;   ///< setting `route.path`
};
void policy_options(Verb&, PolicyFlags&);

}  // namespace llm
