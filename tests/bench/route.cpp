/// Routing on recorded outcomes (../shared/data/routellm), a JSON line a figure. Usage: route [SEEDS]
///
/// Every request is scored by a router that was not trained on it: five folds by hash of the prompt, by whole
/// subject, or trained on the other task altogether. A fold's scores are taken against the typical score of
/// its own router, as five routers stand behind one curve. Figures are means over the seeds; low and high
/// are 2.5 and 97.5 % of bootstrap draws over requests, averaged over the seeds. The floors (random, length,
/// best single, oracle) stand beside ours. `reference` is the aim, or the length's figure where a difference
/// is meant.
#include "route/learn.hpp"
#include "route/metrics.hpp"
#include "route/splits.hpp"
#include "text/tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace llm;

struct Task {
    std::vector<Outcome> outcomes;
    std::vector<std::string> subjects;
    std::vector<std::size_t> weak_tokens, strong_tokens;
};

Task load(const std::string& name) {
    Task task;
    std::ifstream file(LLM_SHARED_DIR "/data/routellm/" + name + ".jsonl");
    for (std::string line; std::getline(file, line);) {
        const Json record = Json::parse(line);
        const std::string answer = text_of(record["weak"], "text");
        task.outcomes.push_back({text_of(record, "prompt"), answer,
                                 record["weak"]["correct"].get<bool>() ? 1.0 : 0.0,
                                 record["strong"]["correct"].get<bool>() ? 1.0 : 0.0});
        task.subjects.push_back(text_of(record, "subject"));
        task.weak_tokens.push_back(estimate_tokens(answer));
        task.strong_tokens.push_back(estimate_tokens(text_of(record["strong"], "text")));
    }
    return task;
}

using Scores = std::vector<double>;

/// Scores of every request by routers trained on the other folds. Their order is all that is judged, so none is
/// calibrated: that would fit each router four times.
Scores kept_out(const Task& task, const std::vector<std::size_t>& folds, std::size_t count, LearnOptions options,
                const BuiltinEmbedder& embedder) {
    options.calibration_folds = 0;
    Scores scores(task.outcomes.size());
    for (std::size_t fold = 0; fold < count; ++fold) {
        std::vector<Outcome> kept;
        for (std::size_t i = 0; i < scores.size(); ++i)
            if (folds[i] != fold) kept.push_back(task.outcomes[i]);
        const Router router = Router::train(kept, embedder, options);
        for (std::size_t i = 0; i < scores.size(); ++i)
            if (folds[i] == fold)
                scores[i] = router.score(task.outcomes[i].prompt, task.outcomes[i].answer) - router.typical();
    }
    return scores;
}

std::vector<Scored> scored(const Task& task, const Scores& scores) {
    std::vector<Scored> out;
    for (std::size_t i = 0; i < scores.size(); ++i)
        out.push_back({scores[i], task.outcomes[i].weak, task.outcomes[i].strong, 0, 1});
    return out;
}

struct Line {
    double value, low, high;
};

/// Means over seeds, of the figure and of the ends of its interval.
Line over_seeds(const std::vector<RouteInterval>& seeds, double RouteFigures::*figure) {
    Line out{0, 0, 0};
    const double n = static_cast<double>(seeds.size());
    for (const RouteInterval& s : seeds) {
        out.value += s.middle.*figure / n;
        out.low += s.low.*figure / n;
        out.high += s.high.*figure / n;
    }
    return out;
}

void print(const std::string& name, const Line& line, double reference, std::size_t n) {
    fmt::print(
        R"({{"name":"route.{}","value":{:.4f},"low":{:.4f},"high":{:.4f},"unit":"share","reference":{:.4g},"n":{}}})"
        "\n",
        name, line.value, line.low, line.high, reference, n);
    std::fflush(stdout);
}

void print_all(const std::string& name, const std::vector<RouteInterval>& seeds, double aim, std::size_t n) {
    print(name + ".strong_for_95", over_seeds(seeds, &RouteFigures::strong_for_95), aim, n);
    print(name + ".apgr", over_seeds(seeds, &RouteFigures::apgr), 0, n);
    print(name + ".cpt50", over_seeds(seeds, &RouteFigures::cpt50), 0, n);
    print(name + ".cpt80", over_seeds(seeds, &RouteFigures::cpt80), 0, n);
    print(name + ".aiq", over_seeds(seeds, &RouteFigures::aiq), 0, n);
}

constexpr int draws = 200;

void floors(const std::string& name, const Task& task) {
    const auto strategy = [&](const char* called, const std::function<double(const Outcome&)>& score) {
        Scores scores;
        for (const Outcome& o : task.outcomes) scores.push_back(score(o));
        print_all(name + "." + called, {bootstrap(scored(task, scores), Plan::route, draws)}, 0,
                  scores.size());
    };
    strategy("random", [](const Outcome& o) { return random_score(o.prompt, 1); });
    strategy("length", [](const Outcome& o) { return length_score(o.prompt); });
    strategy("oracle", [](const Outcome& o) { return oracle_score(o.weak, o.strong); });
    double weak = 0, strong = 0;
    for (const Outcome& o : task.outcomes) {
        weak += o.weak / static_cast<double>(task.outcomes.size());
        strong += o.strong / static_cast<double>(task.outcomes.size());
    }
    const double best = std::max(weak, strong);
    print(name + ".best_single.quality", {best, best, best}, 0, task.outcomes.size());
}

