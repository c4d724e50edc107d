/// Two answers to one case, compared by a judge that sees them in both orders.
#pragma once

#include "evaluators/evaluator.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct PairComparison {
    double preference = .5;     ///< for the first one given: 1, 0, or .5 where neither; the mean over both orders and all jurors
    bool consistent = true;     ///< no juror changed its mind with the order
    std::string reason;
    Json jurors;                ///< [{judge, straight, swapped, reason}]: "first", "second", "tie" of the answers as given
    double cost = 0;
    long calls = 0;
};

/// Asks each juror twice, with the order swapped; a juror whose word changes with the order has said tie. `criteria` may be empty. Throws as ask_judge does.
Task<PairComparison> compare_answers(const EvaluatorNeeds& needs, std::vector<std::string> jurors, std::string criteria, const Case& c, std::string first, std::string second);

/// The index of the best of several answers to one case (promptfoo's select-best): each against each; of equals the first.
struct PairSelection {
    std::size_t best = 0;
    std::vector<double> points;  ///< mean preference against the others, 0 to 1
    std::string reason;
    double cost = 0;
    long calls = 0;
};
Task<PairSelection> select_best(const EvaluatorNeeds& needs, std::vector<std::string> jurors, std::string criteria, const Case& c, std::vector<std::string> answers);

}  // namespace llm
