/// What a part's answers cost: taken when it is submitted and kept with it, whatever price lists say by the time it is collected.
#pragma once

#include "base/settings.hpp"
#include "chat/model.hpp"
#include "chat/price.hpp"
#include "pace/budget.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace llm {

struct BatchRates {
    Price price;           ///< of a direct call
    double factor = 1;     ///< the part of it that the batch API takes
    bool assumed = false;  ///< by --assume-price: a budget goes by it, and no cost is told
    friend bool operator==(const BatchRates&, const BatchRates&) = default;

    bool known() const { return worst(1, 1).has_value(); }
    std::optional<Nano> worst(long input, long output) const;
    /// Dollars; nothing where a count or rate that is needed is unknown.
    std::optional<double> cost(const Usage&) const;
};
std::string to_text(const BatchRates&);
BatchRates batch_rates_of(std::string_view text);

/// The model's; those assumed where it has none. The factor is `batch_price` of the model's settings, else of its provider's, else what a ready endpoint's
/// price list says. Throws Error{config} for one that is none.
BatchRates batch_rates(const ResolvedModel&, const Settings&, const Rates& assumed);

}  // namespace llm
