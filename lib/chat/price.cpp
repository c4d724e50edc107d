#include "chat/price.hpp"

namespace llm {
namespace {

constexpr double million = 1e6;

std::optional<double> dollars(std::optional<double> rate, long tokens) {
    if (tokens == 0) return 0.0;
    if (!rate) return std::nullopt;
    return *rate * static_cast<double>(tokens) / million;
}

const Rates& rates_for(const Price& price, long input) {
    const Rates* rates = &price;
    for (const Price::Step& step : price.steps)
        if (input > step.above) rates = &step;
    return *rates;
}

}  // namespace

std::optional<double> cost(const Price& price, const Usage& usage) {
    const bool free = price.input == 0.0 && price.output == 0.0 && price.steps.empty();
    if (free && price.cache_write.value_or(0) == 0.0 && price.cached.value_or(0) == 0.0) return 0.0;
    if (!usage.input || !usage.output) return std::nullopt;
    const long cached = usage.cached.value_or(0), written = usage.cache_write.value_or(0);
    const long plain = *usage.input - cached - written;
    if (plain < 0 || cached < 0 || written < 0 || *usage.output < 0) return std::nullopt;

    const Rates& rates = rates_for(price, *usage.input);
    double sum = 0;
    for (const auto& part :
         {dollars(rates.input, plain), dollars(rates.cached ? rates.cached : rates.input, cached),
          dollars(rates.cache_write, written), dollars(rates.output, *usage.output)}) {
        if (!part) return std::nullopt;
        sum += *part;
    }
    return sum;
}

}  // namespace llm
