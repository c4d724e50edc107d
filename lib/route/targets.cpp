#include "route/targets.hpp"

#include "base/error.hpp"
#include "base/paths.hpp"
#include "log/query.hpp"
#include "log/when.hpp"
#include "pace/budget.hpp"

#include <algorithm>
#include <utility>

namespace llm {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t journal_every = 30 * second;
constexpr std::int64_t budget_every = second / 2;
constexpr std::int64_t recent = 24 * 3600 * second;
constexpr long least_calls = 5;  // fewer say nothing of how slow a model is

long wanted_output(const Policy& policy, const Record& record) {
    const auto options = record.raw("options");
    if (!options || options->find("max_tokens") == std::string_view::npos) return policy.expected_output;
    const Json most = member(record.get("options"), "max_tokens");
    return most.is_number_integer() ? most.get<long>() : policy.expected_output;
}

template <typename... A>
Obstacle stands(Obstacle::Kind kind, fmt::format_string<A...> text, A&&... arguments) {
    return {kind, fmt::format(text, std::forward<A>(arguments)...)};
}

}  // namespace

Targets::Targets(const Policy& policy, const Models& models, const Settings& settings, const Environment& environment)
    : policy_(policy), models_(models), settings_(settings), environment_(environment), pace_(pace_path(settings, environment)), health_(pace_) {}

Target& Targets::find(std::string_view name) {
    if (const auto it = found_.find(name); it != found_.end()) return *it->second;
    auto target = std::make_unique<Target>();
    if (const RouteEntry* entry = policy_.route(name)) target->entry = *entry;
    else target->entry.name = target->entry.model = name;
    target->model = models_.resolve(target->entry.model);
    target->full_name = target->model.full_name();
    target->health = health_name(target->model.endpoint.name, target->model.endpoint.base_url);
    target->pause = pause_name(target->model.endpoint.name, target->model.endpoint.base_url, target->model.model);
    const RouteEntry* own = policy_.route(name);
    target->lists = own && !own->lists.empty() ? &own->lists : &policy_.lists;
    return *found_.emplace(name, std::move(target)).first->second;
}

Target* Targets::of_record(std::string_view tier, std::string_view model) {
    const auto names = policy_.mentioned();
    for (const std::string_view wanted : {tier, model}) {
        if (wanted.empty()) continue;
        for (const auto& [name, line] : names)
            if (name == wanted) return &find(name);
        for (const RouteEntry& r : policy_.routes)
            if (r.name == wanted) return &find(r.name);
    }
    for (const RouteEntry& r : policy_.routes)
        if (r.model == model || find(r.name).full_name == model) return &find(r.name);
    return nullptr;
}

std::optional<double> Targets::cost_of(const Target& target, Subject& subject) const {
    Usage usage;
    usage.input = subject.tokens();
    usage.output = wanted_output(policy_, subject.record());
    return cost(target.model.info.price, usage);
}

Obstacle Targets::obstacle(Target& target, Subject& subject) {
    if (Obstacle o = too_long(target, subject)) return o;
    if (Obstacle o = unable(target, subject)) return o;
    if (Obstacle o = too_dear(target, subject)) return o;
    if (target.entry.budget_left) {
        const auto left = budget_left();
        if (left && *left < *target.entry.budget_left)
            return stands(Obstacle::Kind::budget, "{:.0f} % of the day's budget are left, {:.0f} % are kept back from it", *left * 100, *target.entry.budget_left * 100);
    }
    if (Obstacle o = resting(target)) return o;
    return too_slow(target);
}

Obstacle Targets::too_long(const Target& target, Subject& subject) const {
    if (target.entry.max_input && subject.tokens() > *target.entry.max_input)
        return stands(Obstacle::Kind::overflow, "{} tokens, max_input is {}", subject.tokens(), *target.entry.max_input);
    const auto& context = target.model.info.context;
    if (context && subject.tokens() > *context) return stands(Obstacle::Kind::overflow, "{} tokens, its context window holds {}", subject.tokens(), *context);
    return {};
}

Obstacle Targets::unable(const Target& target, Subject& subject) const {
    const ModelInfo& info = target.model.info;
    if (info.vision == false && subject.has_image()) return stands(Obstacle::Kind::ability, "it sees no images");
    if (info.tools == false && subject.record().has("tools")) return stands(Obstacle::Kind::ability, "it calls no tools");
    return {};
}

Obstacle Targets::too_dear(const Target& target, Subject& subject) const {
    if (!target.entry.max_cost) return {};
    const auto dollars = cost_of(target, subject);
    if (!dollars || *dollars <= *target.entry.max_cost) return {};
    return stands(Obstacle::Kind::cost, "about ${:.4g}, max_cost is {}", *dollars, *target.entry.max_cost);
}

Obstacle Targets::too_slow(Target& target) {
    if (!target.entry.max_latency) return {};
    const std::int64_t now = pace_.now();
    if (now - target.p95_read > journal_every) {
        target.p95_read = now;
        target.p95.reset();
        const std::string path = settings_.text("log.path").value_or("");
        JournalReader journal{path.empty() ? data_folder(environment_) / "log.db" : expand_home(path, environment_)};
        CallFilter which;
        which.since = now - recent;
        which.model = target.full_name;
        which.fault = "none";
        for (const CallStats& s : journal.stats(which, StatsBy::all))
            if (s.calls >= least_calls) target.p95 = s.p95_ms;
    }
    if (!target.p95 || *target.p95 <= *target.entry.max_latency) return {};
    return stands(Obstacle::Kind::latency, "95 of 100 calls of the last day took up to {:.1f} s, max_latency is {:.1f} s", *target.p95 / 1000,
                  *target.entry.max_latency / 1000);
}

Obstacle Targets::resting(const Target& target) {
    for (const std::string* name : {&target.health, &target.pause}) {
        const HealthState state = health_.look(*name);
        if (state.circuit == Circuit::closed) continue;
        return stands(Obstacle::Kind::health, "{} rests for {:.1f} s more: {}", name == &target.health ? target.model.endpoint.name : target.full_name, state.seconds, state.why);
    }
    return {};
}

std::optional<double> Targets::budget_left() {
    const std::int64_t now = pace_.now();
    if (budget_read_ != 0 && now - budget_read_ < budget_every) return budget_left_;
    budget_read_ = now;
    budget_left_.reset();
    const auto day = settings_.number("budget.day");
    if (!day || *day <= 0) return budget_left_;
    double spent = 0;
    if (pace_.exists())
        for (const BudgetStatus::Day& d : budget_status(pace_, 1).days) spent = dollars(d.spent + d.held);
    budget_left_ = std::clamp(1 - spent / *day, 0.0, 1.0);
    return budget_left_;
}

}  // namespace llm
