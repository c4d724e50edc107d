#include "eval/tally.hpp"

#include "base/units.hpp"

#include <algorithm>
#include <cmath>

namespace llm {
namespace {

constexpr double first_bucket = 1e-3, growth = 1.01;
constexpr std::size_t most_buckets = 3000;  // up to 9e9
constexpr std::size_t longest_k = 100;

void add_to(Cell& c, const Result& r) {
    using enum Result::Outcome;
    if (r.outcome == passed) ++c.passed;
    if (r.outcome == failed) ++c.failed;
    if (r.outcome == error) ++c.errors;
    if (r.outcome == unjudged) ++c.unjudged;
    if (r.stored) ++c.stored;
    if (r.judged()) c.score += r.score;
    for (const ResultCheck& check : r.checks) {
        MetricSum& m = c.metrics[check.name];
        ++m.cases;
        if (check.pass) ++m.passed;
        m.score += check.score;
    }
    if (r.ms) c.ms.add(*r.ms);
    if (r.cost) c.cost += *r.cost, ++c.priced;
    c.input += r.input.value_or(0);
    c.output += r.output.value_or(0);
}

std::string first_reason(const Result& r) {
    for (const ResultCheck& c : r.checks)
        if (!c.pass) return c.reason.empty() ? c.type : fmt::format("{}: {}", c.name, c.reason);
    return {};
}

double rounded(double v) { return std::round(v * 1e6) / 1e6; }

}  // namespace

void Spread::add(double v) {
    ++count_;
    sum_ += v;
    const double place = v <= first_bucket ? 0 : std::log(v / first_bucket) / std::log(growth) + 1;
    const auto i = std::min(static_cast<std::size_t>(place), most_buckets - 1);
    if (i >= buckets_.size()) buckets_.resize(i + 1);
    ++buckets_[i];
}

double Spread::at(double share) const {
    if (count_ == 0) return 0;
    const double wanted = share * static_cast<double>(count_ - 1);
    double before = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        before += buckets_[i];
        if (before > wanted) return i == 0 ? 0 : first_bucket * std::pow(growth, static_cast<double>(i) - 0.5);
    }
    return 0;
}

Cell& Tally::cell(const Result& r) {
    const std::string key = r.prompt + '\x1f' + r.model;
    const auto [it, fresh] = places_.emplace(key, cells_.size());
    if (fresh) {
        Cell& c = cells_.emplace_back();
        c.prompt = r.prompt;
        c.model = r.model;
    }
    return cells_[it->second];
}

void Tally::add(const Result& r) {
    add_to(total_, r);
    Cell& c = cell(r);
    add_to(c, r);
    if (r.outcome == Result::Outcome::error) {
        FaultSum& f = faults_[r.fault];
        if (++f.count == 1) f.message = r.message;
    }
    if (r.outcome == Result::Outcome::failed && r.of == 1 && failures_.size() < remembered) failures_.push_back({r.title(), first_reason(r), 0, 1});
    if (r.of > 1) repeated(r, static_cast<std::size_t>(&c - cells_.data()));
}

void Tally::repeated(const Result& r, std::size_t place) {
    const std::string group = r.group();
    Open& o = open_[group];
    o.of = r.of;
    o.cell = place;
    if (o.title.empty()) o.title = r.title();
    ++o.came;
    if (r.judged()) ++o.judged;
    if (r.outcome == Result::Outcome::passed) ++o.passed;
    if (r.outcome == Result::Outcome::failed && o.reason.empty()) o.reason = first_reason(r);
    if (o.came < o.of) return;
    close(o);
    open_.erase(group);
}

void Tally::close(const Open& o) {
    if (o.judged == 0) return;
    const bool is_flaky = o.passed > 0 && o.passed < o.judged;
    auto& named = is_flaky ? flaky_ : failures_;
    if (o.passed < o.judged && named.size() < remembered) named.push_back({o.title, o.reason, o.passed, o.judged});
    const auto most = std::min(static_cast<std::size_t>(o.judged), longest_k);
    for (Cell* c : {&total_, &cells_[o.cell]}) {
        ++c->repeated;
        if (is_flaky) ++c->flaky;
        // a case with fewer answers than the others says nothing about larger k: those are divided by how many cases there are at 1
        if (c->at_k.size() < most) c->at_k.resize(most), c->all_k.resize(most);
        for (std::size_t k = 1; k <= c->at_k.size(); ++k) {
            const auto n = static_cast<std::int64_t>(std::min(k, most));
            c->at_k[k - 1] += pass_at_k(o.judged, o.passed, n);
            c->all_k[k - 1] += pass_all_k(o.judged, o.passed, n);
        }
    }
}

void Tally::end() {
    for (const auto& [group, o] : open_) close(o);
    open_.clear();
}

