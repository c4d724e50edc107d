#include "verbs.hpp"

#include "base/error.hpp"
#include "calls.hpp"
#include "mem/pack.hpp"

namespace llm {
namespace {

struct PackFlags {
    StoreFlags store;
    LoopFlags loop;
    TalkFlags talk;
    long budget = 8'000;
    std::optional<std::string> conversation;
    std::string summarise;
    bool no_core = false;
};

PackOptions options_of(const Tool& tool, const PackFlags& f, const MemSession& s) {
    PackOptions o;
    o.budget = static_cast<std::size_t>(f.budget);
    o.space = s.space();
    o.conversation = f.conversation;
    o.blocks = f.no_core ? PackOptions::Blocks::left_out : PackOptions::Blocks::shown;
    if (f.talk.explain) o.explain = [&tool](std::string_view line) { say(tool, line); };
    return o;
}

int pack(const Tool& tool, const PackFlags& f) {
    MemSession s{tool, f.store, Access::write};
    std::optional<ModelCalls> calls;
    std::optional<ResolvedModel> model;
    Summariser summariser = builtin_summariser();
    if (!f.summarise.empty()) {
        calls.emplace(tool, s, f.talk);
        model = calls->models.resolve(f.summarise);
        summariser = model_summariser(calls->caller, *model, static_cast<std::size_t>(f.budget) * 7 / 10);
    }
    Packer packer{s.store, summariser, options_of(tool, f, s)};
    Filter filter{s.loop, filter_options(tool, f.loop)};
    filter.before_output([&s] { s.store.settle(); });
    filter.at_end([&] {
        s.store.settle();
        if (calls) calls->caller.close();
    });
    return filter.run([&](Record& r, Emitter&) { return packer.step(r); });
}

}  // namespace

void declare_pack(Tool& tool) {
    PackFlags& f = flags_of_verb<PackFlags>();
    auto& verb = tool.verb("pack", "fit each record's conversation into a number of tokens, and keep all of it", [&] { return pack(tool, f); });
    auto& packing = verb.group("Packing");
    packing
        .option("--budget", f.budget, "N",
                "Keep to N tokens: system text, tools, core blocks, summary, recalled passages and turns together. Tokens are estimated. Above 75 % the model is told "
                "that room is scarce; above 90 % the oldest turns give way to a summary, down to 60 %. The last exchange always stays.")
        .at_least(64)
        .since("0.1");
    packing
        .option("--conversation", f.conversation, "NAME",
                "Keep turns under this name. Without it the record's member conversation counts, else the conversation is known again by its first turn. A prompt "
                "goes on where the conversation of that name ended.")
        .since("0.1");
    packing
        .option("--summarise", f.summarise, "MODEL", "Let this model write the summaries. Without it they are made of the turns' own sentences, which costs nothing.")
        .completes(Complete::model)
        .since("0.1");
    packing.flag("--no-core", f.no_core, "Leave core blocks out of the system text.").since("0.1");
    store_options(verb, f.store);
    loop_options(verb, f.loop);
    talk_options(verb, f.talk);
}

}  // namespace llm