/// Ours and, as "above_length", by how much it is better than length on the same draws.
struct Ours {
    std::vector<RouteInterval> figures, saved;
    void add(const Task& task, const Scores& scores) {
        Scores lengths;
        for (const Outcome& o : task.outcomes) lengths.push_back(length_score(o.prompt));
        const auto mine = scored(task, scores), theirs = scored(task, lengths);
        const std::uint64_t seed = figures.size() + 1;
        figures.push_back(bootstrap(mine, Plan::route, draws, seed));
        saved.push_back(bootstrap_difference(mine, theirs, Plan::route, draws, seed));
    }
    void print(const std::string& name, double aim, std::size_t n) const {
        print_all(name, figures, aim, n);
        ::print(name + ".above_length.strong_for_95", over_seeds(saved, &RouteFigures::strong_for_95), 0, n);
        ::print(name + ".above_length.apgr", over_seeds(saved, &RouteFigures::apgr), 0, n);
    }
};

std::vector<std::size_t> by_prompt(const Task& task, std::uint64_t seed) {
    std::vector<std::size_t> folds;
    for (const Outcome& o : task.outcomes) folds.push_back(fold_of(o.prompt, 5, seed));
    return folds;
}

/// Costs in dollars a million output tokens: the strong model at 30, the weak one at a twentieth of it.
void cascade(const Task& task, std::size_t seeds, const BuiltinEmbedder& embedder) {
    LearnOptions options;
    options.evidence = Evidence::answer;
    std::vector<RouteInterval> figures;
    double strong_cost = 0;
    for (const std::size_t tokens : task.strong_tokens)
        strong_cost += 30e-6 * static_cast<double>(tokens) / static_cast<double>(task.outcomes.size());
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        auto requests = scored(task, kept_out(task, by_prompt(task, seed), 5, options, embedder));
        for (std::size_t i = 0; i < requests.size(); ++i) {
            requests[i].weak_cost = 1.5e-6 * static_cast<double>(task.weak_tokens[i]);
            requests[i].strong_cost = 30e-6 * static_cast<double>(task.strong_tokens[i]);
        }
        figures.push_back(bootstrap(requests, Plan::cascade, draws, seed + 1));
    }
    print_all("cascade.gsm8k", figures, 0.45, task.outcomes.size());
    Line cost = over_seeds(figures, &RouteFigures::cost_for_95);
    print("cascade.gsm8k.cost_for_95_of_strong_cost",
          {cost.value / strong_cost, cost.low / strong_cost, cost.high / strong_cost}, 0,
          task.outcomes.size());
}

void speed(const Task& task, const BuiltinEmbedder& embedder) {
    const auto seconds = [](auto&& work) {
        const auto start = std::chrono::steady_clock::now();
        work();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    double sum = 0;
    std::vector<Router> routers;
    const double train = seconds([&] { routers.push_back(Router::train(task.outcomes, embedder)); });
    const double score = seconds([&] {
        for (const Outcome& o : task.outcomes) sum += routers.front().score(o.prompt);
    });
    const std::string saved = dump(routers.front().to_json());
    const double load = seconds([&] { routers.push_back(Router::from_json(Json::parse(saved), embedder)); });
    const double n = static_cast<double>(task.outcomes.size());
    const auto say = [](const char* name, double value, const char* unit, double reference) {
        fmt::print(R"({{"name":"route.{}","value":{:.4g},"unit":"{}","reference":{}}})"
                   "\n",
                   name, value, unit, reference);
    };
    say("train.mmlu", train, "s", 0);
    say("decisions.learned", n / score, "1/s", 10000);
    say("load", load * 1e3, "ms", 3);
    say("size", static_cast<double>(saved.size()), "bytes", 0);
    say("mean_score", sum / n, "share", 0);
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t seeds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5;
    const BuiltinEmbedder embedder;
    const Task gsm8k = load("gsm8k"), mmlu = load("mmlu");
    if (gsm8k.outcomes.empty() || mmlu.outcomes.empty()) {
        std::fputs("route: no ../shared/data/routellm\n", stderr);
        return 1;
    }
    Ours inside, subjects;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        inside.add(mmlu, kept_out(mmlu, by_prompt(mmlu, seed), 5, {}, embedder));
        subjects.add(mmlu, kept_out(mmlu, folds_by_group(mmlu.subjects, 5, seed), 5, {}, embedder));
    }
    inside.print("mmlu.in_domain", 0.38, mmlu.outcomes.size());
    subjects.print("mmlu.subjects_held_out", 0, mmlu.outcomes.size());
    floors("gsm8k", gsm8k);
    floors("mmlu", mmlu);
    cascade(gsm8k, seeds, embedder);
    Ours gsm, gsm_to_mmlu, mmlu_to_gsm;
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
        gsm.add(gsm8k, kept_out(gsm8k, by_prompt(gsm8k, seed), 5, {}, embedder));
    gsm.print("gsm8k.in_domain", 0.50, gsm8k.outcomes.size());
    const auto other_task = [&](const Task& from, const Task& to) {
        const Router router = Router::train(from.outcomes, embedder);
        Scores scores;
        for (const Outcome& o : to.outcomes) scores.push_back(router.score(o.prompt));
        return scores;
    };
    gsm_to_mmlu.add(mmlu, other_task(gsm8k, mmlu));
    gsm_to_mmlu.print("mmlu.trained_on_gsm8k", 0, mmlu.outcomes.size());
    mmlu_to_gsm.add(gsm8k, other_task(mmlu, gsm8k));
    mmlu_to_gsm.print("gsm8k.trained_on_mmlu", 0, gsm8k.outcomes.size());
    speed(mmlu, embedder);
}
