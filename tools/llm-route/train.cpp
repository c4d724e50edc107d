#include "verbs.hpp"

#include "outcomes.hpp"

#include "record/writer.hpp"
#include "route/router_file.hpp"

#include <memory>

namespace llm {
namespace {

struct TrainFlags {
    OutcomeFlags outcomes;
    std::string output;
    bool answers = false;
    long neighbours = static_cast<long>(LearnOptions{}.neighbours);
    double penalty = LearnOptions{}.penalty;
    bool quiet = false;
};

int train(const Tool& tool, const TrainFlags& f) {
    if (f.output.empty()) throw Error(Fault::usage, "where shall the router go? --output router.json");
    const std::vector<OutcomeRow> rows = read_outcomes(tool, f.outcomes);
    LearnOptions options;
    options.evidence = f.answers ? Evidence::answer : Evidence::prompt;
    options.neighbours = static_cast<std::size_t>(f.neighbours);
    options.penalty = f.penalty;
    std::size_t without = 0;
    double weak = 0, strong = 0;
    for (const OutcomeRow& row : rows) {
        without += row.outcome.answer.empty() ? 1 : 0;
        weak += row.outcome.weak;
        strong += row.outcome.strong;
    }
    if (f.answers && without * 2 > rows.size())
        throw Error(Fault::data, "{} of {} records have no text of the weak model's answer; a scorer of answers wants 'weak.text'", without, rows.size());
    const BuiltinEmbedder embedder;
    const Router router = Router::train(outcomes_of(rows), embedder, options);
    write_router(f.output, router);
    const double n = static_cast<double>(rows.size());
    if (!f.quiet)
        write_all(2, fmt::format("{}: {} learnt from {} outcomes (weak {:.1f} % right, strong {:.1f} %); see what it is worth on others with llm-route report --router {}\n",
                                 tool.name(), f.answers ? "scorer of answers" : "router", rows.size(), 100 * weak / n, 100 * strong / n, f.output),
                  "standard error");
    return 0;
}

}  // namespace

void declare_train(Tool& tool) {
    const auto f = std::make_shared<TrainFlags>();
    auto& verb = tool.verb("train", "learn from recorded outcomes which requests need the strong model", [&tool, f] { return train(tool, *f); });
    outcome_options(verb, f->outcomes);
    auto& learning = verb.group("Learning");
    learning.option("--output", f->output, "FILE", "Write the router into this file. The same outcomes give the same bytes.").completes(Complete::file).since("0.1");
    learning.flag("--answers", f->answers, "Learn to judge the weak model's answer too: a scorer for cascade --scorer. Records want weak.text.").since("0.1");
    learning.option("--neighbours", f->neighbours, "K", "Let the K nearest of the recorded requests have a say too; 0 leaves them out. Above 2,000 requests none are kept, because they do not help there.")
        .at_least(0)
        .since("0.1");
    learning.option("--penalty", f->penalty, "X", "Hold weights down by this much; more is more careful.").at_least(0).since("0.1");
    verb.group("Messages").flag("-q,--quiet", f->quiet, "Say nothing on stderr but errors.").since("0.1");
    tool.synopsis("train --output ROUTER [OPTION]... [FILE]");
    tool.example("llm-route train --output router.json outcomes.jsonl", "learn from records with weak.correct and strong.correct");
}

}  // namespace llm
