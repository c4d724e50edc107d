#include "verbs.hpp"

#include "base/error.hpp"
#include "cli/terminal.hpp"
#include "log/when.hpp"
#include "mem/passage_json.hpp"
#include "mem/record_text.hpp"
#include "mem/search.hpp"
#include "mem/words.hpp"
#include "record/predicate.hpp"

#include <optional>

namespace llm {
namespace {

constexpr std::size_t gathered_hits = 1 << 20;
constexpr std::size_t snippet_width = 300;

struct FindFlags {
    StoreFlags store;
    SelectFlags select;
    LoopFlags loop;
    TalkFlags talk;
    std::vector<std::string> words;
    long k = 10, around = 0;
    std::optional<long> tokens;
    std::optional<double> mmr;
    std::optional<Duration> half_life;
    std::string filter, as_of, on;
    SearchBy by = SearchBy::hybrid;
    bool json = false, explain = false;
};

void find_options(Verb& verb, FindFlags& f) {
    auto& finding = verb.group("Finding");
    finding.option("-k,--count", f.k, "N", "Find at most N passages.").at_least(1).since("0.1");
    finding.option("--tokens", f.tokens, "N", "Keep to N tokens, all passages together, as this tool estimates them.").at_least(1).since("0.1");
    finding
        .choice("--by", f.by,
                {EnumChoice{SearchBy::hybrid, "hybrid", "words and vectors, joined by rank"}, EnumChoice{SearchBy::words, "words", "BM25 alone"},
                 EnumChoice{SearchBy::vectors, "vectors", "likeness of meaning alone"}},
                "HOW", "How to look.")
        .since("0.1");
    finding.option("--around", f.around, "N", "Give with each passage the N before and behind it in its document.").at_least(0).since("0.1");
    finding.option("--mmr", f.mmr, "WEIGHT", "Prefer passages that differ from those found already. At 1 nearness alone counts, at 0 difference alone.")
        .between(0, 1)
        .implies("0.7")
        .since("0.1");
    finding.option("--half-life", f.half_life, "TIME", "Let a fact count half after this time, a quarter after twice of it. Pinned ones do not fade.").since("0.1");
    finding.option("--as-of", f.as_of, "TIME", "Find what held at this time: facts from before it, and those since superseded.").since("0.1");
    finding.option("--filter", f.filter, "JQ", "Passages for which this jq program is true. It sees id, text, source, tags, time, and what else the record said.").since("0.1");
    select_options(verb, f.select);
}

/// What to search for, with all that lives as long as the search.
struct Looking {
    Looking(const FindFlags& f, MemSession& s) {
        what.k = static_cast<std::size_t>(f.k);
        what.tokens = static_cast<std::size_t>(f.tokens.value_or(0));
        what.by = f.by;
        what.where = s.selection(f.select);
        what.where.space = s.space();
        what.around = f.around;
        what.mmr = f.mmr;
        if (f.half_life) what.half_life = f.half_life->count();
        if (!f.as_of.empty()) what.as_of = parse_when(f.as_of, s.store.now() * 1000) / 1000;
        if (!f.filter.empty()) {
            program.emplace(f.filter);
            what.filter = [this](const Passage& p) { return program->holds(dump(json_of(p))); };
        }
    }
    Looking(const Looking&) = delete;
    Looking& operator=(const Looking&) = delete;

