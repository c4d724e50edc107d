/// The step of llm-eval: gives a record its `eval`.
#pragma once

#include "evaluators/assertion.hpp"
#include "record/filter.hpp"
#include "record/predicate.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace llm {

/// What is demanded beside a record's own `expect`.
struct Demands {
    std::vector<CheckSpec> all;                    ///< of every record, before its own
    std::unordered_map<std::string, Json> by_id;   ///< {expect, reference, vars, threshold, transform} by the record's id as text; each where given
};

class Checker {
public:
    /// Borrowed: `needs`.
    Checker(const EvaluatorNeeds& needs, Demands);

    /// False for what has nothing to be held to.
    bool wants(const Record&) const;
    /// Throws Error{data} where there is no answer, Error{config} for an assertion that cannot be used, and what judges throw.
    /// Of a record with `case` (eval/result.hpp), its `threshold` and `transform` count; members of `vars` stand beside the record's own.
    Task<void> step(Record&, Emitter&);

private:
    std::shared_ptr<const Assertions> assertions_for(const Json& expect, std::optional<double> threshold);
    void transform(Case&, const std::string& program);

    const EvaluatorNeeds& needs_;
    Demands demands_;
    std::unordered_map<std::string, std::shared_ptr<const Assertions>> compiled_;
    std::unordered_map<std::string, std::unique_ptr<JqProgram>> programs_;
};

}  // namespace llm
