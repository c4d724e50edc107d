/// One question to a judge, and its answer read strictly.
#pragma once

#include "chat/message.hpp"
#include "evaluators/evaluator.hpp"
#include "evaluators/prompt.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// What one judge said.
struct Opinion {
    double value = 0;          ///< on the scale; yes-no: 1 or 0; choice: its score; share, rubric: 0 to 1
    std::string choice;        ///< choice: which
    std::optional<bool> pass;  ///< rubric: the judge's own word
    std::string reason;
    Json items;                ///< share: [{text, holds}], or null
    std::string model;         ///< provider/name
};

/// The JSON Schema of the judge's answer, and the same in words for its instructions.
Json reply_schema(const Scale&);
std::string reply_rules(const Scale&);
/// The answer must be one JSON object of that schema: bare, or alone in one fenced block (a leading `<think>…</think>` is dropped). Nothing where it is not;
/// `why` then says what is wrong with it.
std::optional<Opinion> read_opinion(const Scale&, std::string_view answer, std::string& why);

/// The turns: the instructions with the rules of answering, and `data` as one JSON object.
std::vector<Message> judge_turns(const JudgePrompt&, const std::string& instructions, const Json& data);
/// Asks until the answer can be read, `needs.retries` times again at most. Throws Error{provider} where it never can. Adds to `spent` what it cost.
/// `model` "" is the run's default.
enum class Weighing { none, by_probability };
Task<Opinion> ask_judge(const EvaluatorNeeds& needs, std::string model, std::vector<Message> turns, Scale scale, Verdict& spent, Weighing = Weighing::none);

/// The mean of the scale's whole numbers by the probability they had where the judge wrote its score (`score`): the last such token of its log-probabilities
/// [{token, logprob, top: [{token, logprob}]}]. Nothing where there is no such token.
std::optional<double> expected_score(const Scale&, const Json& logprobs, double score);

/// The models to ask: the assertion's, else the run's judges, else the default ("").
std::vector<std::string> jurors_of(const CheckSpec&, const EvaluatorNeeds&);
/// One value of several: `way` is median, mean, majority (yes-no; a tie is no), min or max. Throws Error{config} for another word.
double jury_value(std::vector<double> values, std::string_view way);

/// The members of the case that the prompt needs and may have. Throws Error{data} that names the one that is missing.
Json judged_data(const JudgePrompt&, const Case&, std::string_view type);

}  // namespace llm
