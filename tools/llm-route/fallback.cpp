#include "session.hpp"
#include "verbs.hpp"

#include "route/around.hpp"
#include "route/next.hpp"

#include <limits>
#include <memory>

namespace llm {
namespace {

int fall_back(const Tool& tool, const FilterFlags& f) {
    RouteSession s{tool, f.policy, f.request};
    Targets targets{s.policy, s.models, s.settings, s.environment};
    NextModel next{s.policy, targets, f.most};
    const auto explain = [&](const Record& r) {
        if (f.talk.explain) s.say(fmt::format("line {}: {}", r.number(), next.said()));
    };
    FilterOptions o = filter_options(tool, f.loop);
    if (f.command.empty()) {
        Filter filter{s.loop, o};
        filter.mends([&](Record& r) {
            const bool mended = next.put_into(r);
            if (mended) explain(r);
            return mended;
        });
        filter.wants([&s](const Record& r) { return trouble_of(r, s.policy) == Trouble::refusal; });
        return filter.run([&](Record& r) {
            if (next.put_into(r)) explain(r);
        });
    }
    Around around{s.loop, next, f.command, s.say};
    o.jobs = std::numeric_limits<long>::max();  // how many are under way is the command's affair
    o.on_signal = OnSignal::stop_reading;
    Filter filter{s.loop, o};
    filter.wants([](const Record& r) { return !r.has("response"); });
    filter.room([&around] { return around.room(); });
    filter.input_ended([&around] { around.input_ended(); });
    return filter.run([&](Record& r, Emitter& e) { return around.step(r, e); });
}

}  // namespace

void declare_fallback(Tool& tool) {
    const auto f = std::make_shared<FilterFlags>();
    auto& verb = tool.verb("fallback", "give what failed the next model of the policy's lists", [&tool, f] { return fall_back(tool, *f); });
    verb.argument("COMMAND", f->command,
                  "The command that asks and its words, behind --. It gets records on standard input and gives them back answered. Without it this is a filter: what "
                  "failed leaves with another model and without its error, for the llm-ask that follows.");
    policy_options(verb, f->policy);
    verb.group("Policy").option("--most", f->most, "N", "Try at most N further models for a record.").at_least(1).since("0.1");
    loop_options(verb, f->loop);
    talk_options(verb, f->talk);
    tool.example("llm-route fallback -- llm-ask < routed.jsonl", "ask, and what fails ask of the next model");
}

}  // namespace llm
