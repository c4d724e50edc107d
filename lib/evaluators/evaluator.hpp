/// Something that says whether an answer is good: a text metric, a rule, a program, a model.
///
/// To add one: write lib/evaluators/NAME.cpp that defines `extern const EvaluatorEntry evaluator_NAME{…}` for a family of assertion types; the
/// build writes the roster from the file names (files listed in lib/evaluators/HELPERS are no entries), and the contract suite
/// (tests/unit/evaluators/contract.cpp) runs over it.
///
/// Callers use `Assertion` (evaluators/assertion.hpp), which knows `not-`, thresholds, templates in values, transforms and sets.
#pragma once

#include "base/task.hpp"
#include "evaluators/case.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct Answer;         // call/caller.hpp
struct Request;        // chat/request.hpp
struct ResolvedModel;  // chat/model.hpp

/// Opinion of one assertion, or of many combined.
struct Verdict {
    bool pass = false;
    double score = 0;             ///< 0 to 1
    std::string reason;           ///< one or a few lines for people; may be empty where it passes
    std::optional<double> value;  ///< what was measured on its own scale: 4 of 1–5, 17 edits, 320 ms
    Json details;                 ///< parts of the measure (precision, recall, each juror's word), or null
    double cost = 0;              ///< dollars its own calls took, as far as known
    long calls = 0;               ///< calls it made
};

/// An assertion as it is written, `not-` taken off its type.
struct CheckSpec {
    enum class Sense { plain, negated } sense = Sense::plain;
    std::string type;                  ///< "contains", "rouge-n", "groundedness", "assert-set"
    Json value;                        ///< what the type compares with; null where absent
    Json config;                       ///< further knobs of the type, or null
    std::optional<double> threshold;   ///< on the type's own scale; absent = the type's own
    double weight = 1;                 ///< 0: measured and reported, decides nothing
    std::vector<std::string> models;   ///< `provider`: judges, or one embedder; empty = the run's
    std::string prompt;                ///< `rubricPrompt`: a judge's prompt in place of ours (text or `file://PATH`); or empty
    std::string metric;                ///< name under which scores are summed up, or empty
    std::string transform;             ///< jq over the answer (its value where it is JSON, else its text), or empty
    std::string context_transform;     ///< jq over the record that gives the context, or empty
    std::vector<CheckSpec> checks;     ///< of an assert-set

    /// "not-contains"
    std::string full_type() const;
};

/// What evaluators borrow from the run. Whatever is empty is Error{config} for those that need it, and for no others.
struct EvaluatorNeeds {
    /// Asks a model. The place for a cache, a replay, a budget.
    std::function<Task<Answer>(const ResolvedModel&, Request)> ask;
    /// "" is the run's default model.
    std::function<ResolvedModel(std::string_view name)> resolve;
    /// Unit vectors in the texts' order; `embedder` as in call/embedding.hpp.
    std::function<Task<std::vector<std::vector<float>>>(const std::string& embedder, std::vector<std::string> texts)> embed;
    /// One line to a program that is kept running, one line back.
    std::function<Task<std::string>(const std::vector<std::string>& argv, std::string line)> exchange;
    std::vector<std::string> judges;   ///< models that grade; several are a jury; empty = the default model
    std::string embedder = "builtin";  ///< for `similar` where the assertion names none
    std::filesystem::path prompts;     ///< folder looked into before the built-in prompts; may be empty
    std::filesystem::path folder;      ///< what `file://` paths are relative to; empty = the current one
    int retries = 2;                   ///< how often an unreadable judge is asked again
};

/// One compiled assertion. Made once, used for many cases; may be used by several cases in flight at once.
class Evaluator {
public:
    virtual ~Evaluator() = default;
    /// True where `check` may be used: nothing is called, nothing waits.
    virtual bool local() const { return true; }
    /// local. Throws Error{data} where the case lacks what it needs (a reference, log-probabilities).
    virtual Verdict check(const Case&) const;
    /// Not local. The case outlives the task. Throws as Caller::call does, and Error{provider} for a judge that cannot be read.
    virtual Task<Verdict> judge(const Case&) const;
};

struct EvaluatorType {
    std::string_view name;       ///< "rouge-n"
    std::string_view value;      ///< how its value is written, for help: "text", "[text, …]", "{min, max}"; empty where it takes none
    std::string_view threshold;  ///< what its threshold means and its default: "F1 at least, .75"; empty where it has none
    std::string_view about;      ///< one line for people
};

struct EvaluatorEntry {
    std::string_view name;  ///< the family: "contains", "rouge", "graded"
    std::string_view about;
    std::span<const EvaluatorType> types;
    /// `spec.type` is one of `types`. `not-` is the evaluator's business: the sense decides what passes, and the score of a negated assertion is high
    /// where it passes. Throws Error{config} that names what is wrong with value or threshold and how it is written. `needs` outlives it.
    std::unique_ptr<Evaluator> (*make)(const CheckSpec& spec, const EvaluatorNeeds& needs);
};

/// All of lib/evaluators, by file name; written by the build.
std::span<const EvaluatorEntry* const> evaluators();
/// The entry with that type (without `not-`). Throws Error{config}: with the nearest name, or with the remedy for what is not done here (javascript, python, …).
const EvaluatorEntry& evaluator_entry(std::string_view type);

}  // namespace llm
