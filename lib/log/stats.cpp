#include "log/query.hpp"

#include "base/error.hpp"
#include "log/when.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace llm {
namespace {

struct Group {
    CallStats sum;
    std::vector<double> ms, first_ms;
};

/// The smallest value that `share` of all are not above (nearest rank).
std::optional<double> percentile(std::vector<double>& values, double share) {
    if (values.empty()) return std::nullopt;
    const auto rank = static_cast<std::ptrdiff_t>(std::ceil(share * static_cast<double>(values.size()))) - 1;
    const auto at = values.begin() + std::max<std::ptrdiff_t>(rank, 0);
    std::ranges::nth_element(values, at);
    return *at;
}

CallStats finished(Group& group) {
    group.sum.p50_ms = percentile(group.ms, 0.5);
    group.sum.p95_ms = percentile(group.ms, 0.95);
    group.sum.p50_first_ms = percentile(group.first_ms, 0.5);
    group.sum.p95_first_ms = percentile(group.first_ms, 0.95);
    return std::move(group.sum);
}

}  // namespace

StatsBy stats_by(std::string_view text) {
    if (text == "all") return StatsBy::all;
    if (text == "day") return StatsBy::day;
    if (text == "model") return StatsBy::model;
    if (text == "day,model" || text == "model,day") return StatsBy::day_and_model;
    throw Error(Fault::usage, "stats cannot be given by '{}'; there are day, model, day,model and all", text);
}

Json to_json(const CallStats& s) {
    Json j = Json::object();
    if (!s.day.empty()) j["day"] = s.day;
    if (!s.model.empty()) j["model"] = s.model;
    j["calls"] = s.calls;
    j["failed"] = s.failed;
    j["input"] = s.input;
    j["output"] = s.output;
    j["cached"] = s.cached;
    // Where nothing at all has a price, 0 would say that it was free.
    if (s.unpriced < s.calls - s.failed || s.cost > 0) j["cost"] = s.cost;
    if (s.unpriced) j["unpriced"] = s.unpriced;
    const auto number = [&j](const char* key, const std::optional<double>& value) {
        if (value) j[key] = *value;
    };
    number("p50_ms", s.p50_ms);
    number("p95_ms", s.p95_ms);
    number("p50_first_ms", s.p50_first_ms);
    number("p95_first_ms", s.p95_first_ms);
    return j;
}

std::vector<CallStats> JournalReader::stats(const CallFilter& filter, StatsBy by) {
    if (!db_) return {};
    const bool by_day = by == StatsBy::day || by == StatsBy::day_and_model;
    const bool by_model = by == StatsBy::model || by == StatsBy::day_and_model;
    std::map<std::pair<std::string, std::string>, Group> groups;
    scan(filter, [&](const Scanned& c) {
        Group& group = groups[{by_day ? local_day(c.time) : "", by_model ? std::string{c.model} : ""}];
        CallStats& sum = group.sum;
        ++sum.calls;
        sum.failed += c.failed;
        sum.unpriced += !c.failed && !c.cost;
        sum.input += c.input;
        sum.output += c.output;
        sum.cached += c.cached;
        sum.cost += c.cost.value_or(0);
        if (c.failed) return;
        if (c.ms > 0) group.ms.push_back(c.ms);  // a batch's answer has no latency
        if (c.first_ms) group.first_ms.push_back(*c.first_ms);
    });
    std::vector<CallStats> all;
    for (auto& [key, group] : groups) {
        all.push_back(finished(group));
        std::tie(all.back().day, all.back().model) = key;
    }
    std::ranges::stable_sort(all, [](const CallStats& a, const CallStats& b) {
        return std::tie(a.day, b.cost, b.calls) < std::tie(b.day, a.cost, a.calls);
    });
    return all;
}

}  // namespace llm
