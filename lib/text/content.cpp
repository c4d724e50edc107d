#include "text/content.hpp"

#include "base/ascii.hpp"
#include "text/facts.hpp"
#include "text/measure_units.hpp"
#include "text/polarity.hpp"
#include "text/stem.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace llm {
namespace {

using ContentWords = std::vector<GateWord>;
using Left = std::vector<const GateWord*>;

/// At which two words are near enough to stand for one another: a quarter of the synonyms in PPDB are; "grandfather" and "grandmother" (.42) are not.
constexpr double near_enough = 0.5;

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
     "here",   "current", "detail", "am",       "whats",    "hows",   "im",      "may",    "might",   "shall",
     "honest", "basic",  "sorri",   "grate",    "appreci",  "quick",  "um",     "hmm",    "wow",    "ugh",     "mind",   "random",    "someday",  "plain"});
/// What may be left out, though not stand for something else: "where can I use it" is not "where can I find it". Stems.
constexpr auto light = std::to_array<std::string_view>(
    {"anyth", "clear", "come", "came", "differ", "do", "done", "els", "exist", "find", "fine", "get", "give", "go", "happen",
     "involv", "issu", "look", "make", "mani", "method", "much", "number", "often", "one", "own", "present", "previous", "problem",
     "procedur", "process", "right", "set", "show", "someon", "someth", "soon", "step", "take", "took", "today", "togeth",
     "type", "amount", "locat", "certain", "decid", "guid", "put", "avail", "allow"});

/// What is said of the same thing every day, in words that similarity does not bring together. Stems; "switch" is told apart by on and off.
constexpr auto synonyms = std::to_array<std::string_view>(
    {"transfer move send", "chang updat edit modifi alter", "fee charg", "correct right accur proper", "approv authoris author accept",
     "buy purchas", "get receiv obtain acquir", "begin start commenc launch", "end finish", "delet remov eras", "fix repair resolv solv",
     "kid child", "mum mom mother mama", "dad father papa", "phone mobil cellphon smartphon", "film movi", "shop store", "holiday vacat",
     "flat apart", "car automobil", "bill invoic", "broken fault defect", "quick fast rapid", "big larg huge", "small littl tini",
     "cheap inexpens afford", "error mistak", "pictur photo imag photograph", "doctor physician gp", "job posit", "find locat search",
     "need requir", "pay settl", "allow permit", "choos select pick", "rubbish garbag trash", "post mail", "lift elev", "autumn fall",
     "petrol gas", "sofa couch", "trouser pant", "biscuit cooki", "chip fri", "pavement sidewalk", "queue line", "zip postcod postal",
     "login signin", "show display", "close shut", "speak talk", "see view",
     "question queri", "request ask", "cash money", "amount sum", "cost price", "help assist support aid",
     "hous home", "happi glad", "angri mad", "sick ill", "talk chat", "reason caus", "deliv ship",
     "deliveri ship", "vacanc open", "item product articl", "colleagu cowork", "employ hire", "wage salari pay",
     "lawyer attorney", "gift present", "discount reduct rebat", "coupon voucher", "topup refil", "refund reimburs", "cancel abort",
     "reset restor", "connect link", "wifi wireless", "notif alert", "summari summaris summar outlin", "translat render",
     "calcul comput", "difer distinct", "exampl instanc sampl", "advantag benefit pro", "disadvantag drawback con", "mean signifi definit",
     "import signific", "creat make", "write compos draft", "list enumer", "improv enhanc", "reduc decreas lower cut",
     "increas rais", "confirm verifi", "young littl small", "person someon somebodi", "man guy", "plane airplan aeroplan aircraft",
     "sign symptom", "babi infant", "penalti punish", "raw uncook", "recommend suggest", "demand requir", "top maximum max highest", "tall height high",
     "long length durat", "old age", "far distanc", "heavi weight", "deep depth", "wide width", "fast speed", "big size larg", "much cost price",
     "mani number amount", "js javascript", "ts typescript", "k8s kubernet", "postgr postgresql", "uk britain", "usa america", "repo repositori",
     "config configur", "env environ", "db databas", "app applic", "info inform", "id identif", "doc document", "admin administr", "spec specif", "folder directori", "main primari princip", "ill diseas", "compulsori mandatori obligatori", "correct fix",
     "luggag baggag", "identifi recognis recogn", "expir laps", "withdraw withdrawal"});

/// "Quickest" as "quick".
std::string positive_of(const GateWord& w) {
    for (const std::string_view ending : {"est", "er"})
        if (w.text.size() > ending.size() + 2 && w.text.ends_with(ending)) return stem(w.text.substr(0, w.text.size() - ending.size()));
    return w.stem;
}

