#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "text/facts.hpp"
#include "text/measure_units.hpp"
#include "text/normalise.hpp"
#include "text/sorted_lines.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::string_view known_names[] = {
#include "text/names.inc"
};

/// Languages of people and of machines. Those that are common words too count with a capital only.
constexpr auto languages = std::to_array<std::string_view>(
    {"arabic",     "bash",      "basque",     "bengali",   "bulgarian", "burmese",    "cantonese",
     "catalan",    "chinese",   "cobol",      "croatian",  "czech",     "danish",     "dutch",
     "english",    "esperanto", "estonian",   "farsi",     "finnish",   "fortran",    "french",
     "gaelic",     "georgian",  "german",     "greek",     "haskell",   "hebrew",     "hindi",
     "hungarian",  "icelandic", "indonesian", "irish",     "italian",   "japanese",   "java",
     "javascript", "khmer",     "korean",     "kotlin",    "lao",       "latin",      "latvian",
     "lithuanian", "lua",       "malay",      "mandarin",  "marathi",   "matlab",     "mongolian",
     "nepali",     "norwegian", "pascal",     "persian",   "perl",      "php",        "portuguese",
     "powershell", "prolog",    "punjabi",    "python",    "romanian",  "ruby",       "russian",
     "sanskrit",   "scala",     "serbian",    "slovak",    "slovenian", "somali",     "spanish",
     "sql",        "swahili",   "swedish",    "tagalog",   "tamil",     "telugu",     "thai",
     "tibetan",    "turkish",   "typescript", "ukrainian", "urdu",      "vietnamese", "welsh",
     "yiddish",    "zulu"});
constexpr auto capital_languages =
    std::to_array<std::string_view>({"rust", "go", "swift", "polish", "julia", "dart", "elixir", "c", "r"});

/// Titles, months' and companies' abbreviations: they stand beside names and name nothing.
constexpr auto honorifics = std::to_array<std::string_view>(
    {"mr",  "mrs",       "ms",        "miss",   "dr",  "prof",  "sir",  "inc", "corp", "ltd", "llc",
     "co",  "jr",        "sr",        "st",     "gen", "sen",   "rep",  "gov", "lt",   "col", "capt",
     "sgt", "president", "professor", "doctor", "hi",  "hello", "dear", "oh",  "ok",   "yes"});
/// Abbreviations that are common nouns: the other text may do without them, but not have another.
constexpr auto common_acronyms =
    std::to_array<std::string_view>({"atm", "pin", "id", "tv", "pc", "sms", "app", "cd", "dvd", "gps", "diy",
                                     "faq", "asap", "url", "ceo", "card"});

bool upper(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_LU; }
bool lower(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_LL; }
bool begins_capital(std::string_view word) { return upper(decode_utf8(word, 0).value); }

struct Letters {
    std::size_t capitals = 0, small = 0, digits = 0;
    bool inner_capital = false;
};
Letters letters_of(std::string_view word) {
    Letters l;
    for (std::size_t i = 0; i < word.size();) {
        const CodePoint c = decode_utf8(word, i);
        if (upper(c.value)) {
            ++l.capitals;
            l.inner_capital = l.inner_capital || l.small > 0;
        } else if (lower(c.value)) {
            ++l.small;
        } else if (c.value >= '0' && c.value <= '9') {
            ++l.digits;
        }
        i += c.size;
    }
    return l;
}

constexpr std::string_view white = " \t\r\n";

/// A run without white space, outer punctuation off.
std::vector<Span> runs(std::string_view text) {
    std::vector<Span> out;
    for (std::size_t begin = 0; (begin = text.find_first_not_of(white, begin)) != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(white, begin), text.size());
        Span s{begin, end};
        constexpr std::string_view outer = ".,;:!?\"'()[]{}<>*`";
        while (s.begin < s.end && outer.find(text[s.begin]) != std::string_view::npos) ++s.begin;
        while (s.end > s.begin && outer.find(text[s.end - 1]) != std::string_view::npos) --s.end;
        if (s.size() != 0) out.push_back(s);
        begin = end;
    }
    return out;
}

/// "max_tokens", "gpt-4o", "config.yaml", "std::move", "/etc/hosts", "a@b.org", "C++"; no "and/or", no
/// "U.S.".
bool identifier(std::string_view run) {
    if (run.find_first_of("_\\@#") != std::string_view::npos || run.find("::") != std::string_view::npos)
        return true;
    if (run.ends_with("++") || (run.find('/') != std::string_view::npos && std::ranges::count(run, '/') > 1))
        return true;
    const Letters l = letters_of(run);
    const char first = run.front();
    const bool digit_first = first >= '0' && first <= '9';
    if (l.digits > 0 && l.capitals + l.small > 0 && !digit_first) return true;
    const std::size_t dot = run.find('.');
    return dot != std::string_view::npos && dot > 1 && run.size() - dot > 2 && l.small > 0 && l.digits == 0 &&
           run.find("..") == std::string_view::npos && lower(decode_utf8(run, dot + 1).value);
}

