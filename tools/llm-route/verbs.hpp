/// llm-route's verbs. Each declares its own options and keeps them as long as the tool lives.
#pragma once

#include "cli/tool.hpp"

namespace llm {

/// What llm-route does without a verb: each record gets its model by the policy.
void declare_filter(Tool&);
void declare_fallback(Tool&);
void declare_explain(Tool&);
void declare_check(Tool&);
void declare_cascade(Tool&);
void declare_train(Tool&);
void declare_calibrate(Tool&);
void declare_report(Tool&);

}  // namespace llm
