#include "session.hpp"
#include "verbs.hpp"

#include "base/utf8.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "record/reader.hpp"
#include "record/writer.hpp"

#include <memory>

namespace llm {
namespace {

struct ExplainFlags {
    FilterFlags shared;
    std::string prompt;
    bool json = false;
};

std::string_view name(Look::Result r) {
    switch (r) {
        case Look::Result::matched: return "yes";
        case Look::Result::failed: return "no";
        case Look::Result::abstained: return "abstains";
        case Look::Result::not_reached: break;
    }
    return "not asked";
}

/// A prompt, or a whole record where it is a JSON object.
Record record_of(const std::string& given) {
    const std::string text = given == "-" ? read_all(0) : given;
    Record record;
    if (!text.empty() && text.front() == '{' && record.load(text, 1)) return record;
    return Record::of(Json{{"prompt", text}});
}

void put_rules(const RouteDecision& d, const ExplainFlags& f) {
    Table table{{{"line", "LINE", Align::right, false}, {"rule", "RULE", Align::left, false}, {"matched", "MATCHED", Align::left, false},
                 {"route", "ROUTE", Align::left, false}, {"why", "WHY", Align::left, true}}};
    for (const Look& l : d.looks) {
        Json row{{"line", l.rule->line}, {"rule", l.rule->name}, {"matched", name(l.result)}, {"route", l.result == Look::Result::matched ? l.route : ""}, {"why", l.why}};
        if (l.score && f.json) row["score"] = *l.score;
        table.add(std::move(row));
    }
    put(table, f.json ? Listing::json : Listing::table);
}

std::string dollars(const std::optional<double>& cost) { return cost ? fmt::format("${:.4g}", *cost) : "unknown"; }

/// Each route with its price for this prompt, and what stands in its way.
void put_routes(Decider& decider, const Record& record, const RouteDecision& d) {
    Table table{{{"route", "ROUTE", Align::left, false}, {"model", "MODEL", Align::left, true}, {"cost", "COST", Align::right, false}, {"state", "STATE", Align::left, true}}};
    Subject subject{record, nullptr};
    for (const auto& [name, line] : decider.policy().mentioned()) {
        Target& t = decider.targets().find(name);
        const Obstacle o = decider.targets().obstacle(t, subject);
        table.add(Json{{"route", name}, {"model", t.full_name}, {"cost", dollars(decider.targets().cost_of(t, subject))}, {"state", &t == d.target ? "chosen" : o ? o.why : "can be asked"}});
    }
    put(table, Listing::table);
}

int explain(const Tool& tool, const ExplainFlags& f) {
    if (f.prompt.empty()) throw Error(Fault::usage, "what is to be explained? Give a prompt, or - to read one");
    RouteSession s{tool, f.shared.policy, f.shared.request};
    Record record = record_of(f.prompt);
    if (f.shared.request.any()) s.form.write_into(record);
    Decider decider{s.policy, s.needs()};
    RouteDecision d;
    if (decider.calls()) {
        auto work = [](Decider& by, const Record& r, RouteDecision& to) -> Task<void> { to = co_await by.decide_calling(r, Decider::Looks::kept); };
        Task<void> task = work(decider, record, d);
        task.start();
        while (!task.done()) s.loop.run_once();
        task.result();
        s.caller.close();
    } else {
        d = decider.decide(record, Decider::Looks::kept);
    }
    if (f.json) {
        put_rules(d, f);
        put("{\"route\":" + route_member(d) + "}\n");
        return d.target ? 0 : 1;
    }
    Subject subject{record, nullptr};
    const Language language = subject.language();
    put(fmt::format("{}: {} tokens, {}\n\n", s.policy.file, subject.tokens(), language.code.empty() ? "language not clear" : "language " + std::string{language.code}));
    if (!d.looks.empty()) {
        put_rules(d, f);
        put("\n");
    }
    put_routes(decider, record, d);
    if (d.target) put(fmt::format("\n{} ({}), because {}; about {} with {} tokens out\n", d.target->entry.name, d.target->full_name, d.reason, dollars(d.cost), s.policy.expected_output));
    else put(fmt::format("\nnone: {}\n", d.reason));
    for (const Tried& t : d.tried) put(fmt::format("  {}: {}\n", t.tier.empty() ? t.model : "passed over " + t.tier, t.why));
    return d.target ? 0 : 1;
}

}  // namespace

void declare_explain(Tool& tool) {
    const auto f = std::make_shared<ExplainFlags>();
    auto& verb = tool.verb("explain", "show which rule matches a prompt, and why", [&tool, f] { return explain(tool, *f); });
    verb.argument("PROMPT", f->prompt, "The prompt, or a whole record where it is a JSON object, or - to read either.");
    policy_options(verb, f->shared.policy);
    shaping_options(verb, f->shared.request);
    verb.find("--model")->hidden();  // rules do not look at it
    verb.group("Output").flag("--json", f->json, "Print JSON Lines: a line a rule, then the record's route.").since("0.1");
}

}  // namespace llm