class NameReader {
public:
    NameReader(std::string_view text, const std::vector<GateWord>& words, Facts& facts)
        : text_(text), words_(words), facts_(facts) {}

    void run() {
        for (const Span& s : runs(text_))
            if (identifier(s.of(text_)))
                facts_.names.push_back({fold(s.of(text_)), std::string(s.of(text_))});
        const bool speaking = capitals_speak();
        for (std::size_t i = 0; i < words_.size(); ++i) word(i, speaking);
    }

private:
    /// In a title or a shout, capitals name nothing.
    bool capitals_speak() const {
        std::size_t long_words = 0, capitals = 0;
        for (std::size_t i = 1; i < words_.size(); ++i) {
            if (words_[i].role == WordRole::mark || words_[i].role == WordRole::number ||
                words_[i].text.size() < 4)
                continue;
            ++long_words;
            capitals += begins_capital(words_[i].span.of(text_));
        }
        return long_words < 3 || capitals * 10 < long_words * 7;
    }

    bool begins_sentence(std::size_t i) const {
        while (i > 0 &&
               (words_[i - 1].text == "\"" || words_[i - 1].text == "'" || words_[i - 1].text == "(" ||
                words_[i - 1].text == "\u201C" || words_[i - 1].text == "*"))
            --i;
        if (i == 0) return true;
        const std::string& before = words_[i - 1].text;
        if (before == "." || before == "!" || before == "?" || before == ":" || before == ";" ||
            before == "-" || before == "…")
            return true;
        const std::size_t gap = words_[i - 1].span.end;
        const bool new_line =
            words_[i].span.begin > gap &&
            text_.substr(gap, words_[i].span.begin - gap).find('\n') != std::string_view::npos;
        // "Hi, Can I": a greeting opens too.
        return new_line || (before == "," && i == 2);
    }

    void word(std::size_t i, bool speaking) {
        const GateWord& w = words_[i];
        if (w.role == WordRole::mark || w.role == WordRole::number) return;
        const std::string written(w.span.of(text_));
        const bool capital = begins_capital(written);
        const bool opens = begins_sentence(i);
        if (among(languages, w.text) || (capital && !opens && among(capital_languages, w.text))) {
            facts_.languages.push_back({w.text, written});
            return;
        }
        const Letters l = letters_of(written);
        const bool single = l.capitals == 1 && l.small == 0 && w.text != "i" && !opens;
        if (w.role == WordRole::function && !single) return;
        const bool acronym = l.capitals > 1 && l.small == 0;
        if (among(honorifics, w.text) || !unit_of(w.text).empty()) return;
        if (single && dotted(i)) return;
        const bool named = speaking && ((capital && !opens) || acronym || l.inner_capital || single);
        if (named || known(w)) facts_.names.push_back({w.text, written, among(common_acronyms, w.text)});
    }

    /// "U.S.", "J. Smith": a letter with a point; too little to tell names apart.
    bool dotted(std::size_t i) const {
        return i + 1 < words_.size() && words_[i + 1].text == "." &&
               words_[i + 1].span.begin == words_[i].span.end;
    }

    static bool known(const GateWord& w) { return w.text.size() > 3 && has_line(known_names, w.text); }

    std::string_view text_;
    const std::vector<GateWord>& words_;
    Facts& facts_;
};

struct Quote {
    std::string_view open, close;
};
constexpr auto quote_marks = std::to_array<Quote>({{"\"", "\""},
                                                   {"\u201C", "\u201D"},
                                                   {"\u201E", "\u201C"},
                                                   {"«", "»"},
                                                   {"「", "」"},
                                                   {"`", "`"},
                                                   {"\u2018", "\u2019"},
                                                   {"'", "'"}});

bool word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::string words_in(std::string_view inside) {
    std::string out;
    for (const GateWord& w : gate_words(inside))
        if (w.role != WordRole::mark) out.append(out.empty() ? "" : " ").append(w.text);
    return out;
}

}  // namespace

void read_names(std::string_view text, const std::vector<GateWord>& words, Facts& facts) {
    NameReader(text, words, facts).run();
}

void read_quotes(std::string_view text, Facts& facts) {
    for (std::size_t i = 0; i < text.size();) {
        std::size_t next = i + 1;
        for (const Quote& q : quote_marks) {
            if (!text.substr(i).starts_with(q.open)) continue;
            // A quotation opens after white space or a bracket: the apostrophe of "don't" does not.
            if (i > 0 && word_byte(text[i - 1])) break;
            std::size_t end = text.find(q.close, i + q.open.size());
            while (end != std::string_view::npos && q.close == "'" && end + 1 < text.size() &&
                   word_byte(text[end + 1]))
                end = text.find(q.close, end + 1);
            if (end == std::string_view::npos) break;
            const std::string_view inside = text.substr(i + q.open.size(), end - i - q.open.size());
            if (std::string key = words_in(inside); !key.empty())
                facts.quotes.push_back({std::move(key), std::string(inside)});
            next = end + q.close.size();
            break;
        }
        i = next;
    }
}

}  // namespace llm
