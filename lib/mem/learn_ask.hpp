/// How learning reaches a model: through lib/ask, so that answers that break the schema are sent back.
#pragma once

#include "ask/asker.hpp"
#include "mem/learn.hpp"

#include <string>

namespace llm {

/// Borrowed; `model` as asked for, empty for the default. What the model is asked and answers is held to the schema (Fault::schema).
AskJson ask_json(Asker&, std::string model);

}  // namespace llm
