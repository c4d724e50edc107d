/// The routes of a policy with their models found, and what stands in the way of one just now.
#pragma once

#include "base/environment.hpp"
#include "base/settings.hpp"
#include "chat/model.hpp"
#include "pace/health.hpp"
#include "pace/store.hpp"
#include "route/policy.hpp"
#include "route/subject.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

/// A route that can be chosen.
struct Target {
    RouteEntry entry;        ///< name and model alone where the policy has no table for it
    ResolvedModel model;
    std::string full_name;   ///< provider/name
    std::string health, pause;    ///< as pace/health knows its endpoint, and the model there
    const FallbackLists* lists = nullptr;
    std::optional<double> p95;    ///< milliseconds, as last read from the journal
    std::int64_t p95_read = 0;    ///< microseconds since 1970
};

struct Obstacle {
    enum class Kind { none, overflow, ability, cost, budget, latency, health };
    Kind kind = Kind::none;
    std::string why;

    explicit operator bool() const noexcept { return kind != Kind::none; }
    /// Slow or resting: the route may be used where nothing better is there.
    bool passing() const noexcept { return kind == Kind::latency || kind == Kind::health; }
};

class Targets {
public:
    /// All are borrowed. Nothing is opened before it is asked for.
    Targets(const Policy&, const Models&, const Settings&, const Environment&);

    /// By a name that stands in the policy. Throws Error{config} where no model bears it, with the nearest name.
    Target& find(std::string_view name);
    /// The route a record was given by that name or model; null where it was none of this policy's.
    Target* of_record(std::string_view tier, std::string_view model);

    Obstacle obstacle(Target&, Subject&);
    /// Dollars, estimated: the input, and max_tokens of the record or what the policy expects as output.
    std::optional<double> cost_of(const Target&, Subject&) const;
    /// Share of the day's budget that is left, 0 to 1; nothing where there is none.
    std::optional<double> budget_left();

private:
    Obstacle too_long(const Target&, Subject&) const;
    Obstacle unable(const Target&, Subject&) const;
    Obstacle too_dear(const Target&, Subject&) const;
    Obstacle too_slow(Target&);
    Obstacle resting(const Target&);

    const Policy& policy_;
    const Models& models_;
    const Settings& settings_;
    const Environment& environment_;
    PaceStore pace_;
    Health health_;
    std::map<std::string, std::unique_ptr<Target>, std::less<>> found_;
    std::optional<double> budget_left_;
    std::int64_t budget_read_ = 0;
};

}  // namespace llm
