/// The configuration with the flags of a command line laid over it.
#pragma once

#include "base/settings.hpp"
#include "cli/tool.hpp"

namespace llm {

/// File, variables, then every option given that was declared with Option::setting. To be called inside
/// the body, once it is known that the configuration is needed. Throws as Settings::load does.
Settings settings_of(const Tool&, const Environment& = {});

}  // namespace llm
