/// equals, starts-with, ends-with, contains and its family. Case is folded as Unicode has it where a type says so; nothing is
/// trimmed.
#include "evaluators/parameters.hpp"
#include "text/normalise.hpp"

#include <array>

namespace llm {
namespace {

enum class Want { one, any, all };
enum class Letters { exact, folded };

std::string folded_if(Letters letters, std::string_view text) {
    return letters == Letters::folded ? fold(text) : std::string{text};
}

std::string quoted_list(const std::vector<std::string>& all) {
    std::string out;
    for (const std::string& s : all) out += (out.empty() ? "" : ", ") + shown(s, 40);
    return out;
}

std::unique_ptr<Evaluator> containing(const CheckSpec& spec, Want want, Letters letters) {
    std::vector<std::string> wanted = want == Want::one ? std::vector{text_parameter(spec)} : list_parameter(spec);
    std::vector<std::string> needles;
    for (const std::string& w : wanted) needles.push_back(folded_if(letters, w));
    return local_evaluator([spec, want, letters, wanted = std::move(wanted), needles = std::move(needles)](const Case& c) {
        const std::string hay = folded_if(letters, c.answer);
        std::vector<std::string> found, missing;
        for (std::size_t i = 0; i < needles.size(); ++i)
            (hay.find(needles[i]) == std::string::npos ? missing : found).push_back(wanted[i]);
        if (want == Want::any)
            return decided(spec, !found.empty(),
                           found.empty() ? "the answer contains none of " + quoted_list(missing)
                                         : "the answer contains " + quoted_list(found));
        return decided(spec, missing.empty(),
                       missing.empty() ? "the answer contains " + quoted_list(found)
                                       : "the answer does not contain " + quoted_list(missing));
    });
}

std::unique_ptr<Evaluator> equal(const CheckSpec& spec) {
    if (spec.value.is_null()) {
        return local_evaluator([spec, references = References(spec)](const Case& c) {
            const std::string wanted = references.of(c).front();
            return decided(spec, c.answer == wanted,
                           c.answer == wanted ? "the answer is equal"
                                              : fmt::format("the answer is {}, not {}", shown(c.answer), shown(wanted)));
        });
    }
    if (spec.value.is_structured()) {
        // Members of objects have no order.
        const auto wanted = nlohmann::json::parse(dump(spec.value));
        return local_evaluator([spec, wanted](const Case& c) {
            const auto found = nlohmann::json::parse(c.json.is_null() ? c.answer : dump(c.json), nullptr, false);
            if (found.is_discarded()) return decided(spec, false, fmt::format("the answer is no JSON: {}", shown(c.answer)));
            return decided(spec, found == wanted,
                           found == wanted ? "the answer is equal"
                                           : fmt::format("the answer is {}, not {}", shown(found.dump()), shown(wanted.dump())));
        });
    }
    return local_evaluator([spec, wanted = text_parameter(spec)](const Case& c) {
        const bool same = c.answer == wanted;
        return decided(spec, same,
                       same ? "the answer is equal" : fmt::format("the answer is {}, not {}", shown(c.answer), shown(wanted)));
    });
}

std::unique_ptr<Evaluator> at_an_end(const CheckSpec& spec, bool start) {
    return local_evaluator([spec, start, wanted = text_parameter(spec)](const Case& c) {
        const bool holds = start ? c.answer.starts_with(wanted) : c.answer.ends_with(wanted);
        return decided(spec, holds,
                       fmt::format("the answer {}{} with {}", holds ? "" : "does not ",
                                   start ? (holds ? "starts" : "start") : (holds ? "ends" : "end"), shown(wanted)));
    });
}

constexpr std::string_view list = "[text, …] or 'text, text'";
constexpr std::array contains_types{
    EvaluatorType{"equals", "text, or any JSON value", "",
                  "the answer is exactly this; JSON is compared as values; without a value, the record's reference"},
    EvaluatorType{"contains", "text", "", "the answer has this text in it"},
    EvaluatorType{"icontains", "text", "", "the same, whatever the case"},
    EvaluatorType{"contains-any", list, "", "at least one of these"},
    EvaluatorType{"icontains-any", list, "", "the same, whatever the case"},
    EvaluatorType{"contains-all", list, "", "every one of these"},
    EvaluatorType{"icontains-all", list, "", "the same, whatever the case"},
    EvaluatorType{"starts-with", "text", "", "the answer begins with this"},
    EvaluatorType{"ends-with", "text", "", "the answer ends with this"},
};

}  // namespace

extern const EvaluatorEntry evaluator_contains{
    "contains", "texts the answer has, or is", contains_types,
    [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
        if (spec.type == "equals") return equal(spec);
        if (spec.type == "starts-with" || spec.type == "ends-with") return at_an_end(spec, spec.type == "starts-with");
        const Want want = spec.type.ends_with("-any") ? Want::any : spec.type.ends_with("-all") ? Want::all : Want::one;
        return containing(spec, want, spec.type.starts_with('i') ? Letters::folded : Letters::exact);
    }};

}  // namespace llm
