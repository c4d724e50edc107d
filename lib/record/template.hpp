/// Templates in mustache (mustache(5)) over a record's members.
///
/// Nothing is HTML-escaped. A variable prints text as it is, a number as it stands in the record, objects and lists as JSON, null as
/// nothing. A variable whose member is missing is an error; a section over a missing member is simply left out.
/// Dotted names reach inside ({{customer.name}}). Partials are not supported.
#pragma once

#include "record/record.hpp"

#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace llm {

class Template {
public:
    /// `name` is what errors call it ("--template", a file). Throws Error{usage} where the text is no template.
    Template(std::string text, std::string_view name);
    ~Template();
    Template(Template&&) noexcept;
    Template& operator=(Template&&) noexcept;

    /// Throws Error{data} that names the missing member and the nearest one there is.
    std::string render(const Record&) const;

    /// First parts of all names it mentions.
    const std::set<std::string>& names() const noexcept { return names_; }
    const std::string& text() const noexcept { return text_; }

private:
    struct Parsed;
    std::string text_, name_;
    std::set<std::string> names_;
    std::unique_ptr<Parsed> parsed_;
};

}  // namespace llm
