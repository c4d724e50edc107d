#include "text/markdown.hpp"

#include "text/lines.hpp"

#include <algorithm>

namespace llm {
namespace {

struct Fence {
    char mark;
    std::size_t length;
    bool bare;  ///< nothing after it: only such a fence closes
};

constexpr std::size_t deepest_indent = 3;

Fence fence_of(std::string_view line) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    if (indent > deepest_indent || indent == line.size()) return {0, 0, false};
    const char mark = line[indent];
    if (mark != '`' && mark != '~') return {0, 0, false};
    const std::size_t end = std::min(line.find_first_not_of(mark, indent), line.size());
    const std::string_view info = line.substr(end);
    if (end - indent < 3 || (mark == '`' && info.find('`') != std::string_view::npos)) return {0, 0, false};
    return {mark, end - indent, is_blank(info)};
}

/// Level of an ATX heading, or 0; `title` without the marks.
int atx_level(std::string_view line, std::string_view& title) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t end = std::min(line.find_first_not_of('#', indent), line.size());
    if (indent > deepest_indent || end == indent || end - indent > 6) return 0;
    if (end < line.size() && line[end] != ' ' && line[end] != '\t' && line[end] != '\r') return 0;
    title = trim(line, {end, line.size()}).of(line);
    const std::size_t last = title.find_last_not_of('#');
    if (last == std::string_view::npos) title = {};
    else if (last + 1 < title.size() && title[last] == ' ') title = title.substr(0, last);
    return static_cast<int>(end - indent);
}

int setext_level(std::string_view line) {
    const std::string_view rule = trim(line, {0, line.size()}).of(line);
    if (rule.empty() || line.find_first_not_of(' ') > deepest_indent) return 0;
    if (rule.find_first_not_of('=') == std::string_view::npos) return 1;
    return rule.size() >= 2 && rule.find_first_not_of('-') == std::string_view::npos ? 2 : 0;
}

/// A line that a setext rule can turn into a heading: text of a paragraph.
bool paragraph_text(std::string_view line) {
    if (is_blank(line) || line.starts_with("    ") || line.starts_with('\t')) return false;
    const std::string_view text = trim(line, {0, line.size()}).of(line);
    std::string_view title;
    const bool block = text.front() == '>' || text.front() == '|' || text.starts_with("- ") ||
                       text.starts_with("* ") || text.starts_with("+ ") || setext_level(text) != 0;
    return !block && atx_level(line, title) == 0;
}

class MarkdownReader {
public:
    explicit MarkdownReader(std::string_view text) : text_(text), lines_(split_lines(text)) {}

    std::vector<Section> sections() {
        begin_section(0, 0, {}, 0);
        for (std::size_t i = after_front_matter(); i < lines_.size(); ++i) {
            const std::string_view line = lines_[i].of(text_);
            if (in_fence(line)) continue;
            std::string_view title;
            if (const int level = atx_level(line, title); level != 0) {
                begin_section(lines_[i].begin, lines_[i].end, title, level);
            } else if (i + 1 < lines_.size() && paragraph_text(line)) {
                const bool alone =
                    i == 0 || is_blank(lines_[i - 1].of(text_)) || lines_[i].begin == previous_end_;
                const int under = setext_level(lines_[i + 1].of(text_));
                if (under == 0 || !alone) continue;
                begin_section(lines_[i].begin, lines_[i + 1].end, trim(text_, lines_[i]).of(text_), under);
                ++i;
            }
        }
        found_.back().span.end = found_.back().body.end = text_.size();
        if (found_.front().span.size() == 0) found_.erase(found_.begin());
        return std::move(found_);
    }

    std::vector<Span> fences() {
        std::vector<Span> blocks;
        for (const Span& l : lines_) {
            const bool before = open_.mark != 0;
            if (!in_fence(l.of(text_))) continue;
            if (!before) blocks.push_back(l);
            else blocks.back().end = l.end;
        }
        return blocks;
    }

private:
    /// Whether the line belongs to a fenced block, its fences included.
    bool in_fence(std::string_view line) {
        const Fence f = fence_of(line);
        if (open_.mark == 0) {
            if (f.mark == 0) return false;
            open_ = f;
            return true;
        }
        if (f.mark == open_.mark && f.length >= open_.length && f.bare) open_ = {0, 0, false};
        return true;
    }

    std::size_t after_front_matter() const {
        if (lines_.empty() || trim(text_, lines_[0]).of(text_) != "---") return 0;
        for (std::size_t i = 1; i < lines_.size(); ++i)
            if (trim(text_, lines_[i]).of(text_) == "---") return i + 1;
        return 0;
    }

    void begin_section(std::size_t begin, std::size_t body, std::string_view title, int level) {
        if (!found_.empty()) found_.back().span.end = found_.back().body.end = begin;
        while (!levels_.empty() && levels_.back() >= level) {
            levels_.pop_back();
            path_.pop_back();
        }
        if (level > 0) {
            levels_.push_back(level);
            path_.emplace_back(title);
        }
        found_.push_back({path_, {begin, begin}, {body, body}, level});
        previous_end_ = body + 1;
    }

    std::string_view text_;
    std::vector<Span> lines_;
    Fence open_{0, 0, false};
    std::vector<Section> found_;
    std::vector<std::string> path_;
    std::vector<int> levels_;
    std::size_t previous_end_ = 0;  ///< where the line after the last heading begins
};

}  // namespace

std::vector<Section> sections(std::string_view text) { return MarkdownReader(text).sections(); }

std::vector<Span> fences(std::string_view text) { return MarkdownReader(text).fences(); }

}  // namespace llm
