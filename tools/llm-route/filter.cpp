#include "session.hpp"
#include "verbs.hpp"

#include <memory>

namespace llm {
namespace {

/// Lays the route's options under the record's own.
void add_options(Record& record, const Json& options) {
    Json own = record.get("options");
    if (own.is_null()) own = Json::object();
    for (const auto& [key, value] : options.items())
        if (!own.contains(key)) own[key] = value;
    record.set("options", own);
}

std::string line_for_people(const Record& record, const RouteDecision& d) {
    std::string line = fmt::format("line {}: ", record.number());
    line += d.target ? fmt::format("{} ({}), {}", d.target->entry.name, d.target->full_name, d.reason) : d.reason;
    for (const Tried& t : d.tried) line += fmt::format("; {} {}", t.tier.empty() ? t.model : "not " + t.tier + ":", t.why);
    return line;
}

class Routing {
public:
    Routing(RouteSession& s, const FilterFlags& f) : session_(s), flags_(f), decider_(s.policy, s.needs()) {}

    bool calls() const { return decider_.calls(); }
    /// What has its answer needs no model, and what has its model keeps it.
    bool wants(const Record& r) const { return !r.has("response") && (flags_.again || !r.has("model")); }

    void step(Record& record) {
        if (!prepare(record)) return;
        write(record, decider_.decide(record));
    }
    Task<void> calling_step(Record& record) {
        if (!prepare(record)) co_return;
        const RouteDecision decision = co_await decider_.decide_calling(record);
        write(record, decision);
    }

private:
    bool prepare(Record& record) {
        if (flags_.again) record.erase("model");
        if (flags_.request.any()) session_.form.write_into(record);
        return !record.has("model");
    }
    void write(Record& record, const RouteDecision& decision) {
        if (flags_.talk.explain) session_.say(line_for_people(record, decision));
        if (decision.target) {
            record.set_raw("model", quote(decision.target->entry.model));
            if (!decision.target->entry.options.is_null()) add_options(record, decision.target->entry.options);
        }
        record.set_raw("route", route_member(decision));
    }

    RouteSession& session_;
    const FilterFlags& flags_;
    Decider decider_;
};

int route_records(const Tool& tool, const FilterFlags& f) {
    RouteSession s{tool, f.policy, f.request};
    Routing router{s, f};
    FilterOptions o = filter_options(tool, f.loop);
    if (router.calls()) {
        o.jobs = f.loop.jobs.value_or(s.settings.integer("jobs").value_or(4));
        o.on_signal = OnSignal::stop_reading;
    }
    Filter filter{s.loop, o};
    filter.wants([&router](const Record& r) { return router.wants(r); });
    filter.at_end([&s] { s.caller.close(); });
    if (router.calls()) return filter.run([&router](Record& r, Emitter&) { return router.calling_step(r); });
    return filter.run([&router](Record& r) { router.step(r); });
}

}  // namespace

void declare_filter(Tool& tool) {
    const auto f = std::make_shared<FilterFlags>();
    policy_options(tool, f->policy);
    tool.group("Policy").flag("--again", f->again, "Choose for records that name a model already, too.").since("0.1");
    shaping_options(tool, f->request);
    loop_options(tool, f->loop);
    talk_options(tool, f->talk);
    tool.top({"--policy", "--when", "--explain"});
    tool.does([&tool, f] { return route_records(tool, *f); });

    tool.synopsis("[OPTION]... < RECORDS")
        .synopsis("fallback [OPTION]... [COMMAND]... < RECORDS")
        .synopsis("explain|check [OPTION]... ARGUMENT");
    tool.example("llm-route < in.jsonl | llm-ask > out.jsonl", "let the policy choose, then ask");
    tool.example("llm-route explain 'Prove that the square root of 2 is irrational'", "see which rule would match, and why");
    tool.environment("LLMUTILS_*", "override settings of config.toml: LLMUTILS_ROUTE_POLICY, LLMUTILS_TIER_CHEAP");
    tool.file("$XDG_CONFIG_HOME/llm-utils/policy.toml", "the policy");
    tool.file("$XDG_CACHE_HOME/llm-utils/route.db", "examples as vectors; made anew where missing");
    tool.see_also("llm-policy(5)").see_also("llm-ask(1)").see_also("llm-record(5)").see_also("llm-utils(7)");
}

}  // namespace llm
