/// The decision: which route a record takes, by a policy, and why.
#pragma once

#include "call/caller.hpp"
#include "embedders/builtin.hpp"
#include "route/classify.hpp"
#include "route/examples.hpp"
#include "route/learn.hpp"
#include "route/policy.hpp"
#include "route/rule.hpp"
#include "route/targets.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

/// A rule as it was looked at, for people.
struct Look {
    enum class Result { matched, failed, abstained, not_reached };
    const Rule* rule = nullptr;
    Result result = Result::not_reached;
    std::string why;
    std::string route;  ///< where it matched
    std::optional<double> score;
};

/// A route that was passed over, or a model that was asked on the way.
struct Tried {
    std::string model, tier, why;
    std::optional<double> cost;
};

struct RouteDecision {
    const Target* target = nullptr;
    std::string reason;
    std::vector<std::pair<std::string, double>> scores;  ///< by rule: likeness, the router's score, in weighted mode the routes' sums too
    std::vector<Tried> tried;
    std::vector<Look> looks;     ///< where asked for
    std::optional<double> cost;  ///< where asked for: dollars, estimated
};
/// The record's `route`, as JSON text.
std::string route_member(const RouteDecision&);

struct DeciderNeeds {
    const Models& models;
    const Settings& settings;
    const Environment& environment;
    Loop& loop;
    Caller& caller;                                ///< for classifiers
    std::filesystem::path store;                   ///< for examples
    std::function<void(std::string_view)> warn{};  ///< may be empty
};

class Decider {
public:
    enum class Looks { kept_not, kept };

    /// Compiles the rules, finds the models, opens examples and routers. The policy and all needs are borrowed. Throws Error{config}.
    Decider(const Policy&, DeciderNeeds);
    ~Decider();

    /// Whether a rule asks a model or a remote embedder: then `decide` may not be used.
    bool calls() const noexcept { return calls_; }

    /// Throws Error: data for a record that has nothing to route, or that jq stumbles over; refused or budget where no route can take it.
    RouteDecision decide(const Record&, Looks = Looks::kept_not);
    Task<RouteDecision> decide_calling(const Record&, Looks = Looks::kept_not);

    Targets& targets() noexcept { return targets_; }
    const Policy& policy() const noexcept { return policy_; }

private:
    struct Ready;
    struct Run;
    enum class Pause { none, embed, classify };

    void make_ready(const Rule&);
    Pause look(Run&);
    Pause look_at(Run&, Ready&, Look&);
    void by_examples(Run&, Ready&, Look&);
    void by_router(Run&, Ready&, Look&);
    void by_classifier(Run&, Ready&, Look&);
    void choose(Run&);
    bool take(Run&, std::string_view route, const std::string& reason);
    Embedding& embedding(const std::string& name);

    const Policy& policy_;
    DeciderNeeds needs_;
    Targets targets_;
    std::map<std::string, std::unique_ptr<Embedding>> embeddings_;
    std::unique_ptr<BuiltinEmbedder> builtin_;
    std::vector<std::unique_ptr<Ready>> rules_;
    std::optional<JqValue> on_;
    bool calls_ = false;
};

}  // namespace llm
