/// What a record tries next, when the model it was given failed it.
#pragma once

#include "record/record.hpp"
#include "route/targets.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace llm {

enum class Trouble {
    none,
    error,     ///< no answer: unreachable, timeout, rate limit, a broken or rejected call
    overflow,  ///< the request is too long for the model
    refusal,   ///< the provider's content policy, or, where the policy counts them, the model's own words
    hopeless,  ///< another model would not help: the record itself is wrong, or the budget is spent
};
std::string_view name(Trouble) noexcept;

/// What ails the record, by its `error` or its `response`; `none` where it has a good answer, or neither.
Trouble trouble_of(const Record&, const Policy&);

class NextModel {
public:
    /// All are borrowed. `most`: fallbacks a record may have.
    NextModel(const Policy& policy, Targets& targets, long most) : policy_(policy), targets_(targets), most_(most) {}

    /// Puts the next model of the right list into the record: `error` and a refused `response` go, `route.tried` tells what happened.
    /// False where there is nothing to put right, or nothing left to try. What was tried before is not tried again.
    bool put_into(Record&);

    /// Names of routes or models, for people: "standard after rate_limit". Of the last success.
    const std::string& said() const noexcept { return said_; }

private:
    const Policy& policy_;
    Targets& targets_;
    long most_;
    std::string said_;
};

}  // namespace llm