bool are_synonyms(std::string_view a, std::string_view b) {
    const auto has = [](std::string_view group, std::string_view word) {
        for (std::size_t at = 0; (at = group.find(word, at)) != group.npos; ++at) {
            const std::size_t end = at + word.size();
            if ((at == 0 || group[at - 1] == ' ') && (end == group.size() || group[end] == ' ')) return true;
        }
        return false;
    };
    return std::ranges::any_of(synonyms, [&](std::string_view group) { return has(group, a) && has(group, b); });
}

/// "Turn on", "switch on", "enable": 1; off: -1; otherwise 0.
int switched(const ContentWords& words, const GateWord& w) {
    if (w.stem == "enabl" || w.stem == "activ") return 1;
    if (w.stem == "disabl" || w.stem == "deactiv") return -1;
    if (w.stem != "turn" && w.stem != "switch" && w.stem != "put" && w.stem != "set") return 0;
    const auto from = static_cast<std::size_t>(&w - words.data());
    for (std::size_t i = from + 1; i < words.size() && i < from + 6; ++i) {
        if (words[i].text == "on") return 1;
        if (words[i].text == "off") return -1;
    }
    return 0;
}

/// As it is spelt in America.
std::string american(std::string_view word) {
    if (word == "grey") return "gray";
    std::string out{word};
    for (const auto& [british, plain] : std::to_array<std::pair<std::string_view, std::string_view>>(
             {{"isation", "ization"}, {"ise", "ize"}, {"ising", "izing"}, {"yse", "yze"}, {"our", "or"}, {"tre", "ter"}, {"lled", "led"}, {"lling", "ling"}, {"ence", "ense"}, {"ogue", "og"}}))
        if (const std::size_t at = out.rfind(british); at != out.npos && at > 1) {
            out.replace(at, british.size(), plain);
            break;
        }
    return out;
}

/// Whether neighbouring words of a text, written together, are this one: "top up" is "topup".
bool is_compound_in(const ContentWords& words, std::string_view compound) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        std::string together;
        for (std::size_t j = i; j < words.size() && together.size() < compound.size(); ++j) {
            if (words[j].text != "-") together += words[j].text;
            if (j > i && together == compound) return true;
        }
    }
    return false;
}

/// What a text that tells somebody to answer begins with, where another asks what.
constexpr auto askings = std::to_array<std::string_view>({"list", "defin", "calcul", "comput", "recommend", "suggest", "name", "provid", "determin", "find", "give", "show", "write"});
const GateWord* first_content(const ContentWords& words) {
    const auto found = std::ranges::find(words, WordRole::content, &GateWord::role);
    return found == words.end() ? nullptr : &*found;
}

bool has_text(const ContentWords& words, std::string_view text) {
    return std::ranges::any_of(words, [text](const GateWord& w) { return w.text == text; });
}

bool has_content_stem(const ContentWords& words, std::string_view stem) {
    return std::ranges::any_of(words, [stem](const GateWord& w) { return w.stem == stem; });
}

Left left_over(const ContentWords& these, const ContentWords& those) {
    Left out;
    for (const std::size_t i : only_in(these, those)) {
        const GateWord& w = these[i];
        if (w.role != WordRole::content || is_number_word(w.text)) continue;
        const bool after_number = i > 0 && these[i - 1].role == WordRole::number;
        if (after_number && among(std::to_array<std::string_view>({"st", "nd", "rd", "th", "k", "m"}), w.text)) continue;
        const bool measured = i > 0 && (these[i - 1].role == WordRole::number || is_number_word(these[i - 1].text));
        if (!unit_of(w.text).empty() && (measured || w.text.size() > 2)) continue;
        // "topup" beside "top up", and the other way round
        if (is_compound_in(those, w.text)) continue;
        if (i + 1 < these.size() && has_text(those, w.text + these[i + 1].text)) continue;
        if (i > 0 && has_text(those, these[i - 1].text + w.text)) continue;
        out.push_back(&w);
    }
    return out;
}

/// One letter more, less, other, or two exchanged; not the first, where people rarely slip ("ethanol" is not "methanol").
bool one_slip(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > 1 || a.front() != b.front()) return false;
    std::size_t i = 0;
    while (i < a.size() && a[i] == b[i]) ++i;
    const std::string_view x = a.substr(i), y = b.substr(i);
    if (x.size() < y.size()) return x == y.substr(1);
    if (x.empty() || x.substr(1) == y.substr(1)) return true;
    return x.size() > 1 && x[0] == y[1] && x[1] == y[0] && x.substr(2) == y.substr(2);
}

/// A word that nobody knows, a letter beside one of the other text.
bool misspelt(const GateWord& a, const GateWord& b, WordLikeness likeness) {
    constexpr std::size_t shortest = 5;
    if (std::min(a.text.size(), b.text.size()) < shortest || !one_slip(a.text, b.text)) return false;
    const bool known_a = likeness(a.text, a.text).has_value(), known_b = likeness(b.text, b.text).has_value();
    return known_a != known_b;
}

