#include "text/definitions.hpp"

#include "base/utf8.hpp"
#include "text/lines.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

/// Block comments and strings that run over lines; within them a blank line separates nothing.
class Continued {
public:
    void read(std::string_view line) {
        for (std::size_t i = 0; i < line.size();) {
            const std::string_view rest = line.substr(i);
            if (!close_.empty()) {
                const std::size_t end = rest.find(close_);
                if (end == std::string_view::npos) return;
                i += end + close_.size();
                close_ = {};
                continue;
            }
            if (rest.starts_with("//") || rest.starts_with('#')) return;
            if (rest.starts_with("/*")) close_ = "*/";
            else if (rest.starts_with("\"\"\"")) close_ = "\"\"\"";
            else if (rest.starts_with("'''")) close_ = "'''";
            if (!close_.empty()) {
                i += close_.size();
            } else if (rest.front() == '"' || rest.front() == '\'') {
                i += quoted(rest);
            } else {
                ++i;
            }
        }
    }
    bool open() const { return !close_.empty(); }

private:
    /// Length of a string within the line; 1 where it does not close (an apostrophe).
    static std::size_t quoted(std::string_view rest) {
        for (std::size_t i = 1; i < rest.size(); ++i) {
            if (rest[i] == '\\') ++i;
            else if (rest[i] == rest.front()) return i + 1;
        }
        return 1;
    }

    std::string_view close_;
};

bool continues(std::string_view line) {
    constexpr auto words = std::to_array<std::string_view>(
        {"else", "elif", "except", "finally", "catch", "end", "fi", "done", "esac", "then", "do",
         "public:", "private:", "protected:", "case ", "default:"});
    if (line.find_first_of("})]") == 0) return true;
    return std::ranges::any_of(words, [line](std::string_view w) {
        if (!line.starts_with(w)) return false;
        if (line.size() == w.size() || w.back() == ':' || w.back() == ' ') return true;
        const char next = line[w.size()];
        return !((next >= 'a' && next <= 'z') || next == '_');
    });
}

bool comment_hash(std::string_view line) {
    return line.starts_with('#') &&
           (line.size() == 1 || std::string_view(" !#[").find(line[1]) != std::string_view::npos);
}

bool names_nothing(std::string_view line) {
    return line.empty() || line.starts_with("//") || line.starts_with("/*") || line.starts_with("*") ||
           comment_hash(line) || line.starts_with('@') || line.starts_with("[[") ||
           line.starts_with("--") || line.starts_with("\"\"\"") || line.starts_with("template");
}

std::string head_of(std::string_view source, const std::vector<Span>& lines, std::size_t first,
                    std::size_t last) {
    constexpr std::size_t longest = 120;
    std::string_view head;
    Continued continued;
    for (std::size_t i = first; i <= last; ++i) {
        const std::string_view line = trim(source, lines[i]).of(source);
        const bool inside = continued.open();
        continued.read(line);
        if (head.empty()) head = line;
        if (!inside && !names_nothing(line)) {
            head = line;
            break;
        }
    }
    while (!head.empty() && (head.back() == '{' || head.back() == ' ' || head.back() == ':'))
        head.remove_suffix(1);
    return std::string(truncate_utf8(head, longest));
}

}  // namespace

std::vector<Definition> definitions(std::string_view source) {
    const std::vector<Span> lines = split_lines(source);
    struct Block {
        std::size_t first, last;
        bool indented;
    };
    std::vector<Block> blocks;
    Continued continued;
    bool after_blank = true;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string_view line = lines[i].of(source);
        const bool inside = continued.open();
        continued.read(line);
        if (is_blank(line)) {
            after_blank = true;
            continue;
        }
        const bool indented = line.front() == ' ' || line.front() == '\t';
        const bool begins = after_blank && !inside && !indented && !continues(line);
        if (begins || blocks.empty()) {
            // What holds nothing indented is joined with its like: imports, constants, declarations.
            blocks.push_back({i, i, false});
        }
        blocks.back().last = i;
        blocks.back().indented = blocks.back().indented || indented;
        after_blank = false;
    }
    std::vector<Definition> found;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        std::size_t last = b;
        while (!blocks[b].indented && last + 1 < blocks.size() && !blocks[last + 1].indented) ++last;
        const Span span{lines[blocks[b].first].begin, lines[blocks[last].last].end};
        found.push_back({trim(source, span), head_of(source, lines, blocks[b].first, blocks[last].last)});
        b = last;
    }
    return found;
}

}  // namespace llm
