#include "verbs.hpp"

#include "base/error.hpp"
#include "base/paths.hpp"
#include "calls.hpp"
#include "cli/terminal.hpp"
#include "log/query.hpp"
#include "log/when.hpp"
#include "mem/learn_ask.hpp"
#include "mem/learn_sources.hpp"

#include <limits>

namespace llm {
namespace {

struct LearnFlags {
    StoreFlags store;
    LoopFlags loop;
    TalkFlags talk;
    std::optional<std::string> model, conversation;
    std::vector<std::string> tags;
    std::string since, until;
    bool review = false, from_turns = false, from_log = false;
};

FactOptions options_of(const Tool& tool, const LearnFlags& f, const MemSession& s, const std::string& model) {
    FactOptions o;
    o.space = s.space();
    o.tags = f.tags;
    o.write = f.review ? FactOptions::Write::propose : FactOptions::Write::at_once;
    o.model = model;
    if (f.talk.explain) o.explain = [&tool](std::string_view line) { say(tool, line); };
    return o;
}

std::filesystem::path journal_path(const MemSession& s) {
    const std::string path = s.settings.text("log.path").value_or("");
    return path.empty() ? data_folder(s.environment) / "log.db" : expand_home(path, s.environment);
}

struct Learning {
    Learning(const Tool& tool, const LearnFlags& f) : s(tool, f.store, Access::write), calls(tool, s, f.talk), form(RequestSpec{}) {
        s.quiet = f.talk.quiet;
        std::string asked = f.model.value_or(s.settings.text("model.default").value_or(""));
        if (asked.empty()) asked = calls.models.default_model([this](const Endpoint& e) { return calls.caller.probe(e); });
        model = calls.models.resolve(asked).full_name();
        asker.emplace(calls.caller, calls.models, form, AskOptions{});
        learner.emplace(s.store, s.vectors, ask_json(*asker, asked), options_of(tool, f, s, model));
    }
    void finish() {
        s.finish();
        s.vectors.tend();
        calls.caller.close();
    }

    MemSession s;
    ModelCalls calls;
    Form form;
    std::string model;
    std::optional<Asker> asker;
    std::optional<FactLearner> learner;
};

void report(const LearnFlags& f, const Learned& l) {
    if (f.loop.json) put(dump(to_json(l)) + "\n");
    else put(fmt::format("read {} turns: {} facts added, {} superseded, {} known already, {} dropped{}\n", l.turns, l.added, l.superseded, l.known, l.dropped,
                         f.review ? fmt::format(", {} wait for llm-mem review", l.proposed) : ""));
}

Task<void> learn_all(FactLearner& learner, std::vector<Lesson> lessons, Learned& all) {
    for (Lesson& lesson : lessons) {
        Learned part = co_await learner.learn(std::move(lesson.heard), std::move(lesson.recalled));
        all += part;
    }
}

/// Of what lies in a store, without records.
int learn_stored(const Tool& tool, const LearnFlags& f) {
    Learning l{tool, f};
    const std::int64_t now = l.s.store.now();
    const std::int64_t since = f.since.empty() ? 0 : parse_when(f.since, now * 1000) / 1000;
    const std::int64_t until = f.until.empty() ? std::numeric_limits<std::int64_t>::max() / 1'000 : parse_when(f.until, now * 1000) / 1000;
    std::vector<Lesson> lessons;
    const auto take = [&lessons](Lesson lesson) { lessons.push_back(std::move(lesson)); };
    if (f.from_turns) each_kept(l.s.store, l.s.space(), f.conversation, since, until, take);
    if (f.from_log) {
        JournalReader journal{journal_path(l.s)};
        each_logged(journal, l.s.space(), since, until, take);
    }
    Learned all;
    l.s.loop.catch_signals();
    Task<void> task = learn_all(*l.learner, std::move(lessons), all);
    task.start();
    while (!task.done() && Loop::signal_caught() == 0) l.s.loop.run_once();
    const bool done = task.done();
    if (done) task.result();
    l.finish();
    report(f, all);
    return done ? 0 : 128 + Loop::signal_caught();
}

/// Records pass as they came.
int learn_records(const Tool& tool, const LearnFlags& f) {
    if (f.conversation || !f.since.empty() || !f.until.empty())
        throw Error(Fault::usage, "--conversation, --since and --until choose among what is stored; give --from-turns or --from-log too");
    Learning l{tool, f};
    FilterOptions o = filter_options(tool, f.loop);
    o.on_signal = OnSignal::stop_reading;
    Learned all;
    Filter filter{l.s.loop, o};
    filter.at_end([&l] { l.finish(); });
    const auto step = [&l, &all](Record& r, Emitter&) -> Task<void> {
        Lesson lesson = lesson_of(l.s.space(), r, l.s.store.now());
        Learned part = co_await l.learner->learn(std::move(lesson.heard), std::move(lesson.recalled));
        all += part;
    };
    const int code = filter.run(step);
    if (!f.talk.quiet && f.talk.verbose > 0) say(tool, dump(to_json(all)));
    return code;
}

}  // namespace

void declare_learn(Tool& tool) {
    LearnFlags& f = flags_of_verb<LearnFlags>();
    auto& verb = tool.verb("learn", "draw facts from conversations and remember them", [&] { return f.from_turns || f.from_log ? learn_stored(tool, f) : learn_records(tool, f); });
    model_option(verb, f.model);
    auto& learning = verb.group("Learning");
    learning
        .flag("--review", f.review,
              "Write nothing; leave what would be written for llm-mem review. Turns count as read all the same.")
        .since("0.1");
    learning.option("--tag", f.tags, "TAG", "Mark the facts with this tag.").since("0.1");
    learning.flag("--from-turns", f.from_turns, "Read the conversations that llm-mem pack keeps, and no records.").since("0.1");
    learning.flag("--from-log", f.from_log, "Read the journal of calls, and no records. The calls of llm-mem itself are left out.").since("0.1");
    learning.option("--conversation", f.conversation, "NAME", "Read this conversation only. For --from-turns.").since("0.1");
    learning.option("--since", f.since, "TIME", "Read what was said at this time or later: a date, yesterday, or an age such as 7d.").since("0.1");
    learning.option("--until", f.until, "TIME", "Read what was said before this time.").since("0.1");
    store_options(verb, f.store);
    embedder_option(verb, f.store);
    loop_options(verb, f.loop);
    talk_options(verb, f.talk);
}

}  // namespace llm
