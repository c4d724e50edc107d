#include "run.hpp"
#include "runner.hpp"
#include "session.hpp"
#include "summary.hpp"

#include "base/paths.hpp"
#include "cli/table.hpp"
#include "eval/drift.hpp"
#include "eval/history.hpp"
#include "record/writer.hpp"

#include <chrono>
#include <fcntl.h>
#include <unistd.h>

namespace llm {
namespace {

std::filesystem::path history_path(const EvalFlags& f) {
    const Environment environment;
    return f.store.empty() ? data_folder(environment) / "eval.db" : std::filesystem::path{f.store};
}

std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Half a case, or a part of the whole: what would not be noticed.
double least_deviation(const std::string& figure, double middle, std::int64_t judged) {
    if (figure == "tokens.output" || figure == "ms.p50") return middle * 0.02;
    return judged > 0 ? 0.5 / static_cast<double>(judged) : 0;
}

std::string number(double v) { return fmt::format("{:.4g}", v); }

}  // namespace

void save_run(const EvalFlags& f, const Suite& suite, const Tally& tally) {
    History{history_path(f)}.add(suite.title(), fingerprint(suite), now(), tally);
}

int drift(const Tool& tool, const EvalFlags& f) {
    const Suite suite = suite_of(f);
    const std::string print = fingerprint(suite);
    History history{history_path(f)};
    const std::vector<PastRun> before = history.last(suite.title(), print, f.baseline);
    Watch watch{f, {suite.title(), {suite.title()}}, suite.gates};
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const RunEnd end = run_cases(tool, f, suite, watch, nowhere);
    ::close(nowhere);
    const Cell& total = watch.tally().total();
    if (!end.complete || total.errors > 0 || total.judged() == 0) {
        write_all(2, summary_text(watch.tally(), 0, colour_of(2)), "standard error");
        say(tool, "this run is not whole, so it is neither compared nor kept");
        return end.code == 0 || end.code == 1 ? exit_code(Fault::internal) : end.code;
    }
    history.add(suite.title(), print, now(), watch.tally());

    Table table{{{"figure", "FIGURE", Align::left, false},
                 {"now", "NOW", Align::right, false},
                 {"middle", "USUAL", Align::right, false},
                 {"low", "FROM", Align::right, false},
                 {"high", "TO", Align::right, false},
                 {"state", "STATE", Align::left, false}}};
    bool alarm = false;
    for (const auto& [name, value] : charted_figures(watch.tally())) {
        std::vector<double> past;
        for (const PastRun& r : before)
            if (const auto it = r.figures.find(name); it != r.figures.end()) past.push_back(it->second);
        ChartOptions o;
        o.limits = f.limits;
        o.least = least_deviation(name, past.empty() ? 0 : mean(past), total.judged());
        const Chart c = control_chart(past, value, o);
        const bool counts = name != "ms.p50";  // how fast a server is says nothing about its answers
        alarm |= counts && c.alarm();
        Json row{{"figure", name}, {"now", f.loop.json ? Json(value) : Json(number(value))}};
        if (!past.empty()) {
            row["middle"] = f.loop.json ? Json(c.middle) : Json(number(c.middle));
            row["low"] = f.loop.json ? Json(c.low) : Json(number(c.low));
            row["high"] = f.loop.json ? Json(c.high) : Json(number(c.high));
        }
        row["state"] = c.words();
        if (f.loop.json) row["alarm"] = counts && c.alarm();
        table.add(std::move(row));
    }
    put(table, f.loop.json ? Listing::json : Listing::table);
    if (!f.loop.json) {
        std::string said = fmt::format("\n{} runs before", before.size());
        if (const auto others = history.others(suite.title(), print); others > 0) said += fmt::format(" ({} of the suite as it was before it was changed do not count)", others);
        put(said + (before.size() < ChartOptions{}.warm_up ? fmt::format("; from {} on they are a measure\n", ChartOptions{}.warm_up) : alarm ? ": this one is not like them\n" : ": this one is like them\n"));
    }
    say_gates(tool, watch);
    return alarm || !watch.holds() ? 1 : 0;
}

}  // namespace llm
