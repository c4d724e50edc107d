#include "runner.hpp"

#include "session.hpp"
#include "stored.hpp"

#include "ask/asker.hpp"
#include "cli/progress.hpp"
#include "eval/checker.hpp"
#include "eval/feed.hpp"
#include "eval/file.hpp"
#include "eval/plan.hpp"

#include <unistd.h>

namespace llm {
namespace {

/// -t: a file, or the template itself.
SuitePrompt prompt_of(const std::string& given, std::size_t number, bool alone) {
    SuitePrompt p;
    std::error_code ignored;
    const bool file = given.find('\n') == std::string::npos && given.find("{{") == std::string::npos && std::filesystem::is_regular_file(given, ignored);
    std::string text = file ? read_file(given, "the template") : given;
    if (file && text.ends_with('\n')) text.pop_back();
    if (!alone) p.label = file ? std::filesystem::path{given}.stem().string() : fmt::format("prompt-{}", number);
    p.turns = std::move(text);
    return p;
}

/// A misspelt assertion ends the run before anything is asked.
void read_assertions(const Suite& suite) {
    const auto read = [](const Json& written) {
        if (written.is_null()) return;
        for (const CheckSpec& spec : checks_of(written))
            if (spec.type != "assert-set") evaluator_entry(spec.type);
    };
    read(suite.defaults.expect);
    for (const Json& one : suite.cases) {
        if (!one.is_object()) continue;
        read(member(one, "assert").is_null() ? member(one, "expect") : member(one, "assert"));
    }
}

RequestSpec spec_of(const Suite& suite, const Settings& settings, const EvalFlags& f) {
    RequestSpec s;
    s.schema = f.schema;
    s.default_model = settings.text("model.default").value_or("");
    if (s.default_model.empty() && f.calls.replay_missing == Missing::fail && !f.calls.replay.empty() && suite.models.empty()) s.default_model = "replay/" + f.calls.replay;
    return s;
}

AskOptions ask_options(const Tool& tool, const EvalFlags& f) {
    AskOptions o;
    o.send = f.calls.dry_run ? AskOptions::Send::dry_run : AskOptions::Send::yes;
    if (f.calls.usage) o.usage = [&tool](std::string_view line) { say(tool, line); };
    if (f.talk.explain) o.explain = [&tool](std::string_view line) { say(tool, line); };
    if (!f.talk.quiet) o.warn = [&tool](std::string_view line) { say(tool, line); };
    return o;
}

}  // namespace

Suite suite_of(const EvalFlags& f) {
    Suite suite = read_suite(f.suite);
    if (!f.models.empty()) {
        suite.models.clear();
        for (const std::string& name : f.models) {
            SuiteModel m;
            m.label = m.name = name;
            suite.models.push_back(std::move(m));
        }
    }
    if (!f.templates.empty()) {
        suite.prompts.clear();
        for (const std::string& t : f.templates) suite.prompts.push_back(prompt_of(t, suite.prompts.size() + 1, f.templates.size() == 1));
    }
    if (f.system) suite.system = *f.system;
    if (f.repeat) suite.repeat = *f.repeat;
    if (!f.name.empty()) suite.description = f.name;
    for (const std::string& text : f.expects) {
        const Json written = read_json(text);
        for (const CheckSpec& one : checks_of(written.is_object() || written.is_array() ? written : Json(text))) suite.defaults.expect.push_back(to_json(one));
    }
    read_assertions(suite);
    return suite;
}

RunEnd run_cases(const Tool& tool, const EvalFlags& given, const Suite& suite, Watch& watch, int out) {
    EvalFlags f = given;
    if (f.judges.empty()) f.judges = suite.judges;
    if (f.embedder.empty()) f.embedder = suite.embedder;
    EvalSession s{tool, f, suite.folder};
    for (const SuiteModel& m : suite.models)
        if (!m.name.empty()) s.models.resolve(m.name);  // a misspelt model ends here, not once a case
    Form form{spec_of(suite, s.settings, f)};
    Asker asker{s.caller, s.models, form, ask_options(tool, f)};
    Checker checker{s.tools.needs, {}};
    std::optional<StoredAnswers> stored;
    if (f.cache) stored.emplace(s.loop, s.settings, s.environment, s.models, form);

    PlanOptions plan_options;
    plan_options.repeat = suite.repeat;
    plan_options.limit = f.limit;
    if (!f.options.empty()) {
        Options parsed;
        for (const auto& [key, value] : f.options) set_option(parsed, key, value);
        plan_options.options = to_json(parsed);
    }
    RunPlan plan{suite, plan_options};
    std::uint64_t made = 0, seen = 0;
    bool all_made = false;
    Feed feed{s.loop, [&](std::string& line) {
                  try {
                      if (!plan.next(line)) return !(all_made = true);
                  } catch (const Error& e) {
                      line = dump(Json{{"error", error_member(e, tool.name(), static_cast<long>(made + 1))}});
                  }
                  ++made;
                  return true;
              }};

    FilterOptions o = filter_options(tool, f.loop);
    o.in = feed.fd();
    o.out = out;
    o.jobs = f.loop.jobs ? *f.loop.jobs : suite.jobs.value_or(s.settings.integer("jobs").value_or(4));
    o.on_signal = OnSignal::stop_reading;
    o.resume_salt = fmt::format("{}|{}|{}", fmt::join(f.judges, "|"), f.embedder, f.prompts);  // all else stands in the record
    if (o.output != Output::records) throw Error(Fault::usage, "--raw and --null write texts; give the records to llm-ask -r, or to jq");
    const bool shown = !f.talk.quiet && ::isatty(2) == 1;
    Progress progress{shown ? Show::when_terminal : Show::never, shown ? std::optional{plan.total()} : std::nullopt};
    watch.also([&](const Record&, const Result& r) {
        ++seen;
        r.outcome == Result::Outcome::error ? progress.failed() : progress.done();
    });
    s.caller.open_store();
    Filter filter{s.loop, o};
    filter.sees_output([&watch](std::string_view bytes) { watch.see(bytes); });
    if (stored) filter.before_output([&stored] { stored->settle(); });
    filter.at_end([&] {
        s.caller.close();
        if (stored) stored->close();
        watch.end();
        const bool fine = watch.has_gates() ? watch.holds() : watch.tally().total().failed == 0;
        if (!fine) filter.say_no();
    });
    RunEnd end;
    end.code = filter.run([&](Record& r, Emitter& e) -> Task<void> {
        if (!r.has("response")) {
            if (stored && stored->find(r)) {
                // answered
            } else {
                co_await asker.step(r, e);
                if (stored) stored->keep(r);
            }
        }
        if (r.has("expect") && r.has("response")) co_await checker.step(r, e);
    });
    end.complete = all_made && seen == made;
    watch.also(nullptr);
    return end;
}

}  // namespace llm
