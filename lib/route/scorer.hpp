/// What an answer must pass before a cascade stops at it. Checks compose: all must hold.
#pragma once

#include "ask/schema.hpp"
#include "call/caller.hpp"
#include "chat/model.hpp"
#include "route/learn.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

class JqProgram;

struct AnswerCheck {
    enum class Kind { json, regex, not_regex, jq, no_refusal, no_hedge, agreement, logprob, scorer, verify, judge };
    Kind kind = Kind::json;
    std::string argument;             ///< pattern, program, file, model
    std::optional<double> threshold;  ///< as given
};
/// As `--accept` has it:
///   json | regex:PATTERN | not-regex:PATTERN | jq:PROGRAM | no-refusal | no-hedge | agreement[=T] | logprob[=T] |
///   scorer:FILE[=T] | verify | judge:MODEL[=T]
/// Patterns are jq's (Oniguruma), T lies in 0 to 1. Throws Error{usage} with the nearest kind.
AnswerCheck answer_check_of(std::string_view spec);

/// "I cannot help with that": refused by the model's words or by how the provider ended it.
bool refuses(const Completion&);
/// "I'm not sure", "might be", "it is unclear": the answer itself doubts.
bool hedges(std::string_view answer);

/// An answer that is to be judged. All is borrowed.
struct Judged {
    std::string_view record;         ///< the record's line, for jq
    const Request& request;
    const Answer& answer;
    const ResolvedModel& model;      ///< that gave it
    std::optional<double> agreement;  ///< of the samples, where there were several
};

struct Findings {
    bool holds = true;
    std::string why;              ///< of the check that did not hold
    Json scores = Json::object();  ///< name and number, of the checks that have one
    std::optional<double> cost = 0;  ///< of the models asked; nothing where unknown
};

class AnswerChecks {
public:
    /// Cheap checks come first whatever the order given; the first that fails ends it. A schema in the request, the
    /// answer being empty, cut off or refused by the provider are looked at always. Borrows all but the checks. Throws
    /// Error{usage}, Error{config} or Error{data} for what can be known now: models, scorers, patterns, programs.
    AnswerChecks(std::vector<AnswerCheck>, Caller&, const Models&);
    ~AnswerChecks();

    bool wants_logprobs() const;
    /// A judge that fails counts as a check that does not hold.
    Task<Findings> look(Judged, CallContext);

    /// What is wrong with the answer to begin with, or "".
    std::string flaw(const Request&, const Answer&, Json& value);

private:
    void plain_check(const AnswerCheck&, const Judged&, Findings&);
    Task<void> ask(const AnswerCheck&, const Judged&, CallContext, Findings&);
    JqProgram& program(const AnswerCheck&);
    const Router& router(const std::string& file);
    void try_pattern(const AnswerCheck& regex);
    double threshold_of(const AnswerCheck& scorer);
    SchemaCheck& schema(const Json&);

    std::vector<AnswerCheck> checks_;
    Caller& caller_;
    const Models& models_;
    std::map<std::string, ResolvedModel> judges_;
    std::map<std::string, std::unique_ptr<JqProgram>> programs_;
    std::map<std::string, SchemaCheck> schemas_;
    std::unique_ptr<BuiltinEmbedder> embedder_;
    std::map<std::string, std::unique_ptr<Router>> routers_;
};

/// The last user turn's text: what routers and scorers look at.
std::string question_text(const Request&);

}  // namespace llm
