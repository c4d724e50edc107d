/// Asking cheap models first: tier after tier, until an answer passes its checks (FrugalGPT, arXiv 2305.05176; agreement of
/// samples: arXiv 2310.03094).
#pragma once

#include "ask/form.hpp"
#include "call/caller.hpp"
#include "record/filter.hpp"
#include "route/scorer.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace llm {

struct CascadeOptions {
    std::vector<std::string> tiers;     ///< names as Models resolves them, cheapest first
    std::vector<AnswerCheck> accept;    ///< for every tier but the last
    long samples = 1;                   ///< answers drawn of every tier but the last
    std::optional<double> budget;       ///< dollars for one record; the caller knows the run's
    std::optional<double> deadline;     ///< seconds for one record, from its first call
    enum class Unaccepted { keep, fail } unaccepted = Unaccepted::keep;  ///< the best answer there is, where none passed and no tier is left
    enum class Again { no, yes } again = Again::no;
    enum class Stream { no, yes } stream = Stream::no;
    enum class Send { yes, dry_run } send = Send::yes;
    std::function<void(std::string_view)> explain;  ///< gets a line a record; may be empty
    std::function<void(std::string_view)> usage;    ///< gets a line a record; may be empty
};

class Cascade {
public:
    /// All are borrowed. Throws Error{config} or Error{usage} for what can be known now: unknown models, a budget over models
    /// without a price.
    Cascade(Caller&, const Models&, const Form&, CascadeOptions);

    bool wants(const Record&) const;
    /// Gives the record `response` and `route`. The response is the last answer's; its `cost` is the sum over every call made
    /// for the record, judges included, and absent where one of them is unknown; its `ms` is the whole cascade's.
    /// `route`: {model, tier, reason, accepted, scores, tried: [{tier, model, accepted, why, cost, ms, scores, error}]}.
    /// Throws Error where no tier answered; `route.tried` stands in the record then too.
    Task<void> step(Record&, Emitter&);

    /// A budget has kept a tier from being asked.
    bool out_of_budget() const noexcept { return out_of_budget_; }

private:
    struct Tier {
        std::string name;
        ResolvedModel model;
    };
    struct Climb;

    std::vector<const Tier*> tiers_for(const Asking&);
    const Tier& tier_of(const std::string& name);
    Task<Answer> sample(const Tier&, Request, CallSink, CallContext);
    Task<void> draw(const Tier&, Climb&, Emitter&, bool last);
    void conclude(Record&, Climb&);
    void dry_run(Record&, const std::vector<const Tier*>&, const Asking&) const;
    /// Why the tier may not be asked, or "".
    std::string barred(const Tier&, const Climb&, double estimate);

    Caller& caller_;
    const Models& models_;
    const Form& form_;
    CascadeOptions options_;
    AnswerChecks checks_;
    std::vector<std::unique_ptr<Tier>> tiers_;   ///< those of the options
    std::vector<std::unique_ptr<Tier>> others_;  ///< that records named
    bool out_of_budget_ = false;
};

}  // namespace llm
