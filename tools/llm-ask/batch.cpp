#include "batch.hpp"

#include "cli/terminal.hpp"
#include "record/writer.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace llm {
namespace {

BatchSetup setup_of(const CallOptions& c) {
    BatchSetup b;
    b.tool = c.tool;
    b.server.retries = c.retries;
    b.server.timeout = c.timeout;
    b.server.idle_timeout = c.idle_timeout;
    b.pace = c.pace;
    b.warn = c.warn;
    return b;
}

/// The options that mean something to a verb.
std::vector<std::string_view> meant(const AskFlags& f) {
    std::vector<std::string_view> out{"--batch", "--quiet", "--verbose", "--timeout", "--idle-timeout", "--retries"};
    const auto add = [&out](std::initializer_list<std::string_view> more) { out.insert(out.end(), more); };
    const bool collects = f.batch == BatchVerb::collect || (f.batch == BatchVerb::submit && f.wait > Duration{});
    if (f.batch == BatchVerb::submit) {
        add({"--budget", "--assume-price", "--json", "--wait"});
        if (!f.prompt)
            add({"--model", "--system", "--template", "--option", "--attachment", "--schema", "--override", "--no-context", "--extract", "--when", "--wrap", "--lines", "--retry-failed",
                 "--again", "--dry-run", "--no-log", "--explain"});
    }
    if (collects) add({"--wait", "--raw", "--null", "--json", "--no-log"});
    if (f.batch == BatchVerb::status) add({"--json"});
    if (f.batch == BatchVerb::rm) add({"--yes"});
    return out;
}

struct Reason {
    std::string_view option, why;
};
constexpr std::array<Reason, 13> reasons{{{"--continue", "a record carries its conversation in 'messages'"},
                                          {"--cid", "a record carries its conversation in 'messages'"},
                                          {"--chat", "nobody waits for a batch"},
                                          {"--stream", "a batch is answered whole"},
                                          {"--reasoning", "a batch is answered whole"},
                                          {"--resume", "the batch itself is kept; 'llm-ask --batch submit ID' goes on with one that was not wholly sent"},
                                          {"--record", "a cassette holds calls, and a batch makes none"},
                                          {"--replay", "a cassette holds calls, and a batch makes none"},
                                          {"--repairs", "an answer that breaks its schema is not sent back; its record fails, and --retry-failed asks again"},
                                          {"--jobs", "the provider sees to the pace"},
                                          {"--unordered", "results come when all have ended"},
                                          {"--rpm", "the provider sees to the pace"},
                                          {"--tpm", "the provider sees to the pace"}}};

void refuse_what_means_nothing(const Tool& tool, const AskFlags& f) {
    const std::vector<std::string_view> allowed = meant(f);
    const std::string_view verb = f.batch == BatchVerb::submit ? "submit" : f.batch == BatchVerb::status ? "status"
                                                                        : f.batch == BatchVerb::collect  ? "collect"
                                                                        : f.batch == BatchVerb::cancel   ? "cancel"
                                                                                                         : "rm";
    for (const OptionGroup& group : tool.groups())
        for (const Option& o : group.options()) {
            if (!o.given() || std::ranges::find(allowed, o.long_name()) != allowed.end()) continue;
            const auto reason = std::ranges::find(reasons, o.long_name(), &Reason::option);
            throw Error(Fault::usage, "{} does not go with --batch {}{}{}", o.long_name(), verb, f.batch == BatchVerb::submit && f.prompt ? " and an id" : "",
                        reason == reasons.end() ? "" : fmt::format(": {}", reason->why));
        }
}

int cancel(BatchDesk& d) {
    const std::string id = d.job().id;
    try {
        d.batches.cancel(id);
    } catch (const Error& e) {
        const BatchJob job = d.store.job(id);
        const long waiting = count_of(job, PartState::waiting);
        if (!job.cancelled || waiting == 0) throw;
        Error all(e.fault, "{}. The batch {} is given up and nothing of it is sent again; {} {} still to be looked for at the provider, which 'llm-ask --batch collect {}' does", e.what(), id,
                  counted(waiting, "part"), waiting == 1 ? "is" : "are", id);
        all.status = e.status;
        throw all;
    }
    d.say(fmt::format("the batch {} is given up; 'llm-ask --batch collect {}' brings what is answered by the time the provider has stopped", id, id));
    return 0;
}

int remove(BatchDesk& d) {
    if (!d.flags.prompt) throw Error(Fault::usage, "name the batch to be removed; llm-ask --batch status lists all");
    const BatchJob job = d.job();
    const std::string what = fmt::format("the batch {} of {} ({})", job.id, counted(job.records, "record"), state_of(job));
    if (!Batches::may_be_forgotten(job))
        throw Error(Fault::usage, "{} {} with the provider{}, and is paid whether or not it is collected; 'llm-ask --batch cancel {}' first, then it can be removed", what,
                    job.any(PartState::sent) ? "is" : "may be",
                    job.cancelled ? ", which has not taken the wish to cancel it" : "", job.id);
    if (!d.flags.yes) {
        d.say(fmt::format("{} would be forgotten, its answers with it, here and at the provider{}; --yes does it", what,
                          Batches::is_running(job) ? ", though the provider has not said yet that it has stopped, and what it answers is paid" : ""));
        return 0;
    }
    d.batches.forget(job.id);
    d.say(what + " is forgotten");
    return 0;
}

}  // namespace

BatchDesk::BatchDesk(const Tool& t, const AskFlags& f)
    : tool(t), flags(f), session(t, f), store(batch_path(session.settings, session.environment)), batches(session.loop, session.settings, session.environment, session.models, session.caller, store, setup_of(call_options_of(t, f, session.settings))) {
    session.loop.catch_signals();
}

void BatchDesk::say(std::string_view text) const {
    if (flags.talk.quiet) return;
    try {
        write_all(2, fmt::format("{}: {}\n", tool.name(), text), "standard error");
    } catch (const Error&) {  // what is sent or brought does not hang on words
    }
}

BatchJob BatchDesk::job() { return store.job(flags.prompt); }

std::string counted(long n, std::string_view what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : what.ends_with("ch") ? "es"
                                                                                                                               : "s"); }

long count_of(const BatchJob& j, PartState state) { return static_cast<long>(std::ranges::count(j.parts, state, &BatchPart::state)); }

std::string_view state_of(const BatchJob& j) {
    if (j.reading) return "being read";
    if (j.unsent()) return "not all sent";
    if (j.collected) return "collected";
    if (j.any(PartState::waiting) && !j.cancelled) return "waiting";
    if (std::ranges::any_of(j.parts, [](const BatchPart& p) { return p.state == PartState::sent && p.may_run(); })) return "running";
    if (j.any(PartState::sent) || j.any(PartState::waiting)) return "being cancelled";
    return "ended";
}

int batch(const Tool& tool, const AskFlags& f) {
    refuse_what_means_nothing(tool, f);
    if (f.prompt && f.prompt->empty()) throw Error(Fault::usage, "the batch's id is empty: was nothing submitted? llm-ask --batch status lists all");
    BatchDesk desk{tool, f};
    try {
        switch (f.batch) {
            case BatchVerb::submit:
                return submit_batch(desk);
            case BatchVerb::status:
                return show_batches(desk);
            case BatchVerb::collect:
                return collect_batch(desk, desk.job());
            case BatchVerb::cancel: return cancel(desk);
            case BatchVerb::rm: return remove(desk);
            case BatchVerb::none: break;
        }
    } catch (const Error&) {
        if (const int signal = Loop::signal_caught(); signal != 0) return 128 + signal;
        throw;
    }
    return 0;
}

}  // namespace llm
