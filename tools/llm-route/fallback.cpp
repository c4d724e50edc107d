#include "verbs.hpp"

#include "flags.hpp"

#include <memory>

namespace llm {

void declare_fallback(Tool&) {}

}  // namespace llm
