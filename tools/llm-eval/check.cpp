#include "run.hpp"
#include "session.hpp"
#include "summary.hpp"
#include "watch.hpp"

#include "eval/checker.hpp"
#include "eval/suite.hpp"
#include "record/writer.hpp"

namespace llm {
namespace {

/// `--expect`: each is an assertion in short, or JSON.
Demands demands_of(const EvalFlags& f, Suite* suite) {
    Demands d;
    if (suite != nullptr) d = suite_demands(*suite);
    for (const std::string& text : f.expects) {
        Json written = read_json(text);
        if (!written.is_object() && !written.is_array()) written = text;
        for (CheckSpec& one : checks_of(written)) d.all.push_back(std::move(one));
    }
    return d;
}

}  // namespace

int check_records(const Tool& tool, const EvalFlags& f) {
    std::optional<Suite> suite;
    if (!f.suite.empty()) suite.emplace(read_suite(f.suite));
    EvalSession s{tool, f, suite ? suite->folder : std::filesystem::path{}};
    Demands demands = demands_of(f, suite ? &*suite : nullptr);
    if (!f.expects.empty()) Assertions(demands.all, std::nullopt, s.tools.needs);  // what is wrong with them is said before anything is read
    Checker checker{s.tools.needs, std::move(demands)};
    Watch watch{f, {suite ? suite->title() : "llm-eval", {"records"}}, suite ? suite->gates : std::vector<std::string>{}};
    FilterOptions o = filter_options(tool, f.loop);
    o.jobs = s.settings.integer("jobs").value_or(4);
    o.on_signal = f.judges.empty() ? OnSignal::finish_input : OnSignal::stop_reading;
    o.resume_salt = fmt::format("{}|{}|{}", f.suite, fmt::join(f.expects, "|"), fmt::join(f.judges, "|"));
    const bool text = o.output != Output::records;
    Filter filter{s.loop, o};
    filter.wants([&checker](const Record& r) { return checker.wants(r); });
    if (!text) filter.sees_output([&watch](std::string_view bytes) { watch.see(bytes); });
    filter.at_end([&] {
        s.caller.close();
        watch.end();
        if (!watch.holds()) filter.say_no();
    });
    const int code = filter.run([&](Record& r, Emitter& e) -> Task<void> {
        co_await checker.step(r, e);
        if (text) watch.add(r, result_of(r));
    });
    if (nobody_reads(1)) return code;
    if (!f.talk.quiet && watch.tally().total().all() > 0) {
        if (watch.tally().total().judged() + watch.tally().total().errors > 0 || f.talk.verbose > 0) say(tool, summary_line(watch.tally().total()));
        if (f.talk.verbose > 0) write_all(2, summary_text(watch.tally(), 0, colour_of(2)), "standard error");
    }
    if (!f.talk.quiet || !watch.holds()) say_gates(tool, watch);
    return code;
}

}  // namespace llm
