/// Assertions as suites and records write them: read, compiled once, applied to many cases.
#pragma once

#include "evaluators/evaluator.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// One assertion of promptfoo's shape {type, value, threshold, weight, provider, rubricPrompt, metric, transform, contextTransform, config, assert}, or in short:
/// "contains: text", "not-icontains-any: a, b", "similar(0.8): text", "is-json"; text of no known type is `equals`, unless it begins as a misspelt one. Throws Error{config} that names what
/// is wrong and what to write.
CheckSpec check_of(const Json& written);
/// `expect` or `assert`: one of the above, or a list of them.
std::vector<CheckSpec> checks_of(const Json& written);
/// As it would be written, in promptfoo's shape.
Json to_json(const CheckSpec&);

/// A compiled assertion.
class Assertion {
public:
    /// Throws Error{config}. `needs` is borrowed.
    Assertion(CheckSpec, const EvaluatorNeeds& needs);
    ~Assertion();
    Assertion(Assertion&&) noexcept;
    Assertion& operator=(Assertion&&) noexcept;

    const CheckSpec& spec() const noexcept;
    /// True where `check` may be used for every case.
    bool local() const;
    /// Local ones only. Throws Error{data} or Error{config} (a template that fills in something wrong).
    Verdict check(const Case&) const;
    /// Either kind. The case and the assertion outlive the task.
    Task<Verdict> verdict(const Case&) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A list of assertions with the threshold of their test or set.
class Assertions {
public:
    /// Throws Error{config}. `needs` is borrowed.
    Assertions(std::vector<CheckSpec>, std::optional<double> threshold, const EvaluatorNeeds& needs);

    struct Checked {
        Verdict whole;                        ///< as `combined` says
        std::vector<Verdict> parts;           ///< in the order of the assertions
    };
    bool local() const;
    Checked check(const Case&) const;
    /// One after the other, so that a run's `--jobs` bounds the calls in flight.
    Task<Checked> verdict(const Case&) const;
    const std::vector<Assertion>& list() const noexcept { return list_; }
    /// {pass, score, checks: [{type, pass, score, reason, …}]}: the record's `eval` member.
    Json member(const Checked&) const;

private:
    std::vector<Assertion> list_;
    std::optional<double> threshold_;
};

/// The mean of the scores by weight. Without a threshold all that weigh must pass; with one the mean must reach it. Weight 0 always passes and counts
/// nothing; nothing that weighs is a pass with score 1. The reason is that of the first failure.
Verdict combined(std::span<const Verdict> parts, std::span<const CheckSpec* const> specs, std::optional<double> threshold);

}  // namespace llm
