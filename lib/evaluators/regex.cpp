/// regex: `value` is a pattern, or /pattern/flags; `config: {flags: "i"}` works too.
#include "evaluators/regex_match.hpp"

#include "evaluators/parameters.hpp"

#include <array>

namespace llm {
namespace {

constexpr std::array types{EvaluatorType{"regex", "pattern, or /pattern/flags", "", "the answer matches somewhere (Perl's syntax, JavaScript's and Python's with it)"}};

std::shared_ptr<Regex> compiled(const CheckSpec& spec) {
    std::string pattern = text_parameter(spec, "a regular expression"), flags = text_setting(spec, "flags", "");
    const std::size_t end = pattern.rfind('/');
    if (pattern.size() > 2 && pattern.front() == '/' && end > 0 && pattern.find_first_not_of("gimsuxy", end + 1) == std::string::npos) {
        flags += pattern.substr(end + 1);
        pattern = pattern.substr(1, end - 1);
    }
    return std::make_shared<Regex>(pattern, flags);
}

}  // namespace

extern const EvaluatorEntry evaluator_regex{
    "regex", "patterns", types, [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
        return local_evaluator([spec, regex = compiled(spec)](const Case& c) {
            const bool holds = regex->matches(c.answer);
            return decided(spec, holds, fmt::format("the answer {} {}", holds ? "matches" : "does not match", shown(dump(spec.value))));
        });
    }};

}  // namespace llm
