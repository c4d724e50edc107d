#include "batch/rates.hpp"

#include "base/toml.hpp"
#include "providers/batch.hpp"

#include <array>

namespace llm {
namespace {

using Rate = std::optional<double> Rates::*;
constexpr std::array<std::pair<const char*, Rate>, 4> rate_names{{{"input", &Rates::input}, {"output", &Rates::output}, {"cached", &Rates::cached}, {"cache_write", &Rates::cache_write}}};

Json rates_json(const Rates& r) {
    Json j = Json::object();
    for (const auto& [name, rate] : rate_names)
        if (r.*rate) j[name] = *(r.*rate);
    return j;
}

Rates rates_in(const Json& j) {
    Rates r;
    for (const auto& [name, rate] : rate_names)
        if (const Json& value = member(j, name); value.is_number()) r.*rate = value.get<double>();
    return r;
}

}  // namespace

std::optional<Nano> BatchRates::worst(long input, long output) const {
    const auto most = worst_cost(price, input, output);
    return most ? std::optional{nano(dollars(*most) * factor)} : std::nullopt;
}

std::optional<double> BatchRates::cost(const Usage& usage) const {
    const auto direct = llm::cost(price, usage);
    return direct ? std::optional{*direct * factor} : std::nullopt;
}

std::string to_text(const BatchRates& r) {
    Json j = rates_json(r.price);
    for (const Price::Step& step : r.price.steps) {
        Json one = rates_json(step);
        one["above"] = step.above;
        j["steps"].push_back(std::move(one));
    }
    j["factor"] = r.factor;
    if (r.assumed) j["assumed"] = true;
    return dump(j);
}

BatchRates batch_rates_of(std::string_view text) {
    const Json j = read_json(text);
    BatchRates r;
    static_cast<Rates&>(r.price) = rates_in(j);
    if (const Json& steps = member(j, "steps"); steps.is_array())
        for (const Json& one : steps) r.price.steps.push_back({rates_in(one), member(one, "above").get<long>()});
    if (const Json& factor = member(j, "factor"); factor.is_number()) r.factor = factor.get<double>();
    r.assumed = member(j, "assumed").is_boolean();
    return r;
}

BatchRates batch_rates(const ResolvedModel& model, const Settings& settings, const Rates& assumed) {
    BatchRates r;
    r.price = model.info.price;
    if (!r.price.input && !r.price.output && assumed.input) {
        static_cast<Rates&>(r.price) = assumed;
        r.assumed = true;
    }
    r.factor = batch_price(model.endpoint.name);
    for (const std::string& table : {dotted("model", model.full_name()), dotted("model", model.endpoint.name + "/*"), dotted("provider", model.endpoint.name)}) {
        const std::string path = dotted(table, "batch_price");
        const auto given = settings.number(path);
        if (!given) continue;
        if (*given < 0) throw Error(Fault::config, "{}{} must be 0 or more: the part of the direct price that a batch costs", settings.place(path), path);
        r.factor = *given;
        break;
    }
    return r;
}

}  // namespace llm