std::optional<double> Tally::figure(std::string_view name) const {
    const Cell& c = total_;
    const auto n = [](std::int64_t v) { return static_cast<double>(v); };
    const bool any = c.judged() > 0;
    if (name == "cases") return n(c.all());
    if (name == "passed") return n(c.passed);
    if (name == "failed") return n(c.failed);
    if (name == "errors") return n(c.errors);
    if (name == "flaky") return n(c.flaky);
    if (name == "error_rate") return c.all() > 0 ? std::optional{n(c.errors) / n(c.all())} : std::nullopt;
    if (name == "pass_rate") return any ? std::optional{c.pass_rate()} : std::nullopt;
    if (name == "pass_rate.low") return any ? std::optional{c.interval().low} : std::nullopt;
    if (name == "pass_rate.high") return any ? std::optional{c.interval().high} : std::nullopt;
    if (name == "score") return any ? std::optional{c.mean_score()} : std::nullopt;
    if (name == "cost") return c.priced > 0 ? std::optional{c.cost} : std::nullopt;
    if (name == "tokens.input") return n(c.input);
    if (name == "tokens.output") return n(c.output);
    if (c.ms.count() > 0) {
        if (name == "ms.mean") return c.ms.sum() / n(c.ms.count());
        if (name == "ms.p50") return c.ms.at(0.5);
        if (name == "ms.p95") return c.ms.at(0.95);
    }
    if (name.starts_with("pass@") || name.starts_with("pass^")) {
        const auto k = parse_number(name.substr(5));
        if (!k || *k < 1 || c.repeated == 0 || *k > static_cast<double>(c.at_k.size())) return {};
        return (name[4] == '@' ? c.at_k : c.all_k)[static_cast<std::size_t>(*k) - 1] / n(c.repeated);
    }
    if (const auto it = c.metrics.find(std::string{name}); it != c.metrics.end()) return it->second.mean();
    for (const std::string_view ending : {".pass_rate", ".score"})
        if (name.ends_with(ending))
            if (const auto it = c.metrics.find(std::string{name.substr(0, name.size() - ending.size())}); it != c.metrics.end())
                return ending == ".score" ? it->second.mean() : it->second.pass_rate();
    return {};
}

std::vector<std::string> Tally::figures() const {
    std::vector<std::string> all;
    for (const char* name : {"pass_rate", "pass_rate.low", "pass_rate.high", "score", "cases", "passed", "failed", "errors", "error_rate", "flaky", "cost",
                             "ms.mean", "ms.p50", "ms.p95", "tokens.input", "tokens.output"})
        if (figure(name)) all.emplace_back(name);
    for (std::size_t k = 1; k <= total_.at_k.size(); ++k) {
        all.push_back(fmt::format("pass@{}", k));
        all.push_back(fmt::format("pass^{}", k));
    }
    for (const auto& [name, sum] : total_.metrics) all.push_back(name), all.push_back(name + ".pass_rate");
    return all;
}

Json to_json(const Cell& c) {
    Json j = Json::object();
    if (!c.prompt.empty()) j["prompt"] = c.prompt;
    if (!c.model.empty()) j["model"] = c.model;
    j["cases"] = c.all();
    j["passed"] = c.passed;
    j["failed"] = c.failed;
    j["errors"] = c.errors;
    if (c.unjudged > 0) j["unjudged"] = c.unjudged;
    if (c.stored > 0) j["from_cache"] = c.stored;
    if (c.judged() > 0) {
        const RateInterval i = c.interval();
        j["pass_rate"] = rounded(c.pass_rate());
        j["pass_rate_95"] = {rounded(i.low), rounded(i.high)};
        j["score"] = rounded(c.mean_score());
    }
    for (const auto& [name, m] : c.metrics) {
        const RateInterval i = wilson(m.passed, m.cases);
        j["metrics"][name] = {{"cases", m.cases}, {"score", rounded(m.mean())}, {"pass_rate", rounded(m.pass_rate())}, {"pass_rate_95", {rounded(i.low), rounded(i.high)}}};
    }
    if (c.repeated > 0) {
        j["flaky"] = c.flaky;
        for (std::size_t k = 1; k <= c.at_k.size(); ++k) {
            j["pass_at_k"].push_back(rounded(c.at_k[k - 1] / static_cast<double>(c.repeated)));
            j["pass_all_k"].push_back(rounded(c.all_k[k - 1] / static_cast<double>(c.repeated)));
        }
    }
    if (c.ms.count() > 0)
        j["ms"] = {{"mean", rounded(c.ms.sum() / static_cast<double>(c.ms.count()))}, {"p50", rounded(c.ms.at(0.5))}, {"p95", rounded(c.ms.at(0.95))}};
    if (c.input + c.output > 0) j["tokens"] = {{"input", c.input}, {"output", c.output}};
    if (c.priced > 0) j["cost"] = rounded(c.cost);
    return j;
}

}  // namespace llm
