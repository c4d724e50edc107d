/// A rule's conditions, ready to be held against records. What is learned (examples, routers, classifiers) stands beside, in decide.hpp.
#pragma once

#include "route/jq_value.hpp"
#include "route/policy.hpp"
#include "route/subject.hpp"
#include "text/pattern.hpp"

#include <functional>
#include <optional>
#include <string>

namespace llm {

class Conditions {
public:
    /// Compiles what the rule holds. Throws Error{config} "FILE:LINE: …". The rule is borrowed.
    Conditions(const Rule& rule, const Policy& policy);

    /// Share of the day's budget that is left; nothing where there is no budget.
    using BudgetLeft = std::function<std::optional<double>()>;

    /// Whether all hold. Where `why` is given it tells people what did not, or what did. Throws Error{data} for what jq raises.
    bool hold(Subject&, const BudgetLeft&, std::string* why = nullptr);

    /// The route this record draws: the rule's one, or that of its split.
    const std::string& route(Subject&);
    /// What shares hold fast to: the key's value, else the record's id, else its text.
    std::string key(Subject&);

    /// "regex, language": what it looks at, for reasons.
    const std::string& summary() const noexcept { return summary_; }

private:
    bool fails(Subject&, const BudgetLeft&, std::string* why);
    bool risk_fails(const Record&, std::string* why) const;
    bool attachments_fail(Subject&, std::string* why) const;

    const Rule* rule_;
    std::optional<JqValue> when_, key_;
    std::optional<Pattern> regex_, not_regex_;
    std::string summary_;
};

}  // namespace llm