bool corresponds(const ContentWords& in_a, const GateWord& a, const ContentWords& in_b, const GateWord& b, WordLikeness likeness) {
    const int left = switched(in_a, a), right = switched(in_b, b);
    if (left != 0 && right != 0) return left == right;
    if (opposites(a, b)) return true;  // and a "not" that sets it right, or they would have been refused before
    if (are_synonyms(a.stem, b.stem) || are_synonyms(positive_of(a), positive_of(b)) || american(a.text) == american(b.text)) return true;
    if (likeness == nullptr) return false;
    return misspelt(a, b, likeness) || likeness(a.text, b.text).value_or(0) >= near_enough;
}

/// "Younger" and "youngest", "trainer" and "trainee": one stem, two things.
std::optional<Refusal> endings_differ(const ContentWords& a, const ContentWords& b) {
    constexpr auto apart = std::to_array<std::pair<std::string_view, std::string_view>>({{"er", "est"}, {"er", "ee"}, {"or", "ee"}, {"ful", "less"}});
    const auto cut = [](std::string_view word, std::string_view ending) {
        return word.size() > ending.size() + 2 && word.ends_with(ending) ? word.substr(0, word.size() - ending.size()) : std::string_view{};
    };
    for (const GateWord& x : a)
        for (const GateWord& y : b)
            for (const auto& [one, other] : apart) {
                const bool differ = (!cut(x.text, one).empty() && cut(x.text, one) == cut(y.text, other)) || (!cut(x.text, other).empty() && cut(x.text, other) == cut(y.text, one));
                if (differ && !has_text(b, x.text) && !has_text(a, y.text)) return Refusal{Difference::word, x.text, y.text};
            }
    return std::nullopt;
}

/// "In feet" beside "in metres", with a number or without.
std::optional<Refusal> units_spelt_differ(const ContentWords& a, const ContentWords& b) {
    constexpr std::size_t shortest = 3;
    const auto units = [](const ContentWords& these, const ContentWords& those) {
        std::vector<const GateWord*> out;
        for (const std::size_t i : only_in(these, those)) {
            const std::string_view unit = unit_of(these[i].text);
            const auto said_there = [unit](const GateWord& w) { return unit_of(w.text) == unit; };
            if (!unit.empty() && these[i].text.size() >= shortest && std::ranges::none_of(those, said_there)) out.push_back(&these[i]);
        }
        return out;
    };
    const auto left = units(a, b), right = units(b, a);
    if (left.empty() || right.empty()) return std::nullopt;
    return Refusal{Difference::unit, left.front()->text, right.front()->text};
}

bool spells_out(const GateWord& letters, const Left& words) {
    std::string initials;
    for (const GateWord* w : words) initials += w->text.front();
    return letters.text.size() > 1 && initials == letters.text;
}

}  // namespace

std::optional<Refusal> content_differs(const ContentWords& a, const ContentWords& b, WordLikeness likeness) {
    if (auto found = endings_differ(a, b)) return found;
    if (auto found = units_spelt_differ(a, b)) return found;
    Left left = left_over(a, b), right = left_over(b, a);
    for (auto x = left.begin(); x != left.end();) {
        const auto partner = std::ranges::find_if(right, [&](const GateWord* y) { return corresponds(a, **x, b, *y, likeness); });
        if (partner == right.end()) {
            ++x;
            continue;
        }
        right.erase(partner);
        x = left.erase(x);
    }
    if (left.size() == 1 && spells_out(*left.front(), right)) return std::nullopt;
    if (right.size() == 1 && spells_out(*right.front(), left)) return std::nullopt;
    const auto negators = [](const ContentWords& words) { return std::ranges::count(words, WordRole::negator, &GateWord::role); };
    const bool denied = negators(a) != negators(b);
    const auto idle = [&](const ContentWords& these, const ContentWords& those) {
        return [&, denied](const GateWord* w) {
            // "list the planets" beside "what are the planets"; "fails to start" beside "does not start"
            const bool asks_what = w == first_content(these) && among(askings, w->stem) && (has_text(those, "what") || has_text(those, "which"));
            const bool slip = likeness != nullptr && std::ranges::any_of(those, [&](const GateWord& y) { return y.role == WordRole::function && misspelt(*w, y, likeness); });
            return asks_what || slip || among(beside_the_matter, w->stem) || (denied && tells_of_failure(w->stem));
        };
    };
    std::erase_if(left, idle(a, b));
    std::erase_if(right, idle(b, a));
    const auto may_lack = [](const ContentWords& other) {
        return [&other](const GateWord* w) { return among(light, w->stem) || has_content_stem(other, w->stem); };
    };
    if (left.empty()) std::erase_if(right, may_lack(a));
    else if (right.empty()) std::erase_if(left, may_lack(b));
    if (left.empty() && right.empty()) return std::nullopt;
    return Refusal{Difference::word, left.empty() ? "" : left.front()->text, right.empty() ? "" : right.front()->text};
}

}  // namespace llm
