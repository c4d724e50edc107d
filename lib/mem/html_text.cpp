#include "mem/html_text.hpp"

#include <gumbo.h>

#include <memory>
#include <vector>

namespace llm {
namespace {

enum class Kind { inline_part, block, heading, item, preformatted, line_break, dropped };

Kind kind_of(GumboTag tag) {
    switch (tag) {
        case GUMBO_TAG_H1:
        case GUMBO_TAG_H2:
        case GUMBO_TAG_H3:
        case GUMBO_TAG_H4:
        case GUMBO_TAG_H5:
        case GUMBO_TAG_H6: return Kind::heading;
        case GUMBO_TAG_LI:
        case GUMBO_TAG_DT:
        case GUMBO_TAG_DD: return Kind::item;
        case GUMBO_TAG_PRE: return Kind::preformatted;
        case GUMBO_TAG_BR: return Kind::line_break;
        case GUMBO_TAG_SCRIPT:
        case GUMBO_TAG_STYLE:
        case GUMBO_TAG_TEMPLATE:
        case GUMBO_TAG_NOSCRIPT:
        case GUMBO_TAG_NAV:
        case GUMBO_TAG_SVG:
        case GUMBO_TAG_IFRAME:
        case GUMBO_TAG_HEAD: return Kind::dropped;
        case GUMBO_TAG_P:
        case GUMBO_TAG_DIV:
        case GUMBO_TAG_SECTION:
        case GUMBO_TAG_ARTICLE:
        case GUMBO_TAG_ASIDE:
        case GUMBO_TAG_HEADER:
        case GUMBO_TAG_FOOTER:
        case GUMBO_TAG_MAIN:
        case GUMBO_TAG_UL:
        case GUMBO_TAG_OL:
        case GUMBO_TAG_DL:
        case GUMBO_TAG_TABLE:
        case GUMBO_TAG_TR:
        case GUMBO_TAG_BLOCKQUOTE:
        case GUMBO_TAG_FIGURE:
        case GUMBO_TAG_FIGCAPTION:
        case GUMBO_TAG_ADDRESS:
        case GUMBO_TAG_FORM:
        case GUMBO_TAG_HR:
        case GUMBO_TAG_BODY: return Kind::block;
        default: return Kind::inline_part;
    }
}

class Page {
public:
    explicit Page(std::string_view html)
        : output_(gumbo_parse_with_options(&kGumboDefaultOptions, html.data(), html.size()), [](GumboOutput* o) { gumbo_destroy_output(&kGumboDefaultOptions, o); }) {}

    std::string text() {
        std::string title;
        find_title(output_->root, title);
        walk(output_->root);
        while (!out_.empty() && (out_.back() == '\n' || out_.back() == ' ')) out_.pop_back();
        if (!out_.empty()) out_ += '\n';
        return headed_ || title.empty() ? out_ : "# " + title + "\n\n" + out_;
    }

private:
    void new_line(int lines) {
        while (!out_.empty() && out_.back() == ' ') out_.pop_back();
        if (out_.empty()) return;
        int have = 0;
        while (have < 2 && static_cast<int>(out_.size()) > have && out_[out_.size() - 1 - static_cast<std::size_t>(have)] == '\n') ++have;
        for (; have < lines; ++have) out_ += '\n';
    }

    void words(std::string_view text) {
        for (const char c : text) {
            const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
            if (!blank) out_ += c;
            else if (!out_.empty() && out_.back() != ' ' && out_.back() != '\n') out_ += ' ';
        }
    }

    static bool is_hidden(const GumboElement& e) {
        if (gumbo_get_attribute(&e.attributes, "hidden")) return true;
        const GumboAttribute* aria = gumbo_get_attribute(&e.attributes, "aria-hidden");
        return aria && std::string_view{aria->value} == "true";
    }

    /// Without recursion: a page may be nested as deep as it likes.
    template <typename Enter, typename Leave>
    static void visit(const GumboNode* root, const Enter& enter, const Leave& leave) {
        struct Step {
            const GumboNode* node;
            bool leaving;
        };
        std::vector<Step> stack{{root, false}};
        while (!stack.empty()) {
            const Step step = stack.back();
            stack.pop_back();
            if (step.leaving) {
                leave(step.node);
                continue;
            }
            if (!enter(step.node)) continue;
            stack.push_back({step.node, true});
            if (step.node->type != GUMBO_NODE_ELEMENT) continue;
            const GumboVector& children = step.node->v.element.children;
            for (unsigned i = children.length; i > 0; --i) stack.push_back({static_cast<const GumboNode*>(children.data[i - 1]), false});
        }
    }

    static void find_title(const GumboNode* root, std::string& title) {
        visit(
            root,
            [&title](const GumboNode* n) {
                if (n->type == GUMBO_NODE_ELEMENT && n->v.element.tag == GUMBO_TAG_TITLE && n->v.element.children.length > 0 && title.empty()) {
                    const auto* text = static_cast<const GumboNode*>(n->v.element.children.data[0]);
                    if (text->type == GUMBO_NODE_TEXT) title = text->v.text.text;
                    for (char& c : title)
                        if (c == '\n' || c == '\r' || c == '\t') c = ' ';
                }
                return n->type == GUMBO_NODE_ELEMENT && n->v.element.tag != GUMBO_TAG_BODY;
            },
            [](const GumboNode*) {});
    }

    bool enter(const GumboNode* n) {
        if (n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_WHITESPACE || n->type == GUMBO_NODE_CDATA) {
            if (pre_ > 0) out_ += n->v.text.text;
            else words(n->v.text.text);
            return false;
        }
        if (n->type != GUMBO_NODE_ELEMENT) return false;
        const GumboElement& e = n->v.element;
        const Kind kind = kind_of(e.tag);
        if (kind == Kind::dropped || is_hidden(e)) return false;
        switch (kind) {
            case Kind::heading:
                new_line(2);
                out_.append(static_cast<std::size_t>(e.tag - GUMBO_TAG_H1) + 1, '#');
                out_ += ' ';
                headed_ = true;
                break;
            case Kind::item:
                new_line(1);
                out_ += "- ";
                break;
            case Kind::preformatted:
                new_line(2);
                out_ += "```\n";
                ++pre_;
                break;
            case Kind::line_break: new_line(1); break;
            case Kind::block: new_line(e.tag == GUMBO_TAG_TR ? 1 : 2); break;
            default:
                if (e.tag == GUMBO_TAG_TD || e.tag == GUMBO_TAG_TH) words(" ");
        }
        return true;
    }

    void leave(const GumboNode* n) {
        if (n->type != GUMBO_NODE_ELEMENT) return;
        switch (kind_of(n->v.element.tag)) {
            case Kind::preformatted:
                --pre_;
                new_line(1);
                out_ += "```";
                new_line(2);
                break;
            case Kind::heading: new_line(2); break;
            case Kind::item: new_line(1); break;
            case Kind::block: new_line(n->v.element.tag == GUMBO_TAG_TR ? 1 : 2); break;
            default: break;
        }
    }

    void walk(const GumboNode* root) {
        visit(
            root, [this](const GumboNode* n) { return enter(n); }, [this](const GumboNode* n) { leave(n); });
    }

    std::unique_ptr<GumboOutput, void (*)(GumboOutput*)> output_;
    std::string out_;
    bool headed_ = false;
    int pre_ = 0;
};

}  // namespace

std::string text_of_html(std::string_view html) { return Page{html}.text(); }

}  // namespace llm
