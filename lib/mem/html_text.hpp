/// What a reader sees of an HTML page, as Markdown-like text. Parsed as HTML5 asks (https://html.spec.whatwg.org/#parsing) by gumbo, so
/// any bytes are a page.
#pragma once

#include <string>
#include <string_view>

namespace llm {

/// Headings become # lines, list items - lines, paragraphs stand apart, pre is fenced; scripts, styles, templates, navigation and hidden
/// parts are left out. The title is the first heading where the page has none.
std::string text_of_html(std::string_view html);

}  // namespace llm
