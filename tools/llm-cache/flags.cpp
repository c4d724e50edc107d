#include "run.hpp"

#include "cache/agree.hpp"
#include "cache/semantic.hpp"

namespace llm {
namespace {

void store_options(Verb& verb, CacheFlags& f) {
    auto& store = verb.group("Store");
    store.option("--store", f.store, "FILE", "Use this cache.").completes(Complete::file).setting("cache.path").since("0.1");
    store.option("--namespace", f.space, "NAME", "Keep to this part of the cache. What is stored in one namespace is never found in another. Where none is given it is 'default'.")
        .completes(Complete::space)
        .since("0.1");
}

void lookup_options(Verb& verb, CacheFlags& f) {
    auto& lookup = verb.group("Looking up");
    lookup.option("--max-age", f.max_age, "TIME", "Take no answer older than this.").since("0.1");
    lookup.option("--since", f.since, "TIME", "Take only answers stored at this time or later: a date, or an age such as 7d.").since("0.1");
    lookup.option("--until", f.until, "TIME", "Take only answers stored before this time.").since("0.1");
    lookup.option("--touch", f.touch, "TIME", "Let an answer that is given live this long from now on, where it would expire sooner.").since("0.1");
    lookup.option("--lease", f.lease, "TIME",
                  "Tell other processes for so long that a miss is being answered. Those with --wait wait for the answer then. 0 tells nobody.")
        .since("0.1");
}

void wait_option(Verb& verb, CacheFlags& f) {
    verb.group("Looking up")
        .option("--wait", f.wait, "TIME",
                "Wait so long for another process that is having the same request answered. A lease of the same stream is never waited for.")
        .since("0.1");
}

void samples_option(Verb& verb, CacheFlags& f, std::string_view group) {
    verb.group(group)
        .option("--samples", f.samples, "N",
                "Keep up to N answers to one request. A look-up with --samples N misses until there are N, and takes one of them by chance from then "
                "on. At temperature 0 one is kept.")
        .at_least(1)
        .since("0.1");
}

void similarity_options(Verb& verb, CacheFlags& f) {
    auto& similar = verb.group("Similarity");
    similar.option("--semantic", f.semantic, "T",
                   "Take the answer to a question asked in other words too. Candidates are entries whose similarity is T (0 to 1) or more, and "
                   "of which all else is equal: model, system prompt, history, tools, schema, options. Rules then refuse where numbers, "
                   "units, negations, opposites, names, quotes, dates, languages or an order differ.")
        .between(0, 1)
        .implies(fmt::format("{}", default_threshold))
        .since("0.1");
    similar.option("--verify", f.verify, "MODEL", "Let this model decide, where similarity and rules agree. A doubt is a miss.").completes(Complete::model).since("0.1");
    similar.option("--on", f.on, "JQ",
                   "Compare what this jq program gives, instead of the last user turn; what stands around it must be equal. With --template the "
                   "inserted members are compared by themselves.")
        .since("0.1");
    similar.option("--max-error", f.bound, "SHARE",
                   "Let entries learn when they may answer, so that of what they decide at most this share is wrong. "
                   "Counted are the questions that might have a hit. Some of them are explored: counted as a miss, answered anew, and the answers compared when put stores the new one. Candidates "
                   "are those of --semantic, at 0.5 where it is not given.")
        .between(0, 1)
        .since("0.1");
    similar.flag("--no-gate", f.no_gate, "Leave the rules out. Wrong answers will be given; this is for measuring.").since("0.1");
}

void embedder_option(Verb& verb, CacheFlags& f) {
    verb.group("Similarity")
        .option("--embedder", f.embedder, "NAME",
                "What makes vectors: builtin, or provider/model. The one that get wrote into a record comes first.")
        .setting("cache.embedder")
        .since("0.1");
}

void findable_option(Verb& verb, CacheFlags& f) {
    verb.group("Similarity")
        .flag("--semantic", f.findable,
              "Have everything found by similarity, also what was not looked up so. It is for a file of questions and answers that is to be known beforehand.")
        .since("0.1");
}

void alike_option(Verb& verb, CacheFlags& f) {
    verb.group("Similarity")
        .option("--alike", f.alike, "T",
                "How near a new answer must be to the stored one for that to count as right, 0 to 1. It is about questions that were explored. "
                "Above 1 only equal answers agree. Case and white space never count, and short answers must be equal. Where --verify is given the model "
                "decides.")
        .between(0, 2)
        .default_is(fmt::format("{}", AgreeOptions{}.alike))
        .since("0.1");
}

void storing_options(Verb& verb, CacheFlags& f) {
    auto& storing = verb.group("Storing");
    storing.option("--ttl", f.ttl, "TIME", "Let the answers expire after this time.").since("0.1");
    storing.option("--negative-ttl", f.negative_ttl, "TIME",
                   "Keep failures too, for this time. A look-up gives the record the same error then. Kept are refused, schema, provider, timeout, "
                   "rate_limit and unreachable.")
        .since("0.1");
    storing.option("--tag", f.tags, "TAG", "Mark the answers with this tag, for ls and prune.").since("0.1");
    storing.flag("--refusals", f.refusals, "Keep refusals too. Answers that were cut off are never kept.").since("0.1");
    storing.option("--max-entries", f.max_entries, "N", "Keep at most N answers in the namespace. Others go when there are more.").at_least(1).since("0.1");
    storing.option("--max-bytes", f.max_bytes, "SIZE", "Keep at most this much in the namespace.").since("0.1");
    storing
        .choice("--evict", f.evict,
                {EnumChoice{Evict::lru, "lru", "what was not used for longest"}, EnumChoice{Evict::lfu, "lfu", "what was used least often"},
                 EnumChoice{Evict::cost, "cost", "what has saved least money"}},
                "WHICH", "What goes first where the bounds are reached.")
        .since("0.1");
}

void selection_options(Verb& verb, CacheFlags& f) {
    auto& selection = verb.group("Selection");
    selection.option("--model", f.model, "NAME", "Answers of this model, by its full name.").completes(Complete::model).since("0.1");
    selection.option("--tag", f.tags, "TAG", "Answers with this tag. Given several times, with any of them.").since("0.1");
    selection.option("--older", f.older, "TIME", "Answers stored before this time: a date, or an age such as 7d.").since("0.1");
    selection.flag("--expired", f.expired, "Answers that cannot be found any more, because they expired or were flushed.").since("0.1");
}

void json_option(Verb& verb, CacheFlags& f) { verb.group("Output").flag("--json", f.json, "Print JSON Lines.").since("0.1"); }
void yes_option(Verb& verb, CacheFlags& f) { verb.group("Removing").flag("--yes", f.yes, "Do it. Without it only what would go is shown.").since("0.1"); }

}  // namespace

void declare(Tool& tool, CacheFlags& f) {
    auto& get = tool.verb("get", "give each record the answer stored for it", [&] { return llm::get(tool, f); });
    request_options(get, f.request);
    lookup_options(get, f);
    wait_option(get, f);
    samples_option(get, f, "Looking up");
    get.group("Looking up").option("--tag", f.tags, "TAG", "Take only answers with this tag. Given several times, with any of them.").since("0.1");
    similarity_options(get, f);
    embedder_option(get, f);
    store_options(get, f);
    loop_options(get, f.loop);
    talk_options(get, f.talk);

    auto& put = tool.verb("put", "store each record's answer", [&] { return put_answers(tool, f); });
    storing_options(put, f);
    samples_option(put, f, "Storing");
    findable_option(put, f);
    embedder_option(put, f);
    alike_option(put, f);
    put.group("Similarity")
        .option("--verify", f.verify, "MODEL", "Let this model say whether the new answer to an explored question and the stored one say the same.")
        .completes(Complete::model)
        .since("0.1");
    store_options(put, f);
    loop_options(put, f.loop);
    talk_options(put, f.talk);

    auto& run = tool.verb("run", "let only what is not stored reach a command", [&] { return run_command(tool, f); });
    run.argument("COMMAND", f.command, "The command and its words, behind --. It gets records on standard input and gives them back answered.");
    run.group("Looking up")
        .option("--as", f.as, "NAME", "Name the command NAME in keys, instead of its words and the content of the files among them.")
        .since("0.1");
    run.group("Looking up")
        .option("--ignore", f.ignored, "NAMES", "Leave these members of the record out of its key, for instance ts,user. Several with commas between. What stands in them must not matter to the command.")
        .completes(Complete::member)
        .since("0.1");
    request_options(run, f.request);
    lookup_options(run, f);
    wait_option(run, f);
    samples_option(run, f, "Looking up");
    similarity_options(run, f);
    alike_option(run, f);
    embedder_option(run, f);
    storing_options(run, f);
    store_options(run, f);
    loop_options(run, f.loop);
    talk_options(run, f.talk);

    auto& outcome = tool.verb("outcome", "say whether an answer found by similarity was right", [&] { return note_outcome(tool, f); });
    outcome.argument("KEY", f.keys, "The key of the question, as 'cache.key' has it, or its beginning; then the verdict, 'right' or 'wrong'. Without arguments records are read.");
    outcome.group("Outcome")
        .option("--verdict", f.verdict, "JQ",
                "A jq program that says whether it was right: true or false, \"right\" or \"wrong\", null where it cannot tell. Without it the member 'verdict' "
                "is read, else 'eval.pass'.")
        .since("0.1");
    store_options(outcome, f);
    loop_options(outcome, f.loop);
    talk_options(outcome, f.talk);

    auto& ls = tool.verb("ls", "list what is stored, the newest first", [&] { return list(tool, f); });
    selection_options(ls, f);
    ls.group("Selection").option("--limit", f.limit, "N", "At most N. Without it 20 are shown, with --json all.").at_least(0).since("0.1");
    store_options(ls, f);
    json_option(ls, f);

    auto& show = tool.verb("show", "show entries whole", [&] { return llm::show(tool, f); });
    show.argument("KEY", f.keys, "The beginning of a key, as ls shows it.");
    store_options(show, f);
    json_option(show, f);

    auto& rm = tool.verb("rm", "remove entries by key", [&] { return llm::remove(tool, f); });
    rm.argument("KEY", f.keys, "The beginning of a key, as ls shows it.");
    yes_option(rm, f);
    store_options(rm, f);
    json_option(rm, f);

    auto& prune = tool.verb("prune", "remove what has expired, or a selection", [&] { return prune_cache(tool, f); });
    selection_options(prune, f);
    yes_option(prune, f);
    prune.group("Removing").flag("--all", f.all, "Select everything, in the namespace where one is given. Without it or another selection only what has expired goes.").since("0.1");
    prune.group("Removing")
        .flag("--flush", f.flush, "Let nothing stored so far be found any more, at once. Where --namespace is given, in that namespace alone.")
        .since("0.1");
    store_options(prune, f);
    json_option(prune, f);

    auto& stats = tool.verb("stats", "say how often answers were found, and what that saved", [&] { return llm::stats(tool, f); });
    store_options(stats, f);
    json_option(stats, f);

    auto& out = tool.verb("export", "write the stored answers as records", [&] { return export_entries(tool, f); });
    selection_options(out, f);
    store_options(out, f);

    auto& in = tool.verb("import", "store what export wrote", [&] { return import_entries(tool, f); });
    findable_option(in, f);
    embedder_option(in, f);
    store_options(in, f);
    loop_options(in, f.loop);

    auto& why = tool.verb("why", "show what is stored near a text, and what a look-up would make of it", [&] { return llm::why(tool, f); });
    why.argument("TEXT", f.text, "The text of a question, as it would be compared; of several values of a template, a line each.").required();
    why.group("Similarity")
        .option("--semantic", f.semantic, "T", "The threshold that the verdicts are about.")
        .between(0, 1)
        .implies(fmt::format("{}", default_threshold))
        .since("0.1");
    embedder_option(why, f);
    why.group("Selection").option("--limit", f.limit, "N", "Show N at most. Without it 10.").at_least(1).since("0.1");
    store_options(why, f);
    json_option(why, f);

    auto& calibrate = tool.verb("calibrate", "find the threshold that keeps wrong hits rare", [&] { return calibrate_threshold(tool, f); });
    calibrate.argument("PAIRS", f.pairs, "A file of pairs, one a line: {\"a\": TEXT, \"b\": TEXT, \"same\": true or false}. Without it standard input is read.");
    calibrate.group("Calibration")
        .option("--max-error", f.max_error, "SHARE", "How many of the hits may be wrong.")
        .between(0, 1)
        .since("0.1");
    calibrate.group("Calibration").option("--plot", f.plot, "FILE", "Draw the curve into this file, as SVG.").completes(Complete::file).since("0.1");
    calibrate.group("Calibration").flag("--no-gate", f.no_gate, "Leave the rules out, to see what they do.").since("0.1");
    embedder_option(calibrate, f);
    json_option(calibrate, f);

    auto& index = tool.verb("index", "make searching among very many entries quick", [&] { return build_index(tool, f); });
    index.group("Vectors").option("--from", f.from, "N", "Build a graph from so many vectors on. Without it 200000; what is less is scanned as quickly.").at_least(1).since("0.1");
    store_options(index, f);
    json_option(index, f);
    talk_options(index, f.talk);

    auto& verify = tool.verb("verify", "look for damage in the cache", [&] { return llm::verify(tool, f); });
    auto& mending = verify.group("Vectors");
    mending
        .option("--recall", f.recall, "SHARE",
                "Measure how often the graph finds the nearest entry, and widen its search until it does so often enough. The search "
                "stays so from then on.")
        .between(0, 1)
        .implies("0.98")
        .since("0.1");
    mending.flag("--reembed", f.reembed, "Make the vectors of other embedders anew with the one of --embedder. Entries under another one are not found by similarity.").since("0.1");
    embedder_option(verify, f);
    json_option(verify, f);
    store_options(verify, f);
    talk_options(verify, f.talk);

    tool.synopsis("get [OPTION]... < RECORDS").synopsis("put [OPTION]... < RECORDS").synopsis("run [OPTION]... COMMAND... < RECORDS").synopsis("outcome KEY VERDICT").synopsis("outcome [OPTION]... < RECORDS").synopsis("ls|show|rm|prune|stats|export|import|why|calibrate|index|verify [OPTION]...");
    tool.example("llm-cache get -m cheap < in.jsonl | llm-ask | llm-cache put > out.jsonl", "ask only what is not known");
    tool.example("llm-cache run --ttl 7d -- llm-ask -m cheap -t 'Summarise: {{text}}' < in.jsonl", "the same around a command");
    tool.example("llm-cache prune --tag draft --yes", "forget what was tagged");
    tool.environment("LLMUTILS_*", "override settings of config.toml: LLMUTILS_CACHE_PATH, LLMUTILS_MODEL");
    tool.file("$XDG_CACHE_HOME/llm-utils/cache.db", "the cache");
    tool.see_also("llm-ask(1)").see_also("llm-record(5)").see_also("llm-utils(7)");
}

}  // namespace llm
