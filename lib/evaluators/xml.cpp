#include "evaluators/xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace llm {
namespace {

constexpr std::size_t deepest = 1000;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool begins_name(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}
bool in_name(char c) { return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.'; }

/// Reads one document or element from the start of a text.
class Xml {
public:
    explicit Xml(std::string_view text) : text_(text) {}

    std::size_t at() const { return at_; }
    const std::string& why() const { return why_; }
    XmlShape take() { return std::move(shape_); }

    bool document() {
        skip_blanks();
        if (rest().starts_with("<?xml") && !past("?>")) return refuse("the XML declaration has no end");
        bool doctype = false;
        while (true) {
            skip_blanks();
            if (rest().starts_with("<!DOCTYPE")) {
                const std::size_t end = text_.find('>', at_), subset = text_.find('[', at_);
                if (doctype || end == std::string_view::npos) return refuse("a broken document type");
                if (subset < end) return refuse("a document type with an internal subset is not read");
                doctype = true;
                at_ = end + 1;
            } else if (!rest().starts_with("<!--") && !rest().starts_with("<?")) {
                break;
            } else if (!misc()) {
                return false;
            }
        }
        if (!element()) return false;
        while (true) {
            skip_blanks();
            if (at_ == text_.size()) return true;
            if (!rest().starts_with("<!--") && !rest().starts_with("<?"))
                return refuse("something stands after the root element");
            if (!misc()) return false;
        }
    }

    /// One element with all that is in it.
    bool element() {
        if (!start_tag()) return false;
        while (!open_.empty()) {
            const std::size_t next = text_.find('<', at_);
            if (next == std::string_view::npos) return refuse("<" + open_.back() + "> has no end");
            if (!text_is_fine(text_.substr(at_, next - at_))) return false;
            at_ = next;
            const std::string_view r = rest();
            bool fine;
            if (r.starts_with("</"))
                fine = end_tag();
            else if (r.starts_with("<![CDATA["))
                fine = past("]]>") || refuse("CDATA has no end");
            else if (r.starts_with("<!--") || r.starts_with("<?"))
                fine = misc();
            else
                fine = start_tag();
            if (!fine) return false;
        }
        return true;
    }

private:
    std::string_view rest() const { return text_.substr(at_); }
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }
    bool refuse(std::string why) {
        why_ = std::move(why) + fmt::format(" (byte {})", at_ + 1);
        return false;
    }
    bool past(std::string_view end) {
        const std::size_t found = text_.find(end, at_);
        if (found == std::string_view::npos) return false;
        at_ = found + end.size();
        return true;
    }
    /// A comment or a processing instruction.
    bool misc() {
        if (!rest().starts_with("<!--")) return past("?>") || refuse("a processing instruction has no end");
        at_ += 4;
        const std::size_t end = text_.find("--", at_);
        if (end == std::string_view::npos || text_.substr(end, 3) != "-->")
            return refuse("a comment that is not ended by -->, or has -- inside");
        at_ = end + 3;
        return true;
    }
    std::string name() {
        const std::size_t from = at_;
        if (at_ < text_.size() && begins_name(text_[at_]))
            while (at_ < text_.size() && in_name(text_[at_])) ++at_;
        return std::string{text_.substr(from, at_ - from)};
    }
    bool text_is_fine(std::string_view text) {
        if (text.find("]]>") != std::string_view::npos) return refuse("]]> in the text");
        for (std::size_t amp = text.find('&'); amp != std::string_view::npos; amp = text.find('&', amp + 1)) {
            const std::size_t end = text.find(';', amp);
            const std::string_view entity =
                end == std::string_view::npos ? std::string_view{} : text.substr(amp + 1, end - amp - 1);
            if (!is_entity(entity)) return refuse("an & that begins no entity");
        }
        return true;
    }
    static bool is_entity(std::string_view e) {
        if (e == "amp" || e == "lt" || e == "gt" || e == "quot" || e == "apos") return true;
        if (e.size() < 2 || e[0] != '#') return false;
        const bool hex = e[1] == 'x';
        e.remove_prefix(hex ? 2 : 1);
        return !e.empty() && e.size() <= 8 && std::ranges::all_of(e, [hex](char c) {
            return (hex ? std::isxdigit(static_cast<unsigned char>(c)) : std::isdigit(static_cast<unsigned char>(c))) != 0;
        });
    }
    bool attributes() {
        std::set<std::string> seen;
        while (true) {
            const std::size_t before = at_;
            skip_blanks();
            if (at_ == text_.size()) return refuse("a tag has no end");
            if (text_[at_] == '>' || text_[at_] == '/') return true;
            if (before == at_) return refuse("no space before an attribute");
            const std::string attribute = name();
            if (attribute.empty()) return refuse("no name where an attribute should be");
            skip_blanks();
            if (at_ >= text_.size() || text_[at_] != '=') return refuse("the attribute " + attribute + " has no value");
            ++at_;
            skip_blanks();
            const char quote = at_ < text_.size() ? text_[at_] : '\0';
            const std::size_t end = quote == '"' || quote == '\'' ? text_.find(quote, at_ + 1) : std::string_view::npos;
            if (end == std::string_view::npos) return refuse("the value of " + attribute + " is not quoted");
            const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
            if (value.find('<') != std::string_view::npos) return refuse("a < in the value of " + attribute);
            if (!text_is_fine(value)) return false;
            if (!seen.insert(attribute).second) return refuse("the attribute " + attribute + " stands twice");
            at_ = end + 1;
        }
    }
    bool start_tag() {
        if (!rest().starts_with('<')) return refuse("no element");
        ++at_;
        const std::string tag = name();
        if (tag.empty()) return refuse("a < that begins no tag");
        if (open_.size() >= deepest) return refuse("elements nested too deep");
        if (!attributes()) return false;
        const std::string path = path_ + (path_.empty() ? "" : ".") + tag;
        if (shape_.paths.size() < 100'000) shape_.paths.insert(path);
        if (text_[at_] == '/') {
            ++at_;
            if (at_ >= text_.size() || text_[at_] != '>') return refuse("a / inside a tag");
            ++at_;
            return true;
        }
        ++at_;
        open_.push_back(tag);
        path_ = path;
        return true;
    }
    bool end_tag() {
        at_ += 2;
        const std::string tag = name();
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != '>') return refuse("the end tag of " + tag + " has no end");
        if (tag != open_.back()) return refuse("</" + tag + "> where </" + open_.back() + "> should be");
        ++at_;
        open_.pop_back();
        path_.resize(path_.size() - tag.size());
        if (!path_.empty()) path_.pop_back();
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string why_, path_;
    std::vector<std::string> open_;
    XmlShape shape_;
};

}  // namespace

std::optional<XmlShape> xml_document(std::string_view text, std::string& why) {
    Xml xml(text);
    if (xml.document()) return xml.take();
    why = xml.why();
    return std::nullopt;
}

std::vector<XmlShape> xml_elements_in(std::string_view text) {
    std::vector<XmlShape> out;
    const std::size_t most = 64 * 1024 + 16 * text.size();  // what opens and never closes is read to the end each time
    std::size_t looked_at = 0;
    for (std::size_t at = text.find('<'); at != std::string_view::npos && looked_at < most;) {
        Xml xml(text.substr(at));
        const bool read = xml.element();
        looked_at += xml.at() + 1;
        if (read) out.push_back(xml.take());
        at = text.find('<', at + (read ? xml.at() : 1));
    }
    return out;
}

}  // namespace llm
