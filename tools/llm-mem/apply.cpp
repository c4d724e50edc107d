#include "verbs.hpp"

#include "base/error.hpp"
#include "mem/until_done.hpp"

#include <limits>

namespace llm {
namespace {

struct ApplyFlags {
    StoreFlags store;
    LoopFlags loop;
    TalkFlags talk;
    std::vector<std::string> command;
    bool until_done = false;
    long steps = 10;
};

int apply(const Tool& tool, const ApplyFlags& f) {
    if (f.until_done && f.command.empty())
        throw Error(Fault::usage, "--until-done needs the command that asks the model, behind --: llm-mem apply --until-done -- llm-ask -m cheap");
    if (!f.until_done && !f.command.empty()) throw Error(Fault::usage, "a command is run with --until-done only: llm-mem apply --until-done -- {}", f.command.front());
    MemSession s{tool, f.store, Access::write};
    s.quiet = f.talk.quiet;
    ApplyOptions o;
    o.space = s.space();
    if (f.talk.explain) o.explain = [&tool](std::string_view line) { say(tool, line); };
    Applier applier{s.store, s.vectors, std::move(o)};
    FilterOptions loop = filter_options(tool, f.loop);
    const auto finish = [&s] {
        s.finish();
        s.vectors.tend();
    };
    if (!f.until_done) {
        Filter filter{s.loop, loop};
        filter.wants([&applier](const Record& r) { return applier.wants(r); });
        filter.before_output([&s] { s.store.settle(); });
        filter.at_end(finish);
        return filter.run([&](Record& r) { s.store.attempt([&] { applier.step(r); }); });
    }
    loop.jobs = std::numeric_limits<long>::max();  // how many are under way is the command's affair
    loop.on_signal = OnSignal::stop_reading;
    UntilDone until{s.loop, s.store, applier, f.command, f.steps};
    Filter filter{s.loop, loop};
    filter.room([&until] { return until.room(); });
    filter.input_ended([&until] { until.input_ended(); });
    filter.at_end(finish);
    return filter.run([&until](Record& r, Emitter& e) { return until.step(r, e); });
}

}  // namespace

void declare_apply(Tool& tool) {
    ApplyFlags& f = flags_of_verb<ApplyFlags>();
    auto& verb = tool.verb("apply", "carry out the memory functions that a record's answer calls", [&] { return apply(tool, f); });
    verb.argument("COMMAND", f.command, "With --until-done: the command that asks the model, and its words, behind --.");
    auto& applying = verb.group("Applying");
    applying
        .flag("--until-done", f.until_done,
              "Give each record to the command and carry out what it calls, again and again, until the model has answered. The command gets records on standard input and gives "
              "them back with response, as llm-ask does.")
        .since("0.1");
    applying
        .option("--steps", f.steps, "N", "Ask at most N times for one record. Where the model still calls functions then, the record fails with fault refused; what was done stays done, and the same record goes on from there with a higher N.")
        .at_least(1)
        .since("0.1");
    store_options(verb, f.store);
    embedder_option(verb, f.store);
    loop_options(verb, f.loop);
    talk_options(verb, f.talk);
}

}  // namespace llm
