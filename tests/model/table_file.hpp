#pragma once

#include "learner.hpp"
#include "vocabulary.hpp"

#include <string>

namespace llm::model {

/// Writes the rows, rounded to int8, as lib/embedders/table/format.hpp has it.
void write_table(const std::string& path, Learner& learner, const Vocabulary& vocabulary);

}  // namespace llm::model
