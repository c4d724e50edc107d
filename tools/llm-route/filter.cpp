#include "verbs.hpp"

#include "flags.hpp"

#include <memory>

namespace llm {

void declare_filter(Tool&) {}

}  // namespace llm
