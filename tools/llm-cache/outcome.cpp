#include "run.hpp"
#include "session.hpp"

#include "base/error.hpp"
#include "cache/decisions.hpp"
#include "record/filter.hpp"
#include "record/predicate.hpp"

namespace llm {
namespace {

/// Nothing where it says nothing.
std::optional<HitVerdict> verdict_of(const Json& said) {
    if (said.is_null()) return std::nullopt;
    if (said == true || said == "right") return HitVerdict::right;
    if (said == false || said == "wrong") return HitVerdict::wrong;
    throw Error(Fault::data, "{} is no verdict: true or false, \"right\" or \"wrong\" is expected; --verdict JQ makes one of something else", dump(said));
}

std::optional<HitVerdict> verdict_of(const Record& record, std::optional<JqProgram>& program) {
    if (program) {
        const auto said = program->first(record.line());
        return said ? verdict_of(Json::parse(*said)) : std::nullopt;
    }
    if (const auto said = record.raw("verdict")) return verdict_of(Json::parse(*said));
    if (!record.has("eval")) return std::nullopt;
    return verdict_of(member(record.get("eval"), "pass"));
}

int note_one(const Tool& tool, CacheSession& s, const CacheFlags& f) {
    if (f.keys.size() != 2 || (f.keys[1] != "right" && f.keys[1] != "wrong"))
        throw Error(Fault::usage, "a key and a verdict are needed: llm-cache outcome KEY right, or wrong; without any, records are read");
    const auto decided = decided_questions(s.store, f.keys[0], f.space);
    if (decided.empty()) {
        say_as(tool)(fmt::format("no answer found by similarity was given to a question whose key begins with {}", f.keys[0]));
        return 1;
    }
    if (decided.size() > 1) throw Error(Fault::usage, "{} questions have keys that begin with {}; give more of the key", decided.size(), f.keys[0]);
    judge(s.store, decided[0].decision, f.keys[1] == "right" ? HitVerdict::right : HitVerdict::wrong);
    s.store.settle();
    return 0;
}

}  // namespace

int note_outcome(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::write};
    if (!f.keys.empty()) return note_one(tool, s, f);
    std::optional<JqProgram> program;
    if (!f.verdict.empty()) program.emplace(f.verdict);
    const Say explain = explain_as(tool, f);
    Filter filter{s.loop, filter_options(tool, f.loop)};
    filter.wants([](const Record& r) { return r.has("cache"); });
    filter.before_output([&s] { s.store.settle(); });
    return filter.run([&](Record& r) {
        const Json cache = r.get("cache");
        if (member(cache, "hit") != "semantic") return;
        const auto verdict = verdict_of(r, program);
        if (!verdict) return;
        const auto decided = decided_questions(s.store, text_of(cache, "key"), std::nullopt);
        if (!decided.empty()) judge(s.store, decided[0].decision, *verdict);
        else if (explain) explain(fmt::format("line {}: nothing is known any more of the answer it got", r.number()));
    });
}

}  // namespace llm
