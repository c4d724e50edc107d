/// is-xml, contains-xml, is-html, contains-html.
#include "evaluators/parameters.hpp"
#include "evaluators/xml.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::string_view required = "{requiredElements: [root.child, …]}, or nothing";
constexpr std::array markup_types{
    EvaluatorType{"is-xml", required, "", "the whole answer is a well-formed XML document (that has these elements)"},
    EvaluatorType{"contains-xml", required, "", "there is a well-formed element in the answer (that has these)"},
    EvaluatorType{"is-html", "", "", "the whole answer is HTML, a page or a piece"},
    EvaluatorType{"contains-html", "", "", "there is HTML in the answer: at least two kinds of sign of it"},
};

std::vector<std::string> required_of(const CheckSpec& spec) {
    std::vector<std::string> out;
    if (spec.value.is_null()) return out;
    CheckSpec list = spec;
    list.value = spec.value.is_object() ? member(spec.value, "requiredElements") : spec.value;
    if (list.value.is_null()) bad_value(spec, required);
    return list_parameter(list);
}

/// The first of the required elements that is missing, or nothing.
std::string missing_in(const XmlShape& shape, const std::vector<std::string>& wanted) {
    const auto found = std::ranges::find_if(wanted, [&](const std::string& w) { return !shape.paths.contains(w); });
    return found == wanted.end() ? std::string{} : *found;
}

Verdict xml_verdict(const CheckSpec& spec, const Case& c, const std::vector<std::string>& wanted) {
    std::string why = "there is no well-formed element in the answer";
    std::vector<XmlShape> shapes;
    if (spec.type == "contains-xml") {
        shapes = xml_elements_in(c.answer);
    } else if (auto shape = xml_document(c.answer, why)) {
        shapes.push_back(*std::move(shape));
    }
    if (shapes.empty()) return decided(spec, false, "no XML: " + why);
    for (const XmlShape& s : shapes)
        if (missing_in(s, wanted).empty()) return decided(spec, true, "the answer has well-formed XML");
    return decided(spec, false, fmt::format("the XML has no element {}", missing_in(shapes.front(), wanted)));
}

}  // namespace

extern const EvaluatorEntry evaluator_markup{
    "markup", "XML and HTML", markup_types, [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
        if (spec.type.ends_with("-xml"))
            return local_evaluator([spec, wanted = required_of(spec)](const Case& c) { return xml_verdict(spec, c, wanted); });
        if (spec.type == "is-html")
            return local_evaluator([spec](const Case& c) {
                std::string why;
                const bool holds = is_html(c.answer, why);
                return decided(spec, holds, holds ? "the answer is HTML" : "no HTML: " + why);
            });
        return local_evaluator([spec](const Case& c) {
            const int signs = html_signs(c.answer);
            return decided(spec, signs >= 2,
                           fmt::format("{} kind{} of sign of HTML; two are wanted", signs, signs == 1 ? "" : "s"));
        });
    }};

}  // namespace llm
