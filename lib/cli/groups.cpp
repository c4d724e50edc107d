#include "cli/groups.hpp"

namespace llm {

void loop_options(Verb& verb, LoopFlags& f) {
    auto& records = verb.group("Records");
    records.option("-j,--jobs", f.jobs, "N",
                   "Work on N records at once. Order is kept all the same, unless --unordered is given.")
        .at_least(1)
        .setting("jobs")
        .since("0.1");
    records.flag("--unordered", f.unordered, "Write each record as soon as it is done.").since("0.1");
    records.option("--when", f.when, "JQ",
                   "Work on those records only for which this jq program is true. The others pass as they came, "
                   "and so a chain branches. Where the program raises, the record fails with fault data; of several "
                   "outputs the first counts; $ENV is empty.")
        .since("0.1");
    records.option("--wrap", f.wrap, "NAME",
                   "Make each line member NAME of a new record. This is the cure where people's own JSON uses a "
                   "reserved name such as error or response in another way.")
        .completes(Complete::member)
        .since("0.1");
    records.flag("--lines", f.lines, "Take each line of stdin as a prompt, not as a record.").since("0.1");
    records.flag("--no-stdin", f.no_stdin,
                 "Leave stdin alone. Needed inside a `while read` loop, whose input the tool would read otherwise.")
        .since("0.1");
    records.flag("--retry-failed", f.retry_failed,
                 "Try records again that bear an error. Without it they pass through, so that a failure is seen once, "
                 "at the end of the chain.")
        .since("0.1");
    records.option("--resume", f.resume, "FILE",
                   "Note in FILE what is done, and skip it next time. Finished records are read back from FILE, so that "
                   "the same command after a crash asks for the rest only.")
        .completes(Complete::file)
        .since("0.1");
    auto& output = verb.group("Output");
    output.flag("-r,--raw", f.raw, "Write each answer's text, not the record.").since("0.1");
    output.flag("-0,--null", f.nul, "Write texts as --raw does, each ended by a NUL.").since("0.1");
    output.flag("--json", f.json, "Write records where text would come out, and listings as JSON Lines.").since("0.1");
    verb.exclusive({"--raw", "--null", "--json"});
}

FilterOptions filter_options(const Tool& tool, const LoopFlags& f) {
    FilterOptions o;
    o.tool = tool.name();
    o.jobs = f.jobs.value_or(1);
    o.order = f.unordered ? Order::free : Order::kept;
    o.failed = f.retry_failed ? Retry::yes : Retry::no;
    o.input = f.lines ? Input::lines : Input::records;
    o.output = f.nul ? Output::text_nul : f.raw ? Output::text : Output::records;
    o.when = f.when;
    o.wrap = f.wrap;
    o.resume = f.resume;
    return o;
}

void talk_options(Verb& verb, TalkFlags& f) {
    auto& talk = verb.group("Messages");
    talk.flag("-q,--quiet", f.quiet, "Say nothing on stderr but errors.").since("0.1");
    talk.count("-v,--verbose", f.verbose, "Say more on stderr. Given twice, say every step of every call.").since("0.1");
    talk.flag("--explain", f.explain, "Say on stderr what is done with each record, and why.").since("0.1");
    verb.exclusive({"--quiet", "--verbose"});
}

bool RequestFlags::any() const {
    return model || system || template_text || !options.empty() || !attachments.empty() || schema;
}

void request_options(Verb& verb, RequestFlags& f) {
    auto& request = verb.group("Request");
    request.option("-m,--model", f.model, "NAME",
                   "Ask this model. NAME is provider/name, or an alias or a tier (cheap, standard, strong) of the "
                   "configuration.")
        .completes(Complete::model)
        .setting("model.default")
        .since("0.1");
    request.option("-s,--system", f.system, "TEXT", "Put this system prompt first.").since("0.1");
    request.option("-t,--template", f.template_text, "FILE",
                   "Make the prompt from this template. FILE is a file, or the template itself: mustache over the record's "
                   "members, without HTML escaping, objects and lists as JSON. A member that is missing is an error.")
        .completes(Complete::template_file)
        .since("0.1");
    request.option("-o,--option", f.options, "KEY VALUE",
                   "Set an option of the request. KEY is the same for every provider: temperature, max_tokens, top_p, stop, "
                   "seed, logprobs, reasoning. One the provider cannot honour is an error.")
        .completes(Complete::option_name)
        .since("0.1");
    request.option("-a,--attachment", f.attachments, "FILE", "Send this file or address along. Images and documents, as the model can.")
        .completes(Complete::file)
        .since("0.1");
    request.option("--schema", f.schema, "SCHEMA",
                   "Demand an answer of this form. SCHEMA is a JSON Schema, a file that holds one, or a short list such as "
                   "'name, age int'.")
        .completes(Complete::file)
        .since("0.1");
    request.flag("--override", f.override_record, "Let these flags beat the record's own members.").since("0.1");
    request.flag("--no-context", f.no_context, "Leave the record's context out of the request.").since("0.1");
}

void call_options(Verb& verb, CallFlags& f) {
    auto& calls = verb.group("Calls");
    calls.option("--timeout", f.timeout, "TIME", "Give a call this long, all its attempts together.")
        .setting("timeout")
        .since("0.1");
    calls.option("--idle-timeout", f.idle_timeout, "TIME", "Give up where nothing comes for this long.")
        .setting("idle_timeout")
        .since("0.1");
    calls.option("--retries", f.retries, "N", "Try again at most N times after a failure that may pass.")
        .at_least(0)
        .setting("retries")
        .since("0.1");
    calls.toggle("--stream", "--no-stream", f.stream,
                 "Write the answer while it comes, or when it is whole. Text streams by itself, records only with --stream: "
                 "then lines with id and delta precede each record.")
        .since("0.1");
    calls.flag("--again", f.again, "Ask even where the record has a response.").since("0.1");
    calls.flag("--dry-run", f.dry_run, "Show what would be sent, its tokens and its price, and send nothing.").since("0.1");
    calls.option("--record", f.record, "FILE", "Keep every answer in this cassette. --replay plays it back.")
        .completes(Complete::file)
        .since("0.1");
    calls.option("--replay", f.replay, "FILE", "Answer from this cassette, without network.")
        .completes(Complete::file)
        .since("0.1");
    calls.choice("--replay-missing", f.replay_missing,
                 {EnumChoice{Missing::fail, "fail", "the record fails"}, EnumChoice{Missing::ask, "ask", "the provider is asked"}},
                 "HOW", "What to do where the cassette has no answer.")
        .since("0.1");
    calls.flag("-n,--no-log", f.no_log, "Leave these calls out of the journal.").setting("log.enabled", "false").since("0.1");
    calls.flag("-u,--usage", f.usage, "Say tokens and cost on stderr.").since("0.1");
    calls.flag("--reasoning", f.reasoning, "Show the model's reasoning on stderr.").since("0.1");
}

}  // namespace llm
