/// jq: a condition in jq's own language. It sees the record with the case's members laid over it: `.answer`, `.query`,
/// `.reference`, `.context`, `.json`,
/// `.tool_calls`, `.cost`, `.ms`, and everything of the record. true and false decide; a number is a score from 0 to 1; an object
/// {pass, score, reason} says it all.
#include "evaluators/outcome.hpp"
#include "evaluators/parameters.hpp"
#include "base/error.hpp"
#include "record/predicate.hpp"

#include <array>

namespace llm {
namespace {

constexpr std::array jq_types{
    EvaluatorType{"jq", "jq program", "at least, where the program gives a number; .5", "what a jq program says of the record"}};

Json seen_by_jq(const Case& c) {
    Json seen = c.vars.is_object() ? c.vars : Json::object();
    const Json own = to_json(c);
    for (const auto& [key, value] : own.items())
        if (key != "vars") seen[key] = value;
    return seen;
}

}  // namespace

extern const EvaluatorEntry evaluator_jq{
    "jq", "conditions of your own", jq_types, [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
        const std::string program = text_parameter(spec, "a jq program, as '.answer | length < 200'");
        std::shared_ptr<JqProgram> compiled;
        try {
            compiled = std::make_shared<JqProgram>(program);
        } catch (const Error& e) {
            throw Error(Fault::config, "{}: {}", spec.full_type(), e.what());
        }
        return local_evaluator([spec, compiled, program](const Case& c) {
            const auto out = compiled->first(dump(seen_by_jq(c)));
            const Json said = out ? Json::parse(*out) : Json(false);
            if (said.is_boolean() || said.is_null()) {
                const bool holds = said == true;
                return decided(spec, holds, fmt::format("{} is {}", shown(program), holds ? "true" : "false"));
            }
            return outcome_of(spec, said, shown(program));
        });
    }};

}  // namespace llm
