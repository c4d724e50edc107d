#include "evaluators/xml.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace llm {
namespace {

// Elements of the HTML standard, sorted.
constexpr auto elements = std::to_array<std::string_view>(
    {"a",      "abbr",       "address",  "area",     "article",  "aside",      "audio",   "b",        "base",     "bdi",
     "bdo",    "blockquote", "body",     "br",       "button",   "canvas",     "caption", "center",   "cite",     "code",
     "col",    "colgroup",   "data",     "datalist", "dd",       "del",        "details", "dfn",      "dialog",   "div",
     "dl",     "dt",         "em",       "embed",    "fieldset", "figcaption", "figure",  "font",     "footer",   "form",
     "h1",     "h2",         "h3",       "h4",       "h5",       "h6",         "head",    "header",   "hgroup",   "hr",
     "html",   "i",          "iframe",   "img",      "input",    "ins",        "kbd",     "label",    "legend",   "li",
     "link",   "main",       "map",      "mark",     "menu",     "meta",       "meter",   "nav",      "noscript", "object",
     "ol",     "optgroup",   "option",   "output",   "p",        "picture",    "pre",     "progress", "q",        "rp",
     "rt",     "ruby",       "s",        "samp",     "script",   "search",     "section", "select",   "slot",     "small",
     "source", "span",       "strong",   "style",    "sub",      "summary",    "sup",     "svg",      "table",    "tbody",
     "td",     "template",   "textarea", "tfoot",    "th",       "thead",      "time",    "title",    "tr",       "track",
     "u",      "ul",         "var",      "video",    "wbr"});
constexpr auto never_closed = std::to_array<std::string_view>(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"});
// Their end tags may be left out (HTML standard, 13.1.2.4).
constexpr auto may_stay_open =
    std::to_array<std::string_view>({"body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt",
                                     "tbody", "td", "tfoot", "th", "thead", "tr"});

struct Tag {
    std::string name;
    enum class Kind { start, end, single, comment, doctype } kind = Kind::start;
    bool attributes = false;
    std::size_t end = 0;  ///< the byte behind it
};

/// The tag that begins at `from` (a '<'), or nothing.
std::optional<Tag> tag_at(std::string_view text, std::size_t from) {
    Tag tag;
    const std::string_view rest = text.substr(from);
    if (rest.starts_with("<!--")) {
        const std::size_t end = text.find("-->", from + 4);
        if (end == std::string_view::npos) return std::nullopt;
        tag.kind = Tag::Kind::comment;
        tag.end = end + 3;
        return tag;
    }
    const bool doctype = lower_ascii(rest.substr(0, 9)) == "<!doctype";
    std::size_t at = from + 1;
    const bool ends = at < text.size() && text[at] == '/';
    if (ends) ++at;
    const std::size_t name = at;
    while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '-')) ++at;
    tag.name = lower_ascii(text.substr(name, at - name));
    if (!doctype && (tag.name.empty() || std::isalpha(static_cast<unsigned char>(tag.name[0])) == 0)) return std::nullopt;
    if (!doctype && at < text.size() && text[at] != '>' && text[at] != '/' &&
        std::isspace(static_cast<unsigned char>(text[at])) == 0)
        return std::nullopt;
    char quote = '\0';
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (quote != '\0') {
            if (c == quote) quote = '\0';
        } else if (c == '=') {
            tag.attributes = true;
        } else if ((c == '"' || c == '\'') && tag.attributes) {
            quote = c;
        } else if (c == '<') {
            return std::nullopt;
        } else if (c == '>') {
            tag.kind = doctype               ? Tag::Kind::doctype
                       : ends                ? Tag::Kind::end
                       : text[at - 1] == '/' ? Tag::Kind::single
                                             : Tag::Kind::start;
            tag.end = at + 1;
            return tag;
        }
    }
    return std::nullopt;
}

bool is_known(const std::string& name) {
    return std::ranges::binary_search(elements, name) || name.find('-') != std::string::npos;
}

bool has_entity(std::string_view text) {
    for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
        const std::string_view near = text.substr(at + 1, 11);
        const std::size_t end = near.find(';');
        if (end == std::string_view::npos) continue;
        const std::string_view e = near.substr(0, end);
        if (e.size() >= 2 &&
            std::ranges::all_of(e, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '#'; }))
            return true;
    }
    return false;
}

}  // namespace

int html_signs(std::string_view text) {
    bool open = false, close = false, single = false, attribute = false, comment = false, doctype = false;
    bool comments = true;  // one that has no end means that none after it has
    for (std::size_t at = text.find('<'); at != std::string_view::npos;) {
        const bool opens_comment = text.substr(at, 4) == "<!--";
        const auto tag = opens_comment && !comments ? std::nullopt : tag_at(text, at);
        comments = comments && (tag || !opens_comment);
        if (tag) {
            comment = comment || tag->kind == Tag::Kind::comment;
            doctype = doctype || tag->kind == Tag::Kind::doctype;
            if (is_known(tag->name)) {
                open = open || tag->kind == Tag::Kind::start;
                close = close || tag->kind == Tag::Kind::end;
                single = single || tag->kind == Tag::Kind::single;
                attribute = attribute || tag->attributes;
            }
        }
        at = text.find('<', tag ? tag->end : at + 1);
    }
    return static_cast<int>(open) + static_cast<int>(close) + static_cast<int>(single) + static_cast<int>(attribute) +
           static_cast<int>(comment) + static_cast<int>(doctype) + static_cast<int>(has_entity(text));
}

bool is_html(std::string_view given, std::string& why) {
    const std::string_view text = trimmed(given);
    const auto refuse = [&why](std::string reason) {
        why = std::move(reason);
        return false;
    };
    if (!text.starts_with('<') || !text.ends_with('>')) return refuse("it does not begin and end with a tag");
    if (lower_ascii(text.substr(0, 5)) == "<?xml") return refuse("it is XML");
    const std::string low = lower_ascii(text);
    std::vector<std::string> open;
    bool any = false;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t next = std::min(text.find('<', at), text.size());
        if (open.empty() && !trimmed(text.substr(at, next - at)).empty())
            return refuse(fmt::format("text outside the markup at byte {}", at + 1));
        if (next == text.size()) break;
        const auto tag = tag_at(text, next);
        if (!tag) {
            if (open.empty() || text.substr(next, 4) == "<!--") return refuse(fmt::format("no tag at byte {}", next + 1));
            at = next + 1;
            continue;
        }
        at = tag->end;
        if (tag->kind == Tag::Kind::comment || tag->kind == Tag::Kind::doctype) continue;
        if (tag->kind == Tag::Kind::end) {
            while (!open.empty() && open.back() != tag->name && among(may_stay_open, open.back())) open.pop_back();
            if (open.empty() || open.back() != tag->name) return refuse(fmt::format("</{}> closes nothing", tag->name));
            open.pop_back();
            continue;
        }
        any = any || is_known(tag->name);
        if (tag->kind == Tag::Kind::single || among(never_closed, tag->name)) continue;
        open.push_back(tag->name);
        if (tag->name == "script" || tag->name == "style" || tag->name == "textarea" || tag->name == "title") {
            at = low.find("</" + tag->name, at);
            if (at == std::string::npos) return refuse(fmt::format("<{}> has no end", tag->name));
        }
    }
    if (!any) return refuse("no element that HTML knows");
    while (!open.empty() && among(may_stay_open, open.back())) open.pop_back();
    return open.empty() || refuse(fmt::format("<{}> has no end", open.back()));
}

}  // namespace llm
