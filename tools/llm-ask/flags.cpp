#include "flags.hpp"

namespace llm {

void declare(Tool& tool, AskFlags& f) {
    tool.argument("PROMPT", f.prompt,
                  "What to ask. With text on stdin, the text is joined to it. '-' takes all of stdin as the prompt. Without PROMPT, stdin is "
                  "records, one JSON object a line.");
    request_options(tool, f.request);
    auto& answer = tool.group("Answer");
    answer.flag("-x,--extract", f.extract, "Keep the last fenced code block only. An answer without one is kept whole.").since("0.1");
    answer.option("--repairs", f.repairs, "N", "Send an answer that breaks its schema back at most N times. After that the record fails with fault schema.")
        .at_least(0)
        .since("0.1");
    answer.flag("-c,--continue", f.again_last, "Continue the last conversation of the journal.").since("0.1");
    answer.option("--cid", f.cid, "ID", "Continue this conversation. A new ID begins one.").since("0.1");
    answer.flag("--chat", f.chat, "Converse line by line. /help tells the commands; Ctrl-C stops an answer, Ctrl-D leaves.").since("0.1");
    loop_options(tool, f.loop);
    call_options(tool, f.calls);
    pace_options(tool, f.pace);
    talk_options(tool, f.talk);
    auto& batches = tool.group("Batches");
    batches
        .choice("--batch", f.batch,
                {EnumChoice{BatchVerb::submit, "submit", "hand over stdin's records and print the batch's id (PROMPT); with an id, send what of it is not sent yet"},
                 EnumChoice{BatchVerb::status, "status", "how far all are, or the parts of one"},
                 EnumChoice{BatchVerb::collect, "collect", "the records with their answers, in the order of the input, once all have ended"},
                 EnumChoice{BatchVerb::cancel, "cancel", "ask for no more; what is answered by then can be collected"},
                 EnumChoice{BatchVerb::rm, "rm", "say what would be forgotten of it; with --yes forget it"}},
                "VERB", "Ask by the provider's batch API: within a day, at OpenAI and Anthropic for half the price. Servers that speak as they do may have one too.")
        .since("0.1");
    batches.option("--wait", f.wait, "TIME", "Wait at most this long for the batch to end. With --batch submit, submit and collect in one.").since("0.1");
    auto& listings = tool.group("Listings");
    listings.flag("--models", f.models, "List the models there are, what they cost, and which can be asked now.").since("0.1");
    listings.flag("--budget-status", f.budget_status,
                  "Show what was spent, what runs and calls have put aside, and which servers are not asked for now.")
        .since("0.1");
    listings
        .choice("--log", f.log,
                {EnumChoice{LogVerb::list, "list", "the calls, the last ones first"}, EnumChoice{LogVerb::show, "show", "one call whole, by its id (PROMPT); the last one without"},
                 EnumChoice{LogVerb::stats, "stats", "calls, tokens and cost a day and model"}, EnumChoice{LogVerb::prune, "prune", "say what is older than log.keep; with --yes remove it"}},
                "VERB", "Read the journal of calls.")
        .since("0.1");
    listings.option("--since", f.since, "TIME", "Calls from this time on: a date, 2h, 7d, yesterday. For --log.").since("0.1");
    listings.option("--until", f.until, "TIME", "Calls before this time. For --log.").since("0.1");
    listings.option("--fault", f.fault, "NAME", "Calls that ended with this fault, or 'any'. For --log.").since("0.1");
    listings.option("--tool", f.tool, "NAME", "Calls made by this tool. For --log.").since("0.1");
    listings.option("--limit", f.limit, "N", "At most N lines. For --log list.").at_least(0).since("0.1");
    listings.option("--older", f.older, "TIME", "For --log prune: what is older than this, instead of log.keep.").since("0.1");
    listings.flag("--yes", f.yes, "For --log prune and --batch rm: remove it.").since("0.1");
    tool.top({"--model", "--template", "--schema", "--jobs", "--json"});
    tool.synopsis("[OPTION]... PROMPT").synopsis("[OPTION]... < RECORDS").synopsis("[OPTION]... - < FILE");
    tool.example("llm-ask 'Why is the sky blue?'", "ask one question");
    tool.example("git diff --staged | llm-ask 'Write a commit message'", "text on stdin is joined to the prompt");
    tool.example("llm-ask -m cheap -t 'Translate into German: {{text}}' --jobs 8 < texts.jsonl > out.jsonl", "a record a line, eight at once");
    tool.example("llm-ask -j 32 --budget 2.50 --resume done -t task.md < in.jsonl > out.jsonl", "a nightly batch: bounded, and begun again by the same command");
    tool.example("llm-ask --batch submit --wait 25h -m cheap -t task.md < in.jsonl > out.jsonl", "the same at half the price, by tomorrow");
    tool.environment("LLMUTILS_*", "override settings of config.toml: LLMUTILS_MODEL, LLMUTILS_TIMEOUT, LLMUTILS_LOG=false");
    tool.environment("OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY", "keys of providers; llm-config(5) has the others");
    tool.file("$XDG_CONFIG_HOME/llm-utils/config.toml", "providers, models, tiers, defaults");
    tool.file("$XDG_DATA_HOME/llm-utils/batch.db", "batches: records, where they are, what came back");
    tool.file("$XDG_STATE_HOME/llm-utils/chat_history", "what was typed in --chat");
    tool.see_also("llm-utils(7)").see_also("llm-record(5)");
}

}  // namespace llm
