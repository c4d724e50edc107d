#include "text/gate_words.hpp"

#include "text/normalise.hpp"
#include "text/sorted_lines.hpp"
#include "text/stem.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace llm {
namespace {

constexpr std::string_view irregular[] = {
#include "text/irregular.inc"
};

constexpr auto negators = std::to_array<std::string_view>(
    {"not",     "no",     "never", "without", "neither", "nor",   "none", "nobody", "nothing",
     "nowhere", "noone",  "nope",  "non",     "nein",    "nicht", "kein", "keine",  "keinen",
     "pas",     "jamais", "sans",  "nunca",   "sin",     "não",   "nem",  "senza",  "niet",
     "geen",    "не",     "нет",   "нельзя",  "没",      "不",    "未",   "无"});

/// A politeness or a filler says nothing about what is asked.
constexpr auto fillers = std::to_array<std::string_view>(
    {"please", "pls",     "plz",    "hi",       "hello",  "hey",  "thanks", "thank", "ok",
     "okay",   "well",    "really", "actually", "kindly", "um",   "uh",     "also",  "still",
     "yet",    "already", "even",   "quite",    "like",   "want", "need",   "would", "tell",
     "let",    "know",    "help",   "way",      "get",    "got",  "getting"});

struct Contraction {
    std::string_view written, first;
};
/// Written without the apostrophe as people do; those that are words of their own (wont, cant) are
/// rarer than the slip.
constexpr auto slips = std::to_array<Contraction>(
    {{"dont", "do"},       {"doesnt", "does"},   {"didnt", "did"},       {"cant", "can"},
     {"wont", "will"},     {"isnt", "is"},       {"arent", "are"},       {"wasnt", "was"},
     {"werent", "were"},   {"hasnt", "has"},     {"havent", "have"},     {"hadnt", "had"},
     {"couldnt", "could"}, {"wouldnt", "would"}, {"shouldnt", "should"}, {"cannot", "can"},
     {"won't", "will"},    {"can't", "can"},     {"shan't", "shall"},    {"ain't", "is"},
     {"aint", "is"},       {"mustnt", "must"},   {"neednt", "need"}});

std::string straightened(std::string_view word) {
    constexpr std::string_view curled = "\u2019";
    std::string out;
    for (std::size_t i; (i = word.find(curled)) != std::string_view::npos;
         word.remove_prefix(i + curled.size()))
        out.append(word.substr(0, i)).push_back('\'');
    return out.append(word);
}

WordRole role_of(const Word& w, std::string_view folded) {
    if (w.kind == WordKind::number) return WordRole::number;
    if (w.kind != WordKind::word) return WordRole::mark;
    if (std::ranges::find(negators, folded) != negators.end()) return WordRole::negator;
    if (is_stop_word(folded) || std::ranges::find(fillers, folded) != fillers.end())
        return WordRole::function;
    return WordRole::content;
}

class WordReader {
public:
    explicit WordReader(std::string_view text) : text_(text) {}

    std::vector<GateWord> run() {
        for (const Word& w : split_words(text_)) {
            const std::string folded = straightened(fold(w.span.of(text_)));
            if (w.kind != WordKind::word) {
                add(w, folded);
                continue;
            }
            if (stands_out(w) && role_of(w, folded) == WordRole::function) {
                words_.push_back({folded, folded, w.span, WordRole::content});
                continue;
            }
            if (folded == "a" && names_something(w)) {
                words_.push_back({folded, folded, w.span, WordRole::content});
                continue;
            }
            const auto* const slip = std::ranges::find(slips, folded, &Contraction::written);
            if (slip != slips.end()) {
                add(w, slip->first);
                add(w, "not");
            } else if (folded.ends_with("n't")) {
                add(w, folded.substr(0, folded.size() - 3));
                add(w, "not");
            } else if (const std::size_t mark = folded.rfind('\''); mark != std::string::npos && mark > 0) {
                with_apostrophe(w, folded, mark);
            } else {
                add(w, folded);
            }
        }
        return std::move(words_);
    }

private:
    void add(const Word& w, std::string_view folded) {
        const WordRole role = role_of(w, folded);
        words_.push_back(
            {std::string(folded), role == WordRole::mark ? std::string(folded) : base(folded), w.span, role});
    }

    /// "UNION ALL": in capitals, where the text is not.
    bool stands_out(const Word& w) const {
        const std::string_view written = w.span.of(text_);
        const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
        return written.size() > 1 && std::ranges::all_of(written, capital) && std::ranges::any_of(text_, [](char c) { return c >= 'a' && c <= 'z'; });
    }

    /// "plan A", "a.txt", "a-b": no article.
    bool names_something(const Word& w) const {
        const bool capital =
            text_[w.span.begin] == 'A' && !words_.empty() && words_.back().role != WordRole::mark;
        return capital || (w.span.end + 1 < text_.size() &&
                           std::string_view(".-/_:=").find(text_[w.span.end]) != std::string_view::npos);
    }

    static std::string base(std::string_view folded) {
        const std::string_view known = line_value(irregular, folded);
        return known.empty() ? stem(folded) : std::string(known);
    }

    void with_apostrophe(const Word& w, const std::string& folded, std::size_t mark) {
        const std::string_view tail = std::string_view(folded).substr(mark + 1);
        const std::string_view head = std::string_view(folded).substr(0, mark);
        if (tail == "s" || tail == "m" || tail == "re" || tail == "ve" || tail == "ll" || tail == "d") {
            add(w, head);
        } else {
            add(w, head);  // l'été, dell'anno
            add(w, tail);
        }
    }

    std::string_view text_;
    std::vector<GateWord> words_;
};

}  // namespace

std::vector<GateWord> gate_words(std::string_view text) { return WordReader(text).run(); }

std::vector<std::size_t> only_in(const std::vector<GateWord>& these, const std::vector<GateWord>& those) {
    std::unordered_map<std::string_view, std::size_t> left;
    for (const GateWord& w : those) ++left[w.stem];
    std::vector<std::size_t> only;
    for (std::size_t i = 0; i < these.size(); ++i) {
        if (these[i].role == WordRole::mark || these[i].role == WordRole::negator) continue;
        const auto found = left.find(these[i].stem);
        if (found != left.end() && found->second > 0) --found->second;
        else only.push_back(i);
    }
    return only;
}

}  // namespace llm
