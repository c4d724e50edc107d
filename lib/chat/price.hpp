/// What tokens cost.
#pragma once

#include "chat/completion.hpp"

#include <optional>
#include <vector>

namespace llm {

/// US dollars per million tokens. Absent is unknown; 0 is known to be free.
struct Rates {
    std::optional<double> input;
    std::optional<double> output;
    std::optional<double> cached;  ///< input read from the provider's cache; unknown: no discount, as `input`
    std::optional<double> cache_write;  ///< input written to it
    friend bool operator==(const Rates&, const Rates&) = default;
};

struct Price : Rates {
    /// Rates of a whole request with more input tokens than `above`.
    struct Step : Rates {
        long above = 0;
        friend bool operator==(const Step&, const Step&) = default;
    };
    std::vector<Step> steps;  ///< ascending
    friend bool operator==(const Price&, const Price&) = default;
};

/// Dollars for the tokens counted. 0 where all is known to be free, counted or not. Nothing where a count or a rate that is needed is unknown: input and
/// output counts always are, a rate only where it has tokens. Cached and written tokens are parts of the
/// input and are charged at their own rates instead of `input`. Reasoning tokens are part of the output.
std::optional<double> cost(const Price&, const Usage&);

}  // namespace llm
