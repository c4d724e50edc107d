/// As much of XML 1.0 as telling well-formed documents from others takes, and of HTML as telling markup from prose takes.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// A well-formed document or fragment.
struct XmlShape {
    std::set<std::string> paths;  ///< of its elements, dotted from the root: "root.child"
};

/// The shape of a document: one root element, perhaps an XML declaration, comments, processing instructions, a document type without internal
/// subset (which is refused: its entities could mean anything). Nesting deeper than 1,000 is refused. `why` says what is wrong where there is none.
std::optional<XmlShape> xml_document(std::string_view, std::string& why);
/// The shapes of all outermost well-formed elements that stand somewhere in a text.
std::vector<XmlShape> xml_elements_in(std::string_view);

/// How many kinds of sign of HTML a text has: tags that HTML knows, attributes, entities, comments, a document type.
int html_signs(std::string_view);
/// Whether all of a text is HTML: it begins and ends with markup, elements that need an end have it, nothing is outside. `why` says what is wrong.
bool is_html(std::string_view, std::string& why);

}  // namespace llm
