/// A model as classifier: it is asked for one word, and any other answer counts for nothing.
#pragma once

#include "call/caller.hpp"
#include "route/policy.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace llm {

/// What the model is asked about the text; long texts are cut to their beginning.
Request sorting_request(const ClassifierRule&, std::string_view text);

/// The label the answer names: exactly one of them, in any case, bare, quoted or with a full stop; "label: X" and
/// {"label": "X"} pass too. Anything else is none.
const ClassifierRule::Label* label_in(const ClassifierRule&, std::string_view answer);

struct Sorted {
    const ClassifierRule::Label* label = nullptr;  ///< null: the rule abstains
    std::string why;                               ///< what was answered instead, or why there was no answer
    std::optional<double> cost;
};
/// Never throws Error: a model that cannot be asked sorts nothing.
Task<Sorted> sort_by_model(Caller&, const ResolvedModel&, const ClassifierRule&, std::string text);

}  // namespace llm
