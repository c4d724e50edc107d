/// From life to tests: cases out of journalled calls, out of people's corrections, and what people should look at.
#pragma once

#include "base/json.hpp"
#include "eval/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace llm {

/// A case of a journalled call as JournalReader::show gives it: {id: "call-N", messages, options, tools, reference: the answer, metadata}.
/// Attachments are left out, and said so in their place.
Json case_of_call(const Json& shown);

/// A case of a record that a person has corrected: what was asked, `reference` the right answer, and, where the wrong one is known, the demand
/// not to give it again. The right answer is `correction`, `preferred` or `preferred_output` (text, or OpenAI's list of messages); the wrong one
/// the response's text or `non_preferred_output`; what was asked is prompt, messages or input.messages. Throws Error{data} where one is missing.
Json case_of_correction(const Json& record);

/// Lays a correction's answer over a call's case.
Json corrected(Json made, const Json& correction);

/// What a record is picked by; higher first.
struct Reviewable {
    std::string line;
    std::string group;      ///< its case, prompt and model
    double score = 1;       ///< of the whole or of one metric
    double spread = 0;      ///< between its checks' scores
    bool judged = false, passed = false;
};
Reviewable reviewable(const Record&, const Result&, const std::string& metric);

enum class Pick { random, lowest, disagreement };
/// The places of those picked, in the order of the input. Only judged ones; `random` is the same for a seed. Disagreement is that of a case's
/// repetitions (4 p (1 − p) of their pass rate p) or of its checks, whichever is more.
std::vector<std::size_t> pick(const std::vector<Reviewable>&, Pick, std::size_t count, std::uint64_t seed);

}  // namespace llm
