#include "verbs.hpp"

#include "flags.hpp"

#include <memory>

namespace llm {

void declare_check(Tool&) {}

}  // namespace llm
