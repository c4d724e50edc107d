#include "eval/compare.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>

namespace llm {
namespace {

constexpr std::size_t listed = 50;
constexpr double power = 0.8;

bool lower_is_better(std::string_view metric) { return metric == "cost" || metric == "ms" || metric == "tokens"; }

std::optional<double> value_of(const Result& r, const std::string& metric) {
    if (metric == "cost") return r.cost;
    if (metric == "ms") return r.ms;
    if (metric == "tokens") return r.output ? std::optional{static_cast<double>(*r.output)} : std::nullopt;
    if (!r.judged()) return {};
    if (metric == "pass") return r.outcome == Result::Outcome::passed ? 1 : 0;
    if (metric == "score") return r.score;
    double sum = 0;
    int n = 0;
    for (const ResultCheck& c : r.checks)
        if (c.name == metric) sum += c.score, ++n;
    return n > 0 ? std::optional{sum / n} : std::nullopt;
}

/// Which parts of a key tell cases apart in both runs.
struct Pairing {
    bool prompt = true, model = true;
    Outcomes::Key of(Outcomes::Key key) const {
        if (!prompt) key.prompt.clear();
        if (!model) key.model.clear();
        return key;
    }
};

bool part_of_key(const std::set<std::string>& a, const std::set<std::string>& b, std::string_view what) {
    if (a == b) return true;
    if (a.size() <= 1 && b.size() <= 1) return false;
    throw Error(Fault::usage, "A has the {}s {} and B has {}: choose one of each, for instance with --when-a '.case.{} == \"{}\"'", what, fmt::join(a, ", "), fmt::join(b, ", "), what,
                a.empty() ? "" : *a.begin());
}

/// The smallest share of cases, all changed in one direction, that n cases tell.
double detectable_share(std::int64_t n, double alpha) {
    double low = 0, high = 1;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        const auto needed = cases_needed(middle, 0, alpha, power);
        (needed && *needed <= n ? high : low) = middle;
    }
    return std::min(1.0, std::max(high, static_cast<double>(fewest_changes(alpha)) / static_cast<double>(std::max<std::int64_t>(n, 1))));
}

struct Pair {
    const Outcomes::One *a, *b;
    double difference;
};

void lists_of_cases(Comparison& c, const std::vector<Pair>& pairs) {
    for (const Pair& p : pairs) {
        if (p.a->flaky() || p.b->flaky()) {
            const auto& f = p.b->flaky() ? *p.b : *p.a;
            c.flaky.push_back({f.title, p.b->flaky() ? f.reason : "in A only", f.passed, f.judged});
        }
        if (p.a->rate() > 0.5 && p.b->rate() < 0.5) c.regressed.push_back({p.b->title, p.b->reason, p.b->passed, p.b->judged});
        if (p.a->rate() < 0.5 && p.b->rate() > 0.5) c.fixed.push_back({p.b->title, "", p.b->passed, p.b->judged});
    }
}

void lists_of_changes(Comparison& c, std::vector<Pair> pairs) {
    std::ranges::stable_sort(pairs, {}, &Pair::difference);
    const auto remark = [](const Pair& p) { return Remark{p.b->title, fmt::format("{:.4g} to {:.4g}", p.a->value(), p.b->value()), 0, 1}; };
    for (std::size_t i = 0; i < pairs.size() && i < 10; ++i) {
        const Pair &low = pairs[i], &high = pairs[pairs.size() - 1 - i];
        if (low.difference < 0) (c.higher_is_better ? c.regressed : c.fixed).push_back(remark(low));
        if (high.difference > 0) (c.higher_is_better ? c.fixed : c.regressed).push_back(remark(high));
    }
}

std::string lines(const std::vector<Remark>& all, std::string_view heading) {
    if (all.empty()) return {};
    std::string out = fmt::format("\n{} ({})\n", heading, all.size());
    for (std::size_t i = 0; i < all.size() && i < listed; ++i) {
        std::string reason = all[i].reason.substr(0, 200);
        std::ranges::replace(reason, '\n', ' ');
        out += "  " + all[i].title;
        if (all[i].of > 1) out += fmt::format(" ({} of {})", all[i].passed, all[i].of);
        if (!reason.empty()) out += ": " + reason;
        out += '\n';
    }
    if (all.size() > listed) out += fmt::format("  and {} more\n", all.size() - listed);
    return out;
}

}  // namespace

