/// What changed between two versions of a passage.
#pragma once

#include "mem/passage.hpp"

namespace llm {

struct DifferentLine {
    char kind;  ///< '-' of the older, '+' of the newer, ' ' of both
    std::string text;
};

/// Lines about tags, source and the like first, then the texts line by line (a longest common subsequence).
std::vector<DifferentLine> difference(const PassageVersion& older, const PassageVersion& newer);

}  // namespace llm
