/// Whether several answers to one question come to the same (self-consistency, arXiv 2203.11171).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace llm {

/// What an answer comes to, for comparing: what stands behind its last "####", "answer is", "Answer:" or in
/// \boxed{}, else nothing. Case, marks and blanks do not count; a number stands for the words around it.
std::string conclusion_of(std::string_view answer);

/// Both JSON: equal values. Both with a conclusion: equal conclusions. Else: most words shared, and none of the
/// differences of text/gate.hpp (numbers, negations, names, …).
bool same_answer(std::string_view a, std::string_view b);

struct Consensus {
    double share = 0;      ///< of the answers in the largest group
    std::size_t best = 0;  ///< the first answer of that group
};
/// Groups in the order given; of equal groups the earlier. 0 answers: share 0.
Consensus consensus_of(std::span<const std::string> answers);

}  // namespace llm