void Outcomes::add(const Result& r) {
    if (r.outcome == Result::Outcome::error) ++errors_;
    if (r.outcome == Result::Outcome::error || r.outcome == Result::Outcome::unjudged) return;
    One& one = all_[Key{r.case_id, r.prompt, r.model}];
    if (one.title.empty()) one.title = r.description.empty() ? r.case_id : r.description;
    ++one.judged;
    if (r.outcome == Result::Outcome::passed) ++one.passed;
    else if (one.reason.empty())
        for (const ResultCheck& c : r.checks)
            if (!c.pass) {
                one.reason = c.name + (c.reason.empty() ? "" : ": " + c.reason);
                break;
            }
    if (const auto v = value_of(r, metric_)) one.sum += *v, ++one.valued;
}

std::set<std::string> Outcomes::prompts() const {
    std::set<std::string> out;
    for (const auto& [key, one] : all_) out.insert(key.prompt);
    return out;
}
std::set<std::string> Outcomes::models() const {
    std::set<std::string> out;
    for (const auto& [key, one] : all_) out.insert(key.model);
    return out;
}

Comparison compare_runs(const Outcomes& a, const Outcomes& b, const CompareOptions& o) {
    Comparison c;
    c.metric = o.metric;
    c.alpha = o.alpha;
    c.higher_is_better = !lower_is_better(o.metric);
    c.errors_a = a.errors();
    c.errors_b = b.errors();
    const Pairing pairing{part_of_key(a.prompts(), b.prompts(), "prompt"), part_of_key(a.models(), b.models(), "model")};
    std::map<Outcomes::Key, const Outcomes::One*> others;
    for (const auto& [key, one] : b.all())
        if (one.valued > 0) others[pairing.of(key)] = &one;
    std::vector<Pair> pairs;
    std::vector<double> differences;
    double sum_a = 0, sum_b = 0;
    bool repeated = false;
    for (const auto& [key, one] : a.all()) {
        if (one.valued == 0) continue;
        const auto it = others.find(pairing.of(key));
        if (it == others.end()) {
            ++c.only_a;
            continue;
        }
        const Outcomes::One& other = *it->second;
        others.erase(it);
        const double d = other.value() - one.value();
        pairs.push_back({&one, &other, d});
        differences.push_back(d);
        sum_a += one.value();
        sum_b += other.value();
        repeated |= one.judged > 1 || other.judged > 1;
        if (std::abs(d) > 1e-12) ++((d > 0) == c.higher_is_better ? c.better : c.worse);
    }
    c.only_b = static_cast<std::int64_t>(others.size());
    c.pairs = static_cast<std::int64_t>(pairs.size());
    if (pairs.empty())
        throw Error(Fault::usage, "no case of A stands in B with a value of '{}': are they runs of the same suite? A has {} cases, B has {}", o.metric, a.all().size(), b.all().size());
    const auto n = static_cast<double>(c.pairs);
    c.a = sum_a / n;
    c.b = sum_b / n;
    c.difference = paired_bootstrap(differences, 1 - o.alpha);
    const bool pass = o.metric == "pass";
    if (pass) {
        c.a_interval = wilson_share(c.a, c.pairs);
        c.b_interval = wilson_share(c.b, c.pairs);
        c.test = repeated ? "sign test over cases" : "McNemar's exact test";
        c.p = sign_test(c.worse, c.better);
        c.effect = cohen_h(c.b, c.a);
        c.detectable = detectable_share(c.pairs, o.alpha);
        lists_of_cases(c, pairs);
    } else {
        c.test = "paired permutation test";
        c.p = c.difference.p;
        c.effect = cohen_dz(differences);
        lists_of_changes(c, pairs);
    }
    const double gain = c.higher_is_better ? c.difference.mean : -c.difference.mean;
    if (c.p < o.alpha && gain != 0) c.verdict = gain < 0 ? Comparison::Verdict::regressed : Comparison::Verdict::improved;
    else if (pass) c.needed = cases_needed(static_cast<double>(c.worse) / n, static_cast<double>(c.better) / n, o.alpha, power);
    else c.needed = pairs_needed(c.difference.mean, deviation(differences), o.alpha, power);
    return c;
}

