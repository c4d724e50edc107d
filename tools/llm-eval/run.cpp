#include "run.hpp"

#include "runner.hpp"
#include "session.hpp"
#include "summary.hpp"

#include "record/writer.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace llm {

int run_suite(const Tool& tool, const EvalFlags& f) {
    const Suite suite = suite_of(f);
    if (!f.talk.quiet)
        for (const std::string& note : suite.notes) say(tool, note);
    Watch watch{f, {suite.title(), {suite.title()}}, suite.gates};
    const bool on_screen = ::isatty(1) == 1;
    const int out = on_screen ? ::open("/dev/null", O_WRONLY | O_CLOEXEC) : 1;
    const RunEnd end = run_cases(tool, f, suite, watch, out);
    if (on_screen) ::close(out);
    if (nobody_reads(1)) return end.code;
    const Tally& tally = watch.tally();
    const int to = on_screen ? 1 : 2;
    if (on_screen || !f.talk.quiet) write_all(to, summary_text(tally, on_screen ? terminal_width(1) : 0, colour_of(to)), "the summary");
    if (!watch.gate_lines().empty() && (!f.talk.quiet || !watch.holds())) say_gates(tool, watch);
    if (!end.complete && !f.talk.quiet) say(tool, f.loop.resume.empty() ? "the run did not come to its end; with --resume FILE it could go on" : "the run did not come to its end; the same command goes on");
    if (f.save && end.complete) save_run(f, suite, tally);
    return end.code;
}

}  // namespace llm
