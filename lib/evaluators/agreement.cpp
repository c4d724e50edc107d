#include "evaluators/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace llm {
namespace {

double mean(std::span<const double> v) {
    return v.empty() ? 0 : std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

std::optional<double> pearson(std::span<const double> a, std::span<const double> b) {
    const double ma = mean(a), mb = mean(b);
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - ma) * (b[i] - mb);
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
    }
    if (a.size() < 2 || aa <= 0 || bb <= 0) return std::nullopt;
    return std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0);
}

/// Ranks from 1; equal values share the mean of theirs.
std::vector<double> ranks(std::span<const double> v) {
    std::vector<std::size_t> order(v.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return v[i]; });
    std::vector<double> out(v.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t j = i;
        while (j < order.size() && v[order[j]] == v[order[i]]) ++j;
        for (std::size_t k = i; k < j; ++k) out[order[k]] = static_cast<double>(i + j + 1) / 2;
        i = j;
    }
    return out;
}

std::optional<double> spearman(std::span<const double> a, std::span<const double> b) { return pearson(ranks(a), ranks(b)); }

/// 1 − observed / expected disagreement; 1 where nothing can disagree.
double chance_corrected(double observed, double expected) { return expected <= 0 ? 1 : 1 - observed / expected; }

}  // namespace

std::optional<double> cohen_kappa(std::span<const std::string> a, std::span<const std::string> b) {
    if (a.empty() || a.size() != b.size()) return std::nullopt;
    const auto n = static_cast<double>(a.size());
    std::map<std::string, std::pair<double, double>> counts;
    double same = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ++counts[a[i]].first;
        ++counts[b[i]].second;
        same += a[i] == b[i] ? 1 : 0;
    }
    double by_chance = 0;
    for (const auto& [label, count] : counts) by_chance += count.first / n * count.second / n;
    return chance_corrected(1 - same / n, 1 - by_chance);
}

std::optional<double> weighted_kappa(std::span<const double> a, std::span<const double> b) {
    if (a.empty() || a.size() != b.size()) return std::nullopt;
    double observed = 0, expected = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        observed += (a[i] - b[i]) * (a[i] - b[i]);
        for (const double other : b) expected += (a[i] - other) * (a[i] - other);
    }
    return chance_corrected(observed, expected / static_cast<double>(a.size()));
}

namespace {

/// The distance of two values, by the numbers of pairable ratings each value has.
double distance(const std::map<double, double>& totals, double a, double b, Level level) {
    if (a == b) return 0;
    if (level == Level::nominal) return 1;
    if (level == Level::interval) return (a - b) * (a - b);
    double between = 0;
    const auto [low, high] = std::minmax(a, b);
    for (auto it = totals.lower_bound(low); it != totals.end() && it->first <= high; ++it) between += it->second;
    between -= (totals.at(low) + totals.at(high)) / 2;
    return between * between;
}

}  // namespace

std::optional<double> krippendorff_alpha(std::span<const std::vector<std::optional<double>>> ratings, Level level) {
    std::map<std::pair<double, double>, double> coincidences;
    std::map<double, double> totals;
    double n = 0;
    for (const auto& item : ratings) {
        std::vector<double> given;
        for (const auto& r : item)
            if (r) given.push_back(*r);
        if (given.size() < 2) continue;
        const double weight = 1 / static_cast<double>(given.size() - 1);
        for (std::size_t i = 0; i < given.size(); ++i) {
            for (std::size_t j = 0; j < given.size(); ++j)
                if (i != j) coincidences[{given[i], given[j]}] += weight;
            ++totals[given[i]];
            ++n;
        }
    }
    if (n == 0) return std::nullopt;
    double observed = 0, expected = 0;
    for (const auto& [pair, count] : coincidences) observed += count * distance(totals, pair.first, pair.second, level);
    for (const auto& [a, na] : totals)
        for (const auto& [b, nb] : totals) expected += na * nb * distance(totals, a, b, level);
    return chance_corrected(observed, expected / (n - 1));
}

Agreement agreement_of(std::span<const Rated> items) {
    Agreement out;
    out.items = items.size();
    if (items.empty()) return out;
    std::vector<double> human, judge, gap, length, shifts;
    std::vector<std::string> human_labels, judge_labels;
    std::vector<std::vector<std::optional<double>>> all, people;
    double flips = 0;
    for (const Rated& r : items) {
        human.push_back(r.human);
        judge.push_back(r.judge);
        gap.push_back(r.judge - r.human);
        length.push_back(static_cast<double>(r.length));
        human_labels.push_back(dump(Json(r.human)));
        judge_labels.push_back(dump(Json(r.judge)));
        out.exact += r.human == r.judge ? 1 : 0;
        std::vector<std::optional<double>> raters = r.humans.empty() ? std::vector<std::optional<double>>{r.human} : r.humans;
        people.push_back(raters);
        raters.insert(raters.begin(), r.judge);
        all.push_back(std::move(raters));
        if (r.swapped) {
            shifts.push_back(r.judge - *r.swapped);
            flips += r.judge != *r.swapped ? 1 : 0;
        }
    }
    out.exact /= static_cast<double>(items.size());
    out.kappa = cohen_kappa(human_labels, judge_labels);
    out.weighted = weighted_kappa(human, judge);
    out.alpha = krippendorff_alpha(all, Level::interval);
    if (std::ranges::any_of(people, [](const auto& p) { return p.size() > 1; }))
        out.people_alpha = krippendorff_alpha(people, Level::interval);
    out.bias = mean(gap);
    out.pearson = pearson(human, judge);
    out.spearman = spearman(human, judge);
    out.length_bias = spearman(gap, length);
    if (!shifts.empty()) {
        out.position_flips = flips / static_cast<double>(shifts.size());
        out.position_bias = mean(shifts);
    }
    return out;
}

Json to_json(const Agreement& a) {
    Json j{{"items", a.items}, {"exact", a.exact}, {"bias", a.bias}};
    const auto put = [&j](const char* name, const std::optional<double>& v) {
        if (v) j[name] = *v;
    };
    put("kappa", a.kappa);
    put("weighted_kappa", a.weighted);
    put("alpha", a.alpha);
    put("people_alpha", a.people_alpha);
    put("pearson", a.pearson);
    put("spearman", a.spearman);
    put("length_bias", a.length_bias);
    put("position_flips", a.position_flips);
    put("position_bias", a.position_bias);
    return j;
}

}  // namespace llm