std::string comparison_text(const Comparison& c) {
    const bool pass = c.metric == "pass";
    const auto shown = [&](double v) { return pass ? fmt::format("{:.1f}%", v * 100) : fmt::format("{:.4g}", v); };
    const auto change = [&](double v) { return pass ? fmt::format("{:+.1f}", v * 100) : fmt::format("{:+.4g}", v); };
    std::string out = fmt::format("{} cases in both runs", c.pairs);
    if (c.only_a > 0) out += fmt::format(", {} in A only", c.only_a);
    if (c.only_b > 0) out += fmt::format(", {} in B only", c.only_b);
    if (c.errors_a + c.errors_b > 0) out += fmt::format("; without an answer {} in A, {} in B", c.errors_a, c.errors_b);
    out += fmt::format("\n\n{:<10} A {}", c.metric, shown(c.a));
    if (pass) out += fmt::format(" ({:.1f} to {:.1f}%)", c.a_interval.low * 100, c.a_interval.high * 100);
    out += fmt::format("   B {}", shown(c.b));
    if (pass) out += fmt::format(" ({:.1f} to {:.1f}%)", c.b_interval.low * 100, c.b_interval.high * 100);
    out += fmt::format("\ndifference {}{} ({:.3g}% interval {} to {}, paired bootstrap)\n", change(c.difference.mean), pass ? " points" : "", (1 - c.alpha) * 100, change(c.difference.low),
                       change(c.difference.high));
    out += fmt::format("changed    {} worse, {} better; {}: p = {:.3g}; effect size {} = {:+.2f}\n\n", c.worse, c.better, c.test, c.p, pass ? "h" : "d", c.effect);
    using enum Comparison::Verdict;
    if (c.verdict == regressed) out += fmt::format("B is worse: chance alone would do this less often than {:.3g} in 100 times\n", c.alpha * 100);
    if (c.verdict == improved) out += fmt::format("B is better: chance alone would do this less often than {:.3g} in 100 times\n", c.alpha * 100);
    if (c.verdict == undecided) {
        if (c.worse + c.better == 0) out += "nothing changed";
        else if (!c.needed) out += "no difference either way";
        else if (*c.needed > c.pairs) out += fmt::format("too few cases to tell: a change like this one would take about {} cases (there are {})", *c.needed, c.pairs);
        else out += "no significant difference";
        if (pass && c.pairs < fewest_changes(c.alpha)) out += fmt::format("; {} cases tell nothing whatever happens, {} at least are needed", c.pairs, fewest_changes(c.alpha));
        else if (pass) out += fmt::format("; {} cases tell changes of {:.1f} points or more", c.pairs, c.detectable * 100);
        out += '\n';
    }
    out += lines(c.regressed, pass ? "regressed" : "became worse");
    out += lines(c.fixed, pass ? "fixed" : "became better");
    out += lines(c.flaky, "flaky");
    return out;
}

Json to_json(const Comparison& c) {
    const auto names = [](const std::vector<Remark>& all) {
        Json list = Json::array();
        for (const Remark& r : all) {
            Json one{{"case", r.title}};
            if (r.of > 1) one["passed"] = r.passed, one["of"] = r.of;
            if (!r.reason.empty()) one["reason"] = r.reason;
            list.push_back(std::move(one));
        }
        return list;
    };
    static constexpr const char* verdicts[] = {"regressed", "improved", "undecided"};
    Json j{{"metric", c.metric}, {"verdict", verdicts[static_cast<int>(c.verdict)]}, {"pairs", c.pairs}, {"only_a", c.only_a}, {"only_b", c.only_b}, {"a", c.a}, {"b", c.b}};
    if (c.metric == "pass") {
        j["a_95"] = {c.a_interval.low, c.a_interval.high};
        j["b_95"] = {c.b_interval.low, c.b_interval.high};
        j["detectable"] = c.detectable;
    }
    j["difference"] = {{"mean", c.difference.mean}, {"low", c.difference.low}, {"high", c.difference.high}};
    j["worse"] = c.worse;
    j["better"] = c.better;
    j["test"] = c.test;
    j["p"] = c.p;
    j["alpha"] = c.alpha;
    j["effect"] = c.effect;
    if (c.needed) j["needed"] = *c.needed;
    j["regressed"] = names(c.regressed);
    j["fixed"] = names(c.fixed);
    j["flaky"] = names(c.flaky);
    return j;
}

}  // namespace llm
