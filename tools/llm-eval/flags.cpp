#include "run.hpp"

namespace llm {
namespace {

void check_options(Verb& verb, EvalFlags& f) {
    auto& checks = verb.group("Checks");
    checks.option("--expect", f.expects, "CHECK",
                  "Hold every record to this, besides what its own expect says. CHECK is an assertion in short ('contains: Paris', 'similar(0.8): a big town', "
                  "'is-json') or JSON, as llm-suite(5) has it.")
        .since("0.1");
    checks.option("--gate", f.gates, "EXPR",
                  "End with exit code 1 unless this holds. EXPR compares figures of the run: pass_rate (and .low, .high: its 95% interval), score, failed, "
                  "errors, error_rate, flaky, cost, ms.p50, ms.p95, pass@K, pass^K, or the name of a metric, with and, or, not and parentheses.")
        .since("0.1");
    checks.option("--judge", f.judges, "NAME", "Let this model grade where an assertion names none. Given several times, they are a jury.").completes(Complete::model).since("0.1");
    checks.option("--embedder", f.embedder, "NAME", "What makes vectors for similar: builtin, or provider/model. The suite's, or builtin, where none is given.").since("0.1");
    checks.option("--prompts", f.prompts, "FOLDER", "Look for prompts of judges here before the built-in ones.").completes(Complete::directory).since("0.1");
}

void report_options(Verb& verb, EvalFlags& f) {
    auto& reports = verb.group("Reports");
    reports.option("--html", f.html, "FILE", "Write a page that stands alone: filter, sort, read prompts and answers side by side, compare two runs.").completes(Complete::file).since("0.1");
    reports.option("--junit", f.junit, "FILE", "Write JUnit's XML.").completes(Complete::file).since("0.1");
    reports.option("--markdown", f.markdown, "FILE", "Write Markdown, for a pull request.").completes(Complete::file).since("0.1");
    reports.flag("--github", f.github, "Annotate failed cases for GitHub Actions on stderr, and add the Markdown to the job's summary.").since("0.1");
}

void suite_options(Verb& verb, EvalFlags& f) {
    verb.argument("SUITE", f.suite, "The suite: .yaml (promptfoo's promptfooconfig.yaml too), .json, .jsonl or .csv.").required();
    auto& run = verb.group("Run");
    run.option("-m,--model", f.models, "NAME", "Ask this model instead of the suite's. May be given several times.").completes(Complete::model).since("0.1");
    run.option("-t,--template", f.templates, "FILE",
               "Ask this prompt instead of the suite's: a file, or the template itself, in mustache over the case's variables. May be given several times.")
        .completes(Complete::template_file)
        .since("0.1");
    run.option("-s,--system", f.system, "TEXT", "Put this system prompt first.").since("0.1");
    run.option("-o,--option", f.options, "KEY VALUE", "Set an option of every request, over what the suite says.").completes(Complete::option_name).since("0.1");
    run.option("--schema", f.schema, "SCHEMA", "Demand answers of this form, where the suite demands none.").completes(Complete::file).since("0.1");
    run.option("--repeat", f.repeat, "N", "Ask each N times. The report has pass@k and pass^k then, and names cases that are flaky.").at_least(1).since("0.1");
    run.option("--limit", f.limit, "N", "Take the first N cases only.").at_least(1).since("0.1");
    run.flag("--cache", f.cache, "Take answers from llm-cache's store where they are there, and put new ones in. Each repetition has an answer of its own.").since("0.1");
    run.option("--name", f.name, "NAME", "Name the run in reports and in the history. The suite's description where none is given.").since("0.1");
}

void history_options(Verb& verb, EvalFlags& f) {
    verb.group("History").option("--store", f.store, "FILE", "Keep the history here, not in the data folder.").completes(Complete::file).since("0.1");
}

}  // namespace

void declare(Tool& tool, EvalFlags& f) {
    tool.does([&] { return check_records(tool, f); });
    tool.group("Checks").option("--suite", f.suite, "FILE", "Hold records to this suite: to its defaults, and to the case whose id is the record's.").completes(Complete::suite).since("0.1");
    check_options(tool, f);
    report_options(tool, f);
    loop_options(tool, f.loop);
    call_options(tool, f.calls);
    talk_options(tool, f.talk);

    auto& run = tool.verb("run", "ask and check a suite: prompts × models × cases", [&] { return run_suite(tool, f); });
    suite_options(run, f);
    run.group("History").flag("--save", f.save, "Add the run to the history that drift looks at.").since("0.1");
    history_options(run, f);

    auto& compare = tool.verb("compare", "say whether run B is worse than run A, case by case", [&] { return llm::compare(tool, f); });
    compare.argument("A", f.before, "Records of the run before.").required();
    compare.argument("B", f.after, "Records of the run after; the same file with --when-a and --when-b for two models of one run.").required();
    auto& comparison = compare.group("Comparison");
    comparison.option("--alpha", f.alpha, "P", "Take a difference for real where chance would bring it about less often than this.").between(0.000001, 0.5).since("0.1");
    comparison.option("--metric", f.metric, "NAME", "Compare this: pass, score, cost, ms, tokens, or a metric by its name.").since("0.1");
    comparison.option("--when-a", f.before_when, "JQ", "Of A take those records only for which this holds, such as '.case.model == \"openai/gpt-5-mini\"'.").since("0.1");
    comparison.option("--when-b", f.after_when, "JQ", "The same for B.").since("0.1");

    auto& report = tool.verb("report", "sum up records that were evaluated", [&] { return llm::report(tool, f); });
    report.argument("FILE", f.files, "Records with eval; two files are compared in the page. Without FILE standard input is read.");

    auto& drift = tool.verb("drift", "run a suite against its history, and alarm where it has drifted", [&] { return llm::drift(tool, f); });
    suite_options(drift, f);
    auto& chart = drift.group("History");
    chart.option("--baseline", f.baseline, "N", "Compare with the last N runs.").at_least(3).since("0.1");
    chart.option("--limits", f.limits, "SIGMA", "Alarm beyond so many standard deviations from run to run.").between(1, 10).since("0.1");
    history_options(drift, f);

    auto& log = tool.verb("from-log", "make cases of journalled calls and of people's corrections", [&] { return from_log(tool, f); });
    auto& calls = log.group("Calls");
    calls.option("--since", f.since, "TIME", "Calls from this time on: a date, 2h, 7d, yesterday.").since("0.1");
    calls.option("--until", f.until, "TIME", "Calls before this time.").since("0.1");
    calls.option("--model", f.model, "NAME", "Calls of this model; * stands for anything.").completes(Complete::model).since("0.1");
    calls.option("--tool", f.tool, "NAME", "Calls made by this tool.").since("0.1");
    calls.option("--count", f.count, "N", "At most N, the newest.").at_least(1).since("0.1");
    calls.option("--corrections", f.labelled, "FILE",
                 "Make cases of people's corrections alone. FILE is JSON Lines: the record with its response, or a call's id in call, and the right answer in correction (or preferred).")
        .completes(Complete::file)
        .since("0.1");

    auto& sample = tool.verb("sample", "pick records for people to look at", [&] { return llm::sample(tool, f); });
    sample.argument("FILE", f.files, "Records with eval. Without FILE standard input is read.");
    auto& pick = sample.group("Sample");
    pick.option("--count", f.count, "N", "Pick N, 20 where nothing is said.").at_least(1).since("0.1");
    pick.choice("--by", f.by,
                {EnumChoice{SampleBy::random, "random", "each as likely as any other"}, EnumChoice{SampleBy::lowest, "lowest", "the lowest scores"},
                 EnumChoice{SampleBy::disagreement, "disagreement", "where checks, or repetitions of a case, say most different things"}},
                "WHICH", "What to pick.")
        .since("0.1");
    pick.option("--metric", f.by_metric, "NAME", "Go by this metric's score, not by the whole one.").since("0.1");
    pick.option("--seed", f.seed, "N", "Another seed picks others.").since("0.1");

    auto& judge = tool.verb("judge-check", "say how far a judge agrees with people", [&] { return check_judge(tool, f); });
    judge.argument("LABELLED", f.labelled,
                   "Records with people's word in label: true, false, a score, or a list of several people's. They have eval, or are checked with --expect. Without it standard input is read.");
    auto& agreement = judge.group("Agreement");
    agreement.option("--metric", f.by_metric, "NAME", "The judge's word is this check's, not the whole one.").since("0.1");
    agreement.option("--min-kappa", f.lowest_kappa, "K", "End with exit code 1 where Cohen's kappa is below.").between(-1, 1).since("0.1");

    tool.verb("checks", "list the assertions there are", [&] { return list_checks(tool, f); });

    tool.top({"--suite", "--expect", "--gate", "--html", "--jobs"});
    tool.synopsis("[OPTION]... < RECORDS").synopsis("run [OPTION]... SUITE").synopsis("compare [OPTION]... A B").synopsis("report|drift|from-log|sample|judge-check|checks [OPTION]...");
    tool.example("llm-ask -m cheap < cases.jsonl | llm-eval --gate 'pass_rate >= 0.95' > out.jsonl", "check what each record expects; exit code 1 below 95%");
    tool.example("llm-eval run suite.yaml --repeat 5 --html report.html > new.jsonl", "ask, check, and write a page");
    tool.example("llm-eval compare old.jsonl new.jsonl", "exit code 1 where new is significantly worse");
    tool.environment("LLMUTILS_*", "override settings of config.toml: LLMUTILS_MODEL, LLMUTILS_TIMEOUT");
    tool.environment("GITHUB_STEP_SUMMARY", "file that --github adds its summary to");
    tool.file("$XDG_CONFIG_HOME/llm-utils/config.toml", "providers, models, tiers, defaults");
    tool.file("$XDG_DATA_HOME/llm-utils/eval.db", "the history of runs");
    tool.file("$XDG_CACHE_HOME/llm-utils/cache.db", "the cache, for --cache");
    tool.see_also("llm-suite(5)").see_also("llm-ask(1)").see_also("llm-record(5)").see_also("llm-utils(7)");
}

}  // namespace llm
