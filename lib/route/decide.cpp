#include "route/decide.hpp"

#include "base/error.hpp"
#include "route/router_file.hpp"

#include <algorithm>
#include <cmath>

namespace llm {

struct Decider::Ready {
    const Rule& rule;
    Conditions conditions;
    std::unique_ptr<Examples> examples;
    Embedding* embedding = nullptr;
    std::unique_ptr<Router> router;
    std::optional<ResolvedModel> classifier;
    std::string reason;

    Ready(const Rule& r, const Policy& p) : rule(r), conditions(r, p) {
        reason = r.name + ": " + (conditions.summary().empty() ? r.learned() ? "" : "always" : conditions.summary());
        if (r.learned() && !conditions.summary().empty()) reason += ", ";
    }
};

/// One record on its way through the rules.
struct Decider::Run {
    Subject subject;
    Looks looks;
    RouteDecision decision;
    std::size_t next = 0;   ///< rule to look at
    bool held = false;      ///< its conditions do
    std::vector<std::pair<const Embedding*, Vector>> vectors;
    std::optional<Sorted> sorted;
    std::vector<std::pair<std::string, double>> sums;  ///< weighted mode: by route
    std::vector<std::string> reasons;                  ///< and of each sum
    const Target* second_best = nullptr;               ///< only something passing stands in its way
    std::string second_reason;
    bool short_of_budget = false;

