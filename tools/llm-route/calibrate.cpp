#include "verbs.hpp"

#include "outcomes.hpp"

#include "cli/terminal.hpp"
#include "route/calibrate.hpp"
#include "route/router_file.hpp"

#include <memory>

namespace llm {
namespace {

struct CalibrateFlags {
    OutcomeFlags outcomes;
    std::string router, output;
    std::optional<double> share, quality, cost;
    bool dry_run = false, json = false;
};

int calibrate(const Tool& tool, const CalibrateFlags& f) {
    if (f.router.empty()) throw Error(Fault::usage, "which router? --router FILE");
    if (!f.share && !f.quality && !f.cost)
        throw Error(Fault::usage, "what is wanted? --share .3 (of strong calls), --quality .95 (of the strong model's) or --cost DOLLARS (a request)");
    const BuiltinEmbedder embedder;
    Router router = read_router(f.router, embedder);
    using Need = OutcomeReader::Options::Need;
    const std::vector<OutcomeRow> rows = read_outcomes(tool, f.outcomes, f.share ? Need::prompts : Need::outcomes);
    std::vector<double> scores;
    double strong = 0;
    for (const OutcomeRow& row : rows) {
        scores.push_back(router.score(row.outcome.prompt, row.outcome.answer));
        strong += row.outcome.strong / static_cast<double>(rows.size());
    }
    const Plan plan = router.evidence() == Evidence::answer ? Plan::cascade : Plan::route;
    const std::vector<ThresholdPoint> points = threshold_points(scored_rows(rows, scores, {}), plan);
    const ThresholdPoint chosen = f.share ? point_for_share(points, *f.share) : f.quality ? point_for_quality(points, *f.quality * strong) : point_for_cost(points, *f.cost);
    const bool reached = f.share ? true : f.quality ? chosen.quality >= *f.quality * strong - 1e-9 : chosen.cost <= *f.cost + 1e-12;
    if (!f.dry_run) {
        router.set_threshold(chosen.threshold);
        write_router(f.output.empty() ? f.router : f.output, router);
    }
    Json out{{"threshold", chosen.threshold}, {"share", chosen.share}};
    if (!f.share) {
        out["quality"] = chosen.quality;
        out["cost"] = chosen.cost;
        out["reached"] = reached;
    }
    if (f.json) {
        put(dump(out) + "\n");
    } else {
        std::string text = fmt::format("threshold {:.4f}: the strong model is asked {:.1f} % of {} requests", chosen.threshold, 100 * chosen.share, rows.size());
        if (!f.share) text += fmt::format(", quality {:.1f} % (strong alone {:.1f} %), cost {:.4g} a request", 100 * chosen.quality, 100 * strong, chosen.cost);
        if (!reached) text += "; what was asked for cannot be reached";
        put(text + "\n");
    }
    return reached ? 0 : 1;
}

}  // namespace

void declare_calibrate(Tool& tool) {
    const auto f = std::make_shared<CalibrateFlags>();
    auto& verb = tool.verb("calibrate", "set the threshold of a router", [&tool, f] { return calibrate(tool, *f); });
    outcome_options(verb, f->outcomes);
    auto& wanted = verb.group("Calibration");
    wanted.option("--router", f->router, "FILE", "The router or scorer. The threshold is written into it, unless --output or --dry-run is given.").completes(Complete::file).since("0.1");
    wanted.option("--share", f->share, "S", "Ask the strong model for this share of requests like those given; they need no outcomes.").between(0, 1).since("0.1");
    wanted.option("--quality", f->quality, "Q", "Reach this share of the strong model's quality at the least cost.").between(0, 1).since("0.1");
    wanted.option("--cost", f->cost, "C", "Reach the best quality at no more than this cost a request. The unit is that of weak.cost and strong.cost, else calls of the strong model.")
        .at_least(0)
        .since("0.1");
    wanted.option("--output", f->output, "FILE", "Write the router with its threshold into this file instead.").completes(Complete::file).since("0.1");
    wanted.flag("--dry-run", f->dry_run, "Say the threshold, and write nothing.").since("0.1");
    verb.exclusive({"--share", "--quality", "--cost"});
    verb.exclusive({"--output", "--dry-run"});
    verb.group("Output").flag("--json", f->json, "Print JSON Lines.").since("0.1");
    tool.synopsis("calibrate --router ROUTER --share|--quality|--cost X [OPTION]... [FILE]");
}

}  // namespace llm
