#include "evaluators/overlap.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "text/normalise.hpp"
#include "text/words.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <utility>

namespace llm {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What Python's str.split() splits at.
bool is_space(char32_t c) {
    return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

Tokens split(std::string_view text) {
    Tokens out;
    std::string word;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint p = decode_utf8(text, at);
        if (p.valid && is_space(p.value)) {
            if (!word.empty()) out.push_back(std::exchange(word, {}));
        } else {
            word.append(text.substr(at, p.size));
        }
        at += p.size;
    }
    if (!word.empty()) out.push_back(std::move(word));
    return out;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

bool is_13a_mark(char c) {
    return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') ||
           (c >= ':' && c <= '@') || c == '/';
}

/// The four substitutions of mteval-v13a.pl for western languages, one after the other, on a text with a space at each end.
std::string western(std::string_view text) {
    std::string marks = " ";
    for (const char c : text) {
        if (is_13a_mark(c))
            marks.append({' ', c, ' '});
        else
            marks += c;
    }
    marks += ' ';
    std::string before;  // a full stop or comma unless a digit is before it
    for (std::size_t i = 0; i < marks.size(); ++i) {
        before += marks[i];
        if (!is_digit(marks[i]) && i + 1 < marks.size() && (marks[i + 1] == '.' || marks[i + 1] == ','))
            before.append({' ', marks[++i], ' '});
    }
    std::string after;  // … unless a digit is behind it
    for (std::size_t i = 0; i < before.size(); ++i) {
        const bool stop = before[i] == '.' || before[i] == ',';
        if (stop && i + 1 < before.size() && !is_digit(before[i + 1])) {
            after.append({' ', before[i], ' ', before[i + 1]});
            ++i;
        } else {
            after += before[i];
        }
    }
    std::string dashes;  // a dash behind a digit
    for (std::size_t i = 0; i < after.size(); ++i) {
        dashes += after[i];
        if (is_digit(after[i]) && i + 1 < after.size() && after[i + 1] == '-') dashes.append({' ', after[++i], ' '});
    }
    return dashes;
}

Tokens cut_13a(std::string_view given) {
    std::string text{given};
    replace_all(text, "<skipped>", "");
    replace_all(text, "-\n", "");
    replace_all(text, "\n", " ");
    replace_all(text, "&quot;", "\"");
    replace_all(text, "&amp;", "&");
    replace_all(text, "&lt;", "<");
    replace_all(text, "&gt;", ">");
    return split(western(text));
}

Tokens cut_nist(std::string_view given) {
    std::string text{given};
    replace_all(text, "<skipped>", "");
    replace_all(text, "&gt;", ">");
    replace_all(text, "&lt;", "<");
    replace_all(text, "&amp;", "&");
    replace_all(text, "\xE2\x80\xA8", " ");
    return split(western(text));
}

enum class Class { number, mark, symbol, other };

Class class_of(char32_t c) {
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO: return Class::number;
        case UTF8PROC_CATEGORY_PC:
        case UTF8PROC_CATEGORY_PD:
        case UTF8PROC_CATEGORY_PS:
        case UTF8PROC_CATEGORY_PE:
        case UTF8PROC_CATEGORY_PI:
        case UTF8PROC_CATEGORY_PF:
        case UTF8PROC_CATEGORY_PO: return Class::mark;
        case UTF8PROC_CATEGORY_SM:
        case UTF8PROC_CATEGORY_SC:
        case UTF8PROC_CATEGORY_SK:
        case UTF8PROC_CATEGORY_SO: return Class::symbol;
        default: return Class::other;
    }
}

/// A mark stands apart unless digits are on both sides of it (at an end of the text: unless a digit is beside it); a symbol
/// always.
Tokens cut_international(std::string_view text) {
    struct Piece {
        std::string_view bytes;
        Class kind;
    };
    std::vector<Piece> pieces;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint p = decode_utf8(text, at);
        pieces.push_back({text.substr(at, p.size), class_of(p.value)});
        at += p.size;
    }
    std::string spaced;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const Piece& p = pieces[i];
        bool apart = p.kind == Class::symbol;
        if (p.kind == Class::mark)
            apart =
                (i > 0 && pieces[i - 1].kind != Class::number) || (i + 1 < pieces.size() && pieces[i + 1].kind != Class::number);
        if (apart) spaced += ' ';
        spaced += p.bytes;
        if (apart) spaced += ' ';
    }
    return split(spaced);
}

Tokens cut_characters(std::string_view text) {
    Tokens out;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint p = decode_utf8(text, at);
        if (!(p.valid && is_space(p.value))) out.emplace_back(text.substr(at, p.size));
        at += p.size;
    }
    return out;
}

Tokens cut_rouge(std::string_view text) {
    Tokens out;
    if (!is_ascii(text)) {
        for (const Word& w : split_words(text))
            if (w.kind == WordKind::word || w.kind == WordKind::number) out.push_back(fold(w.span.of(text)));
        return out;
    }
    std::string word;
    for (const char c : text) {
        if (is_digit(c) || (c >= 'a' && c <= 'z'))
            word += c;
        else if (c >= 'A' && c <= 'Z')
            word += static_cast<char>(c - 'A' + 'a');
        else if (!word.empty())
            out.push_back(std::exchange(word, {}));
    }
    if (!word.empty()) out.push_back(std::move(word));
    return out;
}

struct Named {
    std::string_view name;
    Cutting cutting;
};
constexpr std::array names{Named{"nist", Cutting::nist},          Named{"13a", Cutting::mteval13a},
                           Named{"intl", Cutting::international}, Named{"char", Cutting::characters},
                           Named{"none", Cutting::white_space},   Named{"rouge", Cutting::rouge}};

}  // namespace

Cutting cutting_named(std::string_view name) {
    std::vector<std::string_view> all;
    for (const Named& n : names) {
        if (n.name == name) return n.cutting;
        all.push_back(n.name);
    }
    throw Error(Fault::config, "no way to cut texts is named '{}'; there are: {}", name, fmt::join(all, ", "));
}

Tokens cut(std::string_view text, Cutting cutting) {
    switch (cutting) {
        case Cutting::nist: return is_ascii(text) ? cut_nist(text) : cut_international(text);
        case Cutting::mteval13a: return cut_13a(text);
        case Cutting::international: return cut_international(text);
        case Cutting::characters: return cut_characters(text);
        case Cutting::rouge: return cut_rouge(text);
        default: return split(text);
    }
}

std::string lowered(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint p = decode_utf8(text, at);
        if (p.valid)
            append_utf8(out, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(p.value))));
        else
            out.append(text.substr(at, p.size));
        at += p.size;
    }
    return out;
}

Counts ngrams(std::span<const std::string> pieces, std::size_t n) {
    Counts out;
    if (n == 0) return out;
    for (std::size_t i = 0; i + n <= pieces.size(); ++i) {
        std::string key = pieces[i];
        for (std::size_t k = 1; k < n; ++k) key.append(1, '\x1F').append(pieces[i + k]);
        ++out[std::move(key)];
    }
    return out;
}

long total(const Counts& counts) {
    long sum = 0;
    for (const auto& [key, n] : counts) sum += n;
    return sum;
}

long overlap(const Counts& a, const Counts& b) {
    if (a.size() > b.size()) return overlap(b, a);
    long sum = 0;
    for (const auto& [key, n] : a)
        if (const auto found = b.find(key); found != b.end()) sum += std::min(n, found->second);
    return sum;
}

}  // namespace llm