    Run(const Record& record, JqValue* on, Looks l) : subject(record, on), looks(l) {}
    const Vector* vector(const Embedding* e) const {
        for (const auto& [of, v] : vectors)
            if (of == e) return &v;
        return nullptr;
    }
    std::string* why(Look& l) { return looks == Looks::kept ? &l.why : nullptr; }
};

Decider::Decider(const Policy& policy, DeciderNeeds needs) : policy_(policy), needs_(std::move(needs)), targets_(policy, needs_.models, needs_.settings, needs_.environment) {
    for (const auto& [name, line] : policy.mentioned()) {
        if (name.empty()) continue;
        try {
            targets_.find(name);
        } catch (const Error& e) {
            throw Error(Fault::config, "{}:{}: {}", policy.file, line, e.what());
        }
    }
    if (!policy.on.empty()) on_.emplace(policy.on);
    for (const Rule& rule : policy.rules) make_ready(rule);
}

Decider::~Decider() = default;

Embedding& Decider::embedding(const std::string& name) {
    auto& slot = embeddings_[name];
    if (!slot) slot = std::make_unique<Embedding>(name, needs_.loop, needs_.settings, needs_.environment, needs_.caller.for_embedders());
    return *slot;
}

void Decider::make_ready(const Rule& rule) {
    auto ready = std::make_unique<Ready>(rule, policy_);
    try {
        if (rule.examples) {
            ready->embedding = &embedding(rule.examples->embedder);
            ready->examples = std::make_unique<Examples>(*rule.examples, *ready->embedding, needs_.store, needs_.warn);
            calls_ |= !ready->embedding->local();
        }
        if (rule.router) {
            if (!builtin_) builtin_ = std::make_unique<BuiltinEmbedder>();
            ready->router = std::make_unique<Router>(read_router(rule.router->file.string(), *builtin_));
        }
        if (rule.classifier) {
            ready->classifier = needs_.models.resolve(rule.classifier->model);
            calls_ = true;
        }
    } catch (const Error& e) {
        if (e.fault != Fault::config && e.fault != Fault::usage && e.fault != Fault::data) throw;
        throw Error(Fault::config, "{}:{}: {}: {}", policy_.file, rule.line, rule.name, e.what());
    }
    rules_.push_back(std::move(ready));
}

RouteDecision Decider::decide(const Record& record, Looks looks) {
    Run run{record, on_ ? &*on_ : nullptr, looks};
    if (look(run) != Pause::none) throw Error(Fault::internal, "a rule that calls was asked for a decision at once");
    return std::move(run.decision);
}

Task<RouteDecision> Decider::decide_calling(const Record& record, Looks looks) {
    Run run{record, on_ ? &*on_ : nullptr, looks};
    for (Pause pause = look(run); pause != Pause::none; pause = look(run)) {
        Ready& ready = *rules_[run.next];
        std::string text{run.subject.text()};
        if (pause == Pause::embed) {
            std::vector<std::string> texts{std::move(text)};
            std::vector<Vector> vectors = co_await ready.embedding->embed(std::move(texts));
            run.vectors.emplace_back(ready.embedding, std::move(vectors.at(0)));
        } else {
            run.sorted = co_await sort_by_model(needs_.caller, *ready.classifier, *ready.rule.classifier, std::move(text));
        }
    }
    co_return std::move(run.decision);
}

/// Goes on with the rules until the route is known or something must be asked first.
Decider::Pause Decider::look(Run& run) {
    RouteDecision& d = run.decision;
    const bool all = run.looks == Looks::kept;
    for (; run.next < rules_.size(); ++run.next, run.held = false) {
        Ready& ready = *rules_[run.next];
        Look l;
        l.rule = &ready.rule;
        const bool calls = ready.classifier || (ready.embedding && !ready.embedding->local());
        if (d.target && calls) {
            l.why = "an earlier rule has matched";
        } else {
            if (const Pause pause = look_at(run, ready, l); pause != Pause::none) return pause;
            if (l.result == Look::Result::matched && policy_.mode == Policy::Mode::weighted) {
                const double weight = ready.rule.weight * l.score.value_or(1);
                const auto it = std::ranges::find(run.sums, l.route, &std::pair<std::string, double>::first);
                if (it == run.sums.end()) {
                    run.sums.emplace_back(l.route, weight);
                    run.reasons.push_back(ready.rule.name);
                } else {
                    it->second += weight;
                    run.reasons[static_cast<std::size_t>(it - run.sums.begin())] += " + " + ready.rule.name;
                }
            } else if (l.result == Look::Result::matched && !d.target) {
                const std::string reason = ready.rule.learned() ? ready.reason + l.why : ready.reason;
                if (take(run, l.route, reason) && !all) return Pause::none;
            }
        }
        if (all) d.looks.push_back(std::move(l));
    }
    choose(run);
    return Pause::none;
}

Decider::Pause Decider::look_at(Run& run, Ready& ready, Look& l) {
    if (!run.held) {
        const Conditions::BudgetLeft left = [this] { return targets_.budget_left(); };
        if (!ready.conditions.hold(run.subject, left, run.why(l))) {
            l.result = Look::Result::failed;
            return Pause::none;
        }
        run.held = true;
    }
    if (ready.examples && !run.vector(ready.embedding)) {
        if (!ready.embedding->local()) return Pause::embed;
        run.vectors.emplace_back(ready.embedding, ready.embedding->now(run.subject.text()));
    }
    if (ready.classifier && !run.sorted) return Pause::classify;
    l.result = Look::Result::matched;
    l.route = ready.conditions.route(run.subject);
    if (ready.examples) by_examples(run, ready, l);
    if (ready.router) by_router(run, ready, l);
    if (ready.classifier) by_classifier(run, ready, l);
    return Pause::none;
}

void Decider::by_examples(Run& run, Ready& ready, Look& l) {
    const auto like = ready.examples->nearest(*run.vector(ready.embedding));
    if (!like) {
        l.result = Look::Result::abstained;
        l.why = "it is like no example";
        return;
    }
    run.decision.scores.emplace_back(ready.rule.name, like->score);
    l.score = like->score;
    l.route = ready.examples->route(like->label, l.route);
    const double threshold = ready.examples->threshold(like->label);
    const std::string what = like->label.empty() ? "its examples" : fmt::format("'{}'", like->label);
    l.why = fmt::format("like {}, {:.2f}", what, like->score);
    if (like->score >= threshold && !l.route.empty()) return;
    l.result = Look::Result::abstained;
    l.why += l.route.empty() ? ", for which there is no route" : fmt::format(", below {}", threshold);
}

void Decider::by_router(Run& run, Ready& ready, Look& l) {
    const double score = ready.router->score(run.subject.text());
    const RouterRule& r = *ready.rule.router;
    run.decision.scores.emplace_back(ready.rule.name, score);
    l.score = score;
    l.why = fmt::format("score {:.3f}, threshold {}", score, r.threshold);
    if (score >= r.threshold) return;
    if (r.below.empty()) l.result = Look::Result::failed;
    l.route = r.below;
    l.score = 1 - score;
}

void Decider::by_classifier(Run& run, Ready& ready, Look& l) {
    const Sorted sorted = std::move(*run.sorted);
    run.sorted.reset();
    l.why = sorted.why;
    run.decision.tried.push_back({ready.classifier->full_name(), "", "sorted: " + sorted.why, sorted.cost});
    if (!sorted.label) l.result = Look::Result::abstained;
    else l.route = sorted.label->route;
}

/// Takes the route, or one from its lists, unless something stands in the way of all of them.
bool Decider::take(Run& run, std::string_view route, const std::string& reason) {
    const auto attempt = [&](std::string_view name, const std::string& why) {
        Target& target = targets_.find(name);
        const Obstacle obstacle = targets_.obstacle(target, run.subject);
        if (!obstacle) {
            run.decision.target = &target;
            run.decision.reason = why;
            return Obstacle{};
        }
        const auto seen = [&](const Tried& t) { return t.tier == target.entry.name; };
        if (std::ranges::none_of(run.decision.tried, seen)) run.decision.tried.push_back({target.full_name, target.entry.name, obstacle.why, {}});
        run.short_of_budget |= obstacle.kind == Obstacle::Kind::budget;
        if (obstacle.passing() && !run.second_best) {
            run.second_best = &target;
            run.second_reason = fmt::format("{}; although {}", why, obstacle.why);
        }
        return obstacle;
    };
    const Obstacle obstacle = attempt(route, reason);
    if (!obstacle) return true;
    const FallbackLists& lists = *targets_.find(route).lists;
    using Kind = Obstacle::Kind;
    if (obstacle.kind == Kind::cost || obstacle.kind == Kind::budget) return false;
    for (const std::string& name : obstacle.kind == Kind::overflow ? lists.overflow : lists.error)
        if (!attempt(name, fmt::format("{}; {} instead of {}", reason, name, route))) return true;
    return false;
}

/// What is left when all rules were looked at.
void Decider::choose(Run& run) {
    RouteDecision& d = run.decision;
    if (!d.target && !run.sums.empty()) {
        std::vector<std::size_t> order(run.sums.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::ranges::stable_sort(order, [&run](std::size_t a, std::size_t b) { return run.sums[a].second > run.sums[b].second; });
        for (const auto& [route, sum] : run.sums) d.scores.emplace_back(route, sum);
        for (const std::size_t i : order)
            if (take(run, run.sums[i].first, fmt::format("{}, {:.3g}", run.reasons[i], run.sums[i].second))) break;
    }
    const bool passed_over = std::ranges::any_of(d.tried, [](const Tried& t) { return !t.tier.empty(); });
    if (!d.target && !policy_.fallback.empty()) take(run, policy_.fallback, passed_over ? "default, for want of another" : "default");
    if (!d.target && run.second_best) {
        d.target = run.second_best;
        d.reason = run.second_reason;
    }
    if (!d.target) {
        std::string all;
        for (const Tried& t : d.tried)
            if (!t.tier.empty()) all += fmt::format("{}{}: {}", all.empty() ? "" : "; ", t.tier, t.why);
        if (!all.empty()) throw Error(run.short_of_budget ? Fault::budget : Fault::refused, "no route of the policy can take this: {}", all);
        d.reason = "no rule matches, and the policy has no default";
    }
    if (run.looks == Looks::kept && d.target) d.cost = targets_.cost_of(*d.target, run.subject);
}

std::string route_member(const RouteDecision& d) {
    std::string out = "{";
    if (d.target) out += fmt::format("\"model\":{},\"tier\":{},", quote(d.target->full_name), quote(d.target->entry.name));
    out += "\"reason\":" + quote(d.reason);
    if (!d.scores.empty()) {
        Json scores = Json::object();
        for (const auto& [name, score] : d.scores) scores[name] = std::round(score * 1e4) / 1e4;
        out += ",\"scores\":" + dump(scores);
    }
    if (!d.tried.empty()) {
        Json tried = Json::array();
        for (const Tried& t : d.tried) {
            Json one{{"model", t.model}};
            if (!t.tier.empty()) one["tier"] = t.tier;
            one["why"] = t.why;
            if (t.cost) one["cost"] = *t.cost;
            tried.push_back(std::move(one));
        }
        out += ",\"tried\":" + dump(tried);
    }
    return out + "}";
}

}  // namespace llm
