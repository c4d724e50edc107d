#include "verbs.hpp"

#include "outcomes.hpp"

#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "record/writer.hpp"
#include "route/chart.hpp"
#include "route/router_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

namespace llm {
namespace {

struct ReportFlags {
    OutcomeFlags outcomes;
    std::vector<std::string> routers;
    long folds = 0;
    bool answers = false;
    long neighbours = static_cast<long>(LearnOptions{}.neighbours);
    long seed = 0;
    std::optional<double> weak_price, strong_price;
    long draws = 400;
    std::string svg;
    bool json = false;
};

std::vector<Ours> ours_of(const Tool& tool, const ReportFlags& f, const std::vector<OutcomeRow>& rows) {
    std::vector<Ours> out;
    const BuiltinEmbedder embedder;
    std::vector<std::string_view> prompts;
    for (const OutcomeRow& row : rows) prompts.push_back(row.outcome.prompt);
    for (const std::string& file : f.routers) {
        const Router router = read_router(file, embedder);
        std::vector<double> scores;
        for (const OutcomeRow& row : rows) scores.push_back(router.score(row.outcome.prompt, row.outcome.answer));
        out.push_back({f.routers.size() == 1 ? "ours" : file, std::move(scores), router.evidence() == Evidence::answer ? Plan::cascade : Plan::route});
        if (const double seen = router.seen(prompts); seen > 0)
            write_all(2, fmt::format("{}: {} was trained on about {:.0f} % of these requests; its figures are too good. Keep some apart, or use --folds\n", tool.name(), file,
                                     std::max(1.0, 100 * seen)),
                      "standard error");
    }
    if (f.folds > 0) {
        LearnOptions options;
        options.evidence = f.answers ? Evidence::answer : Evidence::prompt;
        options.neighbours = static_cast<std::size_t>(f.neighbours);
        const Apart apart = f.outcomes.group.empty() ? Apart::prompts : Apart::groups;
        out.push_back({"ours", scores_kept_out(rows, static_cast<std::size_t>(f.folds), apart, static_cast<std::uint64_t>(f.seed), options, embedder),
                       f.answers ? Plan::cascade : Plan::route});
    }
    return out;
}

void print_table(const RouteReport& report) {
    Table table{{{"name", "STRATEGY", Align::left, true},
                 {"strong_for_95", "STRONG FOR 95 %", Align::right, false},
                 {"apgr", "APGR", Align::right, false},
                 {"cpt50", "CPT50", Align::right, false},
                 {"cpt80", "CPT80", Align::right, false},
                 {"aiq", "AIQ", Align::right, false}}};
    const auto shown = [](const RouteInterval& i, double RouteFigures::*f) { return fmt::format("{:.3f} ({:.3f}-{:.3f})", i.middle.*f, i.low.*f, i.high.*f); };
    for (const Strategy& s : report.strategies)
        table.add(Json{{"name", s.name},
                       {"strong_for_95", shown(s.figures, &RouteFigures::strong_for_95)},
                       {"apgr", shown(s.figures, &RouteFigures::apgr)},
                       {"cpt50", shown(s.figures, &RouteFigures::cpt50)},
                       {"cpt80", shown(s.figures, &RouteFigures::cpt80)},
                       {"aiq", shown(s.figures, &RouteFigures::aiq)}});
    put(table, Listing::table);
    for (const Strategy& s : report.strategies)
        if (s.above_length) {
            const RouteInterval& i = *s.above_length;
            const double low = -100 * i.high.strong_for_95, high = -100 * i.low.strong_for_95;
            put(fmt::format("{}: {:.1f} points ({:.1f} to {:.1f}) fewer strong calls than by length{}\n", s.name, -100 * i.middle.strong_for_95, low, high,
                            low > 0 ? "" : "; that may be chance"));
        }
}

int report(const Tool& tool, const ReportFlags& f) {
    if (f.folds == 1) throw Error(Fault::usage, "one fold leaves nothing to train on; --folds 5 is usual");
    if (!f.outcomes.group.empty() && f.folds == 0) throw Error(Fault::usage, "--group holds whole groups out of training; give --folds too");
    if (f.weak_price.has_value() != f.strong_price.has_value()) throw Error(Fault::usage, "--weak-price and --strong-price go together");
    const std::vector<OutcomeRow> rows = read_outcomes(tool, f.outcomes);
    ReportOptions options;
    options.draws = static_cast<int>(f.draws);
    options.costs.weak_per_token = f.weak_price;
    options.costs.strong_per_token = f.strong_price;
    for (auto* price : {&options.costs.weak_per_token, &options.costs.strong_per_token})
        if (*price) **price *= 1e-6;
    const RouteReport r = make_report(rows, ours_of(tool, f, rows), options);
    if (!f.svg.empty()) {
        std::ofstream out{f.svg};
        out << svg_chart(r);
        if (!out.flush()) throw Error(Fault::io, "cannot write {}: {}", f.svg, std::strerror(errno));
    }
    if (f.json) {
        for (const Strategy& s : r.strategies) put(dump(to_json(s)) + "\n");
        return 0;
    }
    put(fmt::format("{} requests; weak model {:.1f} % right, strong model {:.1f} %\n\n", r.requests, 100 * r.weak_quality, 100 * r.strong_quality));
    put(terminal_chart(r, std::min<std::size_t>(terminal_width(1), 100)) + "\n");
    print_table(r);
    return 0;
}

}  // namespace

void declare_report(Tool& tool) {
    const auto f = std::make_shared<ReportFlags>();
    auto& verb = tool.verb("report", "say what a router is worth, beside chance, length and the best there could be", [&tool, f] { return report(tool, *f); });
    outcome_options(verb, f->outcomes);
    auto& judged = verb.group("Strategies");
    judged.option("--router", f->routers, "FILE", "Judge this router or scorer by records it was not trained on. May be given several times.").completes(Complete::file).since("0.1");
    judged.option("--folds", f->folds, "K", "Judge what training on these records is worth: train K times, each time on all but a part that is scored.").at_least(0).since("0.1");
    judged.option("--group", f->outcomes.group, "MEMBER", "Keep records together that agree in this member, so that whole subjects are held out of training.")
        .completes(Complete::member)
        .since("0.1");
    judged.flag("--answers", f->answers, "With --folds: train scorers of answers, and count both calls, as a cascade makes them.").since("0.1");
    judged.option("--neighbours", f->neighbours, "K", "With --folds: as train --neighbours.").at_least(0).since("0.1");
    judged.option("--seed", f->seed, "N", "With --folds: divide the records in another way.").at_least(0).since("0.1");
    judged.option("--weak-price", f->weak_price, "DOLLARS", "Count costs by the tokens of the recorded answers; this is the weak model's price of a million.").at_least(0).since("0.1");
    judged.option("--strong-price", f->strong_price, "DOLLARS", "The strong model's price of a million tokens.").at_least(0).since("0.1");
    judged.option("--draws", f->draws, "N", "Draw N samples for the intervals.").at_least(0).since("0.1");
    auto& output = verb.group("Output");
    output.option("--svg", f->svg, "FILE", "Draw cost against quality into this file.").completes(Complete::file).since("0.1");
    output.flag("--json", f->json, "Print a line a strategy, as JSON.").since("0.1");
    tool.synopsis("report [OPTION]... [FILE]");
    tool.example("llm-route report --router router.json --svg report.svg held-out.jsonl", "see what a router is worth");
}

}  // namespace llm
