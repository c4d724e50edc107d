#include "text/content.hpp"

#include "base/ascii.hpp"
#include "text/facts.hpp"
#include "text/measure_units.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace llm {
namespace {

using ContentWords = std::vector<GateWord>;
using Left = std::vector<const GateWord*>;

/// At which two words are near enough to stand for one another: half of the synonyms in PPDB are, "lunch" and "dinner" (.38) are not.
const double near_enough = std::getenv("C") ? std::atof(std::getenv("C")) : 0.4;

/// What says nothing about the matter: opinion, politeness, the asking itself. Stems.
constexpr auto beside_the_matter = std::to_array<std::string_view>(
    {"abl",    "actual", "advis",   "anyway",   "appar",    "appear", "assist", "awar",   "believ",   "bit",     "bother", "clarifi",
     "confus", "curious", "describ", "elabor",  "ever",     "exact",  "explain", "fact",  "feel",     "figur",   "final",  "gotta",
     "gonna",  "guess",  "hear",    "help",     "hope",     "idea",   "inform", "just",    "kind",    "learn",  "let",
     "like",   "mate",   "matter",  "mayb",     "mean",     "moment", "must",   "need",   "notic",    "now",     "obvious", "ok",
     "okay",   "oh",     "perhap",  "possibl",  "pretti",   "proper", "question", "realiz", "realis", "realli",  "reason", "recent",
     "regard", "said",   "say",     "seem",     "should",   "simpl",  "simpli", "situat", "somehow",  "sort",    "specif", "still",
     "stuff",  "suggest", "suppos", "sure",     "tell",     "thank",  "thing",  "think",  "thought",  "told",    "tri",    "truli",
     "understand", "understood", "urgent", "usual", "wanna", "want",  "way",    "wish",   "wonder",   "worri",   "would",  "could",
     "ask",    "answer", "best",    "easili",   "whether",  "myself", "yourself", "alreadi", "exactli", "case",  "thus",   "there",
     "here",   "current", "detail", "am",       "whats",    "hows",   "im"});
/// What may be left out, though not stand for something else: "where can I use it" is not "where can I find it". Stems.
constexpr auto light = std::to_array<std::string_view>(
    {"anyth",  "check",  "clear",  "come",   "came",   "differ", "do",     "done",   "els",    "exist",  "find",   "fine",
     "get",    "give",   "go",     "happen", "involv", "issu",   "look",   "made",   "make",   "mani",   "method", "much",
     "number", "often",  "one",    "own",    "present", "previous", "problem", "procedur", "process", "right", "see", "set",
     "show",   "someon", "someth", "soon",   "step",   "take",   "took",   "today",  "togeth", "type",   "use",    "work",
     "amount", "certain", "decid", "guid",   "put",    "avail",  "allow"});

std::string run_together(const ContentWords& words) {
    std::string out;
    for (const GateWord& w : words)
        if (w.role != WordRole::mark) out += w.text;
    return out;
}

bool has_text(const ContentWords& words, std::string_view text) {
    return std::ranges::any_of(words, [text](const GateWord& w) { return w.text == text; });
}

bool has_content_stem(const ContentWords& words, std::string_view stem) {
    return std::ranges::any_of(words, [stem](const GateWord& w) { return w.stem == stem; });
}

Left left_over(const ContentWords& these, const ContentWords& those) {
    constexpr std::size_t shortest = 4;
    const std::string together = run_together(those);
    Left out;
    for (const std::size_t i : only_in(these, those)) {
        const GateWord& w = these[i];
        if (w.role != WordRole::content || is_number_word(w.text)) continue;
        const bool measured = i > 0 && (these[i - 1].role == WordRole::number || is_number_word(these[i - 1].text));
        if (!unit_of(w.text).empty() && (measured || w.text.size() > 2)) continue;
        // "topup" beside "top up", and the other way round
        if (w.text.size() >= shortest && together.find(w.text) != together.npos && !has_text(those, w.text)) continue;
        if (i + 1 < these.size() && has_text(those, w.text + these[i + 1].text)) continue;
        if (i > 0 && has_text(those, these[i - 1].text + w.text)) continue;
        out.push_back(&w);
    }
    return out;
}

/// One letter more, less, other, or two exchanged.
bool one_slip(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > 1) return false;
    std::size_t i = 0;
    while (i < a.size() && a[i] == b[i]) ++i;
    const std::string_view x = a.substr(i), y = b.substr(i);
    if (x.size() < y.size()) return x == y.substr(1);
    if (x.empty()) return true;
    if (x.substr(1) == y.substr(1)) return true;
    return x.size() > 1 && x[0] == y[1] && x[1] == y[0] && x.substr(2) == y.substr(2);
}

/// A word that nobody knows, one letter beside one of the other text.
bool misspelt(const GateWord& a, const GateWord& b, WordLikeness likeness) {
    constexpr std::size_t shortest = 5;
    if (std::min(a.text.size(), b.text.size()) < shortest || !one_slip(a.text, b.text)) return false;
    const bool known_a = likeness(a.text, a.text).has_value(), known_b = likeness(b.text, b.text).has_value();
    return known_a != known_b;
}

bool corresponds(const GateWord& a, const GateWord& b, WordLikeness likeness) {
    if (likeness == nullptr) return false;
    if (misspelt(a, b, likeness)) return true;
    return likeness(a.text, b.text).value_or(0) >= near_enough;
}

bool spells_out(const GateWord& letters, const Left& words) {
    std::string initials;
    for (const GateWord* w : words) initials += w->text.front();
    return letters.text.size() > 1 && initials == letters.text;
}

}  // namespace

std::optional<Refusal> content_differs(const ContentWords& a, const ContentWords& b, WordLikeness likeness) {
    Left left = left_over(a, b), right = left_over(b, a);
    for (auto x = left.begin(); x != left.end();) {
        const auto partner = std::ranges::find_if(right, [&](const GateWord* y) { return corresponds(**x, *y, likeness); });
        if (partner == right.end()) {
            ++x;
            continue;
        }
        right.erase(partner);
        x = left.erase(x);
    }
    if (left.size() == 1 && spells_out(*left.front(), right)) return std::nullopt;
    if (right.size() == 1 && spells_out(*right.front(), left)) return std::nullopt;
    const auto idle = [](const GateWord* w) { return among(beside_the_matter, w->stem); };
    std::erase_if(left, idle);
    std::erase_if(right, idle);
    const auto may_lack = [](const ContentWords& other) {
        return [&other](const GateWord* w) { return among(light, w->stem) || has_content_stem(other, w->stem); };
    };
    if (left.empty()) std::erase_if(right, may_lack(a));
    else if (right.empty()) std::erase_if(left, may_lack(b));
    if (left.empty() && right.empty()) return std::nullopt;
    return Refusal{Difference::word, left.empty() ? "" : left.front()->text, right.empty() ? "" : right.front()->text};
}

}  // namespace llm
