/// What is wrong with a policy that can be read: rules nobody reaches, models nobody knows, thresholds that decide nothing.
#pragma once

#include "base/settings.hpp"
#include "chat/model.hpp"
#include "route/policy.hpp"

#include <string>
#include <vector>

namespace llm {

struct Finding {
    int line = 0;      ///< of the policy; 0 where it belongs to no line
    std::string text;  ///< what is wrong, with which value, and what to do
};

/// Sorted by line. Reads examples and routers, calls nobody.
std::vector<Finding> findings_of(const Policy&, const Models&, const Settings&);

/// Whether whatever `later` matches is matched by `earlier` too, as far as that can be told from the conditions.
bool covers(const Rule& earlier, const Rule& later);

}  // namespace llm
