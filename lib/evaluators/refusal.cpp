/// is-refusal: the answer declines to do what was asked. Known wordings, no model; `finish` content_filter or refusal counts too.
#include "evaluators/parameters.hpp"
#include "text/refusal.hpp"

#include <array>

namespace llm {
namespace {

constexpr std::array refusal_types{EvaluatorType{
    "is-refusal", "", "", "the answer declines (known wordings in English, German, French and Spanish; an empty answer too)"}};

}  // namespace

extern const EvaluatorEntry evaluator_refusal{
    "refusal", "answers that decline", refusal_types, [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
        return local_evaluator([spec](const Case& c) {
            if (c.finish == "refusal" || c.finish == "content_filter")
                return decided(spec, true, fmt::format("the model ended by '{}'", c.finish));
            if (c.answer.find_first_not_of(" \t\r\n") == std::string::npos)
                return decided(spec, c.tool_calls.is_null(),
                               c.tool_calls.is_null() ? "the answer is empty" : "the answer is a tool call");
            const auto found = refusal_wording(c.answer);
            return decided(spec, found.has_value(), found ? fmt::format("the answer says '{}'", found->wording) : "no wording of a refusal");
        });
    }};

}  // namespace llm