    SearchFor what;
    std::optional<JqProgram> program;
};

std::string parts_of(const Found& f) {
    std::string out;
    if (f.word_rank) out += fmt::format("words {}{}", *f.word_rank, f.bm25 ? fmt::format(" (bm25 {:.2f})", *f.bm25) : " (beside a hit)");
    if (f.vector_rank) out += fmt::format("{}vectors {}{}", out.empty() ? "" : ", ", *f.vector_rank, f.cosine ? fmt::format(" (cosine {:.3f})", *f.cosine) : " (beside a hit)");
    if (f.age_factor != 1) out += fmt::format(", age x{:.3f}", f.age_factor);
    if (f.passage.pinned) out += out.empty() ? "pinned" : ", pinned";
    return out;
}

Json explained(const Found& f) {
    Json out = Json::object();
    if (f.word_rank) out["words"] = Json{{"rank", *f.word_rank}, {"bm25", f.bm25 ? Json(*f.bm25) : Json()}};
    if (f.vector_rank) out["vectors"] = Json{{"rank", *f.vector_rank}, {"cosine", f.cosine ? Json(*f.cosine) : Json()}};
    if (f.age_factor != 1) out["age"] = f.age_factor;
    if (f.passage.pinned) out["pinned"] = true;
    return out;
}

int recall(const Tool& tool, const FindFlags& f) {
    MemSession s{tool, f.store, Access::read};
    s.quiet = f.talk.quiet;
    Looking looking{f, s};
    looking.what.pins = SearchFor::Pins::always;
    std::optional<JqProgram> on;
    if (!f.on.empty()) on.emplace(f.on);
    FilterOptions o = filter_options(tool, f.loop);
    o.gather = gathered_hits;
    Filter filter{s.loop, o};
    return filter.run([&](Record& r) {
        std::string asked;
        if (on) {
            const Json chosen = Json::parse(on->first(r.line()).value_or("null"));
            if (!chosen.is_string()) throw Error(Fault::data, "--on gives {} and not a text", dump(chosen));
            asked = chosen.get<std::string>();
        } else {
            asked = asked_of(r);
        }
        looking.what.words = asked;
        const std::vector<Found> found = search(s.store, s.vectors, looking.what);
        Json context = r.get("context");
        if (!context.is_array()) context = Json::array();
        for (Json& one : context_of(found)) context.push_back(std::move(one));
        r.set("context", context);
        if (f.talk.explain)
            for (const Found& one : found) say(tool, fmt::format("line {}: {} {}: {}", r.number(), one.passage.id, one.passage.source, parts_of(one)));
    });
}

std::string place_of(const Passage& p) { return p.source.empty() ? "-" : p.line != 0 ? fmt::format("{}:{}", p.source, p.line) : p.source; }

void show(const Found& f, const std::string& words, Colour colour, bool explain) {
    const Passage& p = f.passage;
    std::string head = fmt::format("{:.3f}  {}  {}", f.score, paint(place_of(p), Style::name, colour), paint(fmt::format("[{}]", p.id), Style::faint, colour));
    if (!p.parent.empty()) head += "  " + paint(p.parent, Style::faint, colour);
    if (explain) head += "  " + paint(parts_of(f), Style::faint, colour);
    const std::vector<Span> marks = matches(words, p.text);
    const Span part = best_part(p.text, marks, snippet_width);
    std::string text = part.begin > 0 ? "…" : "";
    std::size_t at = part.begin;
    const auto plain = [&](std::size_t to) {
        for (; at < to; ++at) text += static_cast<unsigned char>(p.text[at]) < ' ' ? ' ' : p.text[at];
    };
    for (const Span& m : marks) {
        if (m.begin < at || m.end > part.end) continue;
        plain(m.begin);
        text += paint(m.of(p.text), Style::good, colour);
        at = m.end;
    }
    plain(part.end);
    if (part.end < p.text.size()) text += "…";
    put(head + "\n    " + text + "\n");
    for (const std::string& also : f.also) put(paint("    also in " + also, Style::faint, colour) + "\n");
}

int search_words(const Tool& tool, const FindFlags& f) {
    std::string words;
    for (const std::string& w : f.words) words += (words.empty() ? "" : " ") + w;
    if (words.empty()) throw Error(Fault::usage, "what to search for? give words, as in: llm-mem search 'water the plants'");
    MemSession s{tool, f.store, Access::read};
    Looking looking{f, s};
    looking.what.words = words;
    const std::vector<Found> found = search(s.store, s.vectors, looking.what);
    if (f.json) {
        const Json context = context_of(found);
        for (std::size_t i = 0; i < found.size(); ++i) {
            Json one = context[i];
            if (f.explain) one["explain"] = explained(found[i]);
            put(dump(one) + "\n");
        }
    } else {
        const Colour colour = colour_of(1);
        for (const Found& one : found) show(one, words, colour, f.explain);
    }
    return found.empty() ? 1 : 0;
}

}  // namespace

void declare_find(Tool& tool) {
    FindFlags& r = flags_of_verb<FindFlags>();
    auto& recall = tool.verb("recall", "give each record the passages that bear on its last user turn", [&] { return llm::recall(tool, r); });
    find_options(recall, r);
    recall.group("Finding").option("--on", r.on, "JQ", "Look for what this jq program gives, instead of the last user turn.").since("0.1");
    store_options(recall, r.store);
    embedder_option(recall, r.store);
    loop_options(recall, r.loop);
    talk_options(recall, r.talk);

    static FindFlags f;
    auto& search = tool.verb("search", "find passages by words and meaning", [&tool] { return search_words(tool, f); });
    search.argument("WORD", f.words, "What to look for; several words are looked for together, and words in double quotes as a phrase.");
    find_options(search, f);
    store_options(search, f.store);
    embedder_option(search, f.store);
    search.group("Output").flag("--json", f.json, "Print JSON Lines.").since("0.1");
    search.group("Output").flag("--explain", f.explain, "Show what words, vectors and age contributed to each score.").since("0.1");
}

}  // namespace llm
