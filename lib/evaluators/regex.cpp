/// regex: `value` is a pattern, or /pattern/flags; `config: {flags: "i"}` works too.
#include "base/error.hpp"
#include "evaluators/parameters.hpp"
#include "text/pattern.hpp"

#include <array>

namespace llm {
namespace {

constexpr std::array regex_types{EvaluatorType{"regex", "pattern, or /pattern/flags", "",
                                         "the answer matches somewhere (Perl's syntax, JavaScript's and Python's with it)"}};

/// JavaScript's \u00e9 is \x{00e9} in Perl.
std::string in_perl(std::string_view pattern) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const std::string_view rest = pattern.substr(i);
        if (rest.starts_with("\\u") && rest.size() >= 6 &&
            rest.substr(2, 4).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos) {
            out.append("\\x{").append(rest.substr(2, 4)).append("}");
            i += 5;
        } else {
            out += pattern[i];
            if (pattern[i] == '\\' && i + 1 < pattern.size()) out += pattern[++i];
        }
    }
    return out;
}

std::shared_ptr<Pattern> compiled(const CheckSpec& spec) {
    std::string pattern = text_parameter(spec, "a regular expression"), flags = text_setting(spec, "flags", "");
    const std::size_t end = pattern.rfind('/');
    if (pattern.size() > 2 && pattern.front() == '/' && end > 0 &&
        pattern.find_first_not_of("gimsuxy", end + 1) == std::string::npos) {
        flags += pattern.substr(end + 1);
        pattern = pattern.substr(1, end - 1);
    }
    std::erase_if(flags, [](char f) { return f == 'g' || f == 'u' || f == 'y'; });  // they mean nothing to a yes or no
    if (flags.find_first_not_of("imsx") != std::string::npos)
        throw Error(Fault::config, "{}: no flags '{}'; there are i, m, s, u, x", spec.full_type(), flags);
    return std::make_shared<Pattern>((flags.empty() ? "" : "(?" + flags + ")") + in_perl(pattern));
}

}  // namespace

extern const EvaluatorEntry evaluator_regex{
    "regex", "patterns", regex_types, [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
        return local_evaluator([spec, regex = compiled(spec)](const Case& c) {
            const bool holds = regex->found_in(c.answer);
            return decided(spec, holds,
                           fmt::format("the answer {} {}", holds ? "matches" : "does not match", shown(dump(spec.value))));
        });
    }};

}  // namespace llm
