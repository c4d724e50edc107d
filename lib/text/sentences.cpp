#include "text/sentences.hpp"

#include "base/utf8.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <string>

namespace llm {
namespace {

template <std::size_t N>
constexpr auto sorted(std::array<std::string_view, N> words) {
    std::ranges::sort(words);
    return words;
}

/// Abbreviations after which a sentence always goes on, which end one only before a capital, and
/// which are abbreviations only before a digit ("No. 5", not "No.").
constexpr auto never_last = sorted(std::to_array<std::string_view>(
    {"mr",   "mrs",    "ms",   "dr",   "prof", "st",  "vs",  "e.g",  "i.e",  "cf",   "viz",  "eg",
     "ie",   "messrs", "mme",  "mlle", "gen",  "gov", "sen", "rep",  "rev",  "hon",  "capt", "lt",
     "sgt",  "cmdr",   "col",  "maj",  "z.b",  "d.h", "bzw", "u.a",  "ca",   "dott", "sig",  "sra",
     "srta", "approx", "resp", "incl", "excl", "mt",  "ft",  "p.ex", "p.ej", "bijv", "dhr",  "mevr"}));
constexpr auto sometimes_last = sorted(std::to_array<std::string_view>(
    {"etc", "inc",  "ltd", "co",  "corp", "a.m", "p.m", "u.s", "u.k",  "u.s.a", "jr",   "sr",  "al",
     "usw", "ph.d", "b.c", "a.d", "m.d",  "b.a", "m.a", "u.n", "e.u",  "dept",  "est",  "ave", "blvd",
     "rd",  "bros", "ed",  "eds", "min",  "max", "hrs", "hr",  "mins", "sec",   "secs", "enz"}));
constexpr auto before_digit = sorted(std::to_array<std::string_view>(
    {"no",  "nos", "nr",  "p",   "pp",  "fig", "figs", "art",  "vol", "ch",   "sec",
     "eq",  "jan", "feb", "mar", "apr", "jun", "jul",  "aug",  "sep", "sept", "oct",
     "nov", "dec", "núm", "bd",  "abs", "tel", "ext",  "line", "v",   "ver"}));

template <typename List>
bool in_sorted(const List& list, std::string_view word) {
    return std::ranges::binary_search(list, word);
}

constexpr bool ascii_digit(char c) { return c >= '0' && c <= '9'; }

bool lower_case(char32_t c) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_LL;
}
bool upper_case(char32_t c) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_LU;
}
bool letter(char32_t c) {
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool wide_stop(char32_t c) { return c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0xFF61; }
bool stop(char32_t c) {
    return c == '.' || c == '!' || c == '?' || c == 0x2026 || c == 0x203C || c == 0x0964 || c == 0x061F ||
           c == 0x06D4 || c == 0x1362 || wide_stop(c);
}
bool closer(char32_t c) {
    return c == '"' || c == '\'' || c == ')' || c == ']' || c == '}' || c == '*' || c == '_' || c == '`' ||
           c == 0x2019 || c == 0x201D || c == 0x00BB || c == 0x203A || c == 0x300D || c == 0x300F ||
           c == 0xFF09;
}
bool space(char32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x3000 || c == 0x2009;
}
bool cjk(char32_t c) { return c >= 0x3040 && c <= 0x9FFF; }

constexpr std::size_t hard_wrapped = 60;  ///< code points; a shorter line was ended on purpose
constexpr std::size_t longest_abbreviation = 12;

class SentenceSplitter {
public:
    explicit SentenceSplitter(std::string_view text) : text_(text) {}

    std::vector<Span> run() {
        while (at_ < text_.size()) {
            const CodePoint c = decode_utf8(text_, at_);
            if (c.value == '\n') {
                if (line_end_closes()) close(at_);
                line_begin_ = ++at_;
            } else if (stop(c.value)) {
                stops();
            } else {
                at_ += c.size;
            }
        }
        close(text_.size());
        return std::move(sentences_);
    }

private:
    char32_t at(std::size_t i) const { return i < text_.size() ? decode_utf8(text_, i).value : U'\n'; }

    void close(std::size_t end) {
        std::size_t begin = begin_;
        begin_ = end;
        while (begin < end && space(at(begin))) begin += decode_utf8(text_, begin).size;
        while (end > begin) {
            const std::size_t last = utf8_border(text_, end - 1);
            if (!space(at(last))) break;
            end = last;
        }
        if (begin < end) sentences_.push_back({begin, end});
    }

    void stops() {
        const std::size_t first = at_;
        bool wide = false;
        std::size_t count = 0;
        for (; at_ < text_.size() && stop(at(at_)); ++count) {
            wide = wide || wide_stop(at(at_));
            at_ += decode_utf8(text_, at_).size;
        }
        const std::size_t after_stops = at_;
        while (at_ < text_.size() && closer(at(at_))) at_ += decode_utf8(text_, at_).size;
        if (!wide && at_ < text_.size() && !space(at(at_))) {
            at_ = after_stops;
            return;
        }
        const bool quoted = at_ > after_stops;
        if (wide || sentence_ends(first, count == 1 && text_[first] == '.', quoted)) close(at_);
    }

    /// Of the first thing after the white space from here on.
    char32_t next_letter() const {
        std::size_t i = at_;
        while (i < text_.size() && space(at(i))) i += decode_utf8(text_, i).size;
        return i < text_.size() ? at(i) : U'\n';
    }

    bool sentence_ends(std::size_t first, bool single_dot, bool quoted) const {
        const char32_t next = next_letter();
        if (next == '\n') return true;
        if (single_dot) {
            const std::string word = word_before(first);
            if (!word.empty() && std::ranges::all_of(word, ascii_digit) && line_begin_of(first, word.size()))
                return false;
            if (in_sorted(never_last, word)) return false;
            if (in_sorted(before_digit, word) && next < 0x80 && ascii_digit(static_cast<char>(next)))
                return false;
            if (in_sorted(sometimes_last, word) && !upper_case(next)) return false;
            if (initial(first, word)) return false;
        }
        if (!lower_case(next)) return true;
        if (quoted) return false;
        if (text_[first] == '!' || text_[first] == '?') return true;
        // A writer who begins sentences in lower case will begin the next one so too.
        return single_dot && lower_case(first_letter());
    }

    bool line_begin_of(std::size_t first, std::size_t digits) const {
        for (std::size_t i = line_begin_; i < first - digits; ++i)
            if (text_[i] != ' ' && text_[i] != '\t') return false;
        return true;
    }

    bool initial(std::size_t first, const std::string& word) const {
        return word.size() == 1 && word != "i" && first > 0 &&
               upper_case(static_cast<unsigned char>(text_[first - 1]));
    }

    char32_t first_letter() const {
        for (std::size_t i = begin_; i < at_; i += decode_utf8(text_, i).size)
            if (letter(at(i))) return at(i);
        return U' ';
    }

    /// The letters, digits and inner dots that stand before byte `end`, ASCII in lower case.
    std::string word_before(std::size_t end) const {
        std::size_t begin = end;
        while (begin > begin_ && end - begin <= longest_abbreviation) {
            const std::size_t i = utf8_border(text_, begin - 1);
            const char32_t c = at(i);
            if (!letter(c) && c != '.' && !(c < 0x80 && ascii_digit(static_cast<char>(c)))) break;
            begin = i;
        }
        std::string word(text_.substr(begin, end - begin));
        for (char& c : word)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        return word;
    }

    static bool begins_block(std::string_view line) {
        if (line.empty()) return true;
        const char c = line.front();
        if (c == '#' || c == '|' || c == '>' || c == '`' || c == '~') return true;
        const bool bullet = c == '-' || c == '*' || c == '+';
        if ((bullet && line.size() > 1 && (line[1] == ' ' || line[1] == c)) || line.starts_with("•"))
            return true;
        std::size_t digits = 0;
        while (digits < line.size() && ascii_digit(line[digits])) ++digits;
        return digits > 0 && digits < 4 && digits + 1 < line.size() &&
               (line[digits] == '.' || line[digits] == ')') && line[digits + 1] == ' ';
    }

    static std::string_view trimmed(std::string_view line) {
        while (!line.empty() && space(static_cast<unsigned char>(line.front()))) line.remove_prefix(1);
        while (!line.empty() && space(static_cast<unsigned char>(line.back()))) line.remove_suffix(1);
        return line;
    }

    bool line_end_closes() const {
        const std::string_view line = trimmed(text_.substr(line_begin_, at_ - line_begin_));
        const std::size_t end = text_.find('\n', at_ + 1);
        const std::string_view next =
            trimmed(text_.substr(at_ + 1, end == std::string_view::npos ? end : end - at_ - 1));
        if (line.empty()) return false;
        if (line.front() == '#' || begins_block(next)) return true;
        const char32_t first = decode_utf8(next, 0).value;
        if (lower_case(first)) return false;
        const std::size_t length = count_code_points(line);
        return length < (cjk(first) ? hard_wrapped / 2 : hard_wrapped);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;       ///< of the sentence
    std::size_t line_begin_ = 0;  ///< of the line
    std::vector<Span> sentences_;
};

}  // namespace

std::vector<Span> split_sentences(std::string_view text) { return SentenceSplitter(text).run(); }

}  // namespace llm
