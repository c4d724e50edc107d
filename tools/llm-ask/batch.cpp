#include "answer_text.hpp"
#include "report.hpp"
#include "run.hpp"

#include "batch/batches.hpp"
#include "call/retry.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "log/when.hpp"
#include "record/writer.hpp"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace llm {
namespace {

constexpr int try_later = 5;

void say(const Tool& tool, const AskFlags& f, std::string_view text) {
    if (!f.talk.quiet) write_all(2, fmt::format("{}: {}\n", tool.name(), text), "standard error");
}

std::string counted(long n, std::string_view what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : n > 1 && what.ends_with("ch") ? "es" : "s"); }

/// All that the verbs need.
struct Desk {
    const Tool& tool;
    const AskFlags& flags;
    AskSession session;
    BatchStore store;
    Batches batches;

    Desk(const Tool& t, const AskFlags& f)
        : tool(t), flags(f), session(t, f), store(batch_path(session.settings, session.environment)),
          batches(session.loop, session.settings, session.environment, session.models, session.caller, store, setup_of(call_options_of(t, f, session.settings))) {
        session.loop.catch_signals();
    }

    static BatchSetup setup_of(const CallOptions& c) {
        BatchSetup b;
        b.tool = c.tool;
        b.retries = c.retries;
        b.pace = c.pace;
        b.warn = c.warn;
        return b;
    }
    std::string id() const { return flags.prompt.value_or(""); }
};

void refuse_what_cannot_be(const AskFlags& f) {
    const auto refuse = [](bool given, std::string_view flag, std::string_view why) {
        if (given) throw Error(Fault::usage, "{} does not go with --batch submit: {}", flag, why);
    };
    refuse(f.again_last || !f.cid.empty(), "a conversation", "a record carries its own in 'messages'");
    refuse(f.chat, "--chat", "nobody waits for a batch");
    refuse(f.calls.stream.value_or(false) || f.calls.reasoning, "streaming", "a batch is answered whole");
    refuse(!f.loop.resume.empty(), "--resume", "the batch itself is kept; 'llm-ask --batch submit ID' goes on with one that was not wholly sent");
    refuse(!f.calls.record.empty() || !f.calls.replay.empty(), "a cassette", "it holds calls, and a batch makes none");
}

/// What a submission would be, for --dry-run; or what it was.
Json described(const BatchJob& job) {
    Json parts = Json::array();
    Nano worst = 0;
    for (const BatchPart& p : job.parts) {
        Json part{{"model", p.model}, {"requests", p.requests}};
        if (!p.remote.empty()) part["batch"] = p.remote;
        parts.push_back(std::move(part));
        worst += p.worst;
    }
    Json out{{"id", job.id}, {"records", job.records}, {"asked", job.asked()}, {"parts", parts}};
    if (worst > 0) out["cost_at_most"] = dollars(worst);
    return out;
}

void put_job(Desk& d, const std::string& id) {
    Writer out{1};
    out.line(d.flags.loop.json ? dump(described(d.store.job(id))) : id);
    out.flush();
}

void send(Desk& d, const std::string& id) {
    try {
        d.batches.send(id);
    } catch (const Error& e) {
        Error kept(e.fault, "{}. What is not sent is kept: 'llm-ask --batch submit {}' sends it, 'llm-ask --batch cancel {}' gives it up", e.what(), id, id);
        kept.status = e.status;
        throw kept;
    }
}

struct Nowhere {
    int fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    Nowhere() = default;
    Nowhere(const Nowhere&) = delete;
    Nowhere& operator=(const Nowhere&) = delete;
    ~Nowhere() { ::close(fd); }
};

int submit(Desk& d) {
    const AskFlags& f = d.flags;
    refuse_what_cannot_be(f);
    if (f.prompt) {
        const BatchJob job = d.store.job(*f.prompt);
        if (!job.unsent()) throw Error(Fault::usage, "all of the batch {} is sent; records for a new one come on stdin, without an id", job.id);
        send(d, job.id);
        put_job(d, job.id);
        return 0;
    }
    if (::isatty(0) == 1) throw Error(Fault::usage, "nothing to submit: give records on stdin");
    AskSession& s = d.session;
    const std::string& named = s.form.spec().model ? *s.form.spec().model : s.form.spec().default_model;
    if (!named.empty()) {
        const ResolvedModel model = s.models.resolve(named);
        d.batches.server(model.endpoint);
        s.caller.check_price(model);
    }
    const Nowhere nowhere;
    FilterOptions o = filter_options(d.tool, f.loop);
    o.jobs = 1;
    o.order = Order::kept;
    o.output = Output::records;
    o.out = nowhere.fd;
    o.on_signal = OnSignal::stop_reading;
    Asker asker{s.caller, s.models, s.form, s.options(d.tool, f, false)};
    BatchIntake intake{d.batches, asker, Json{{"extract", f.extract}, {"no_context", f.request.no_context}}};
    int code = 0;
    Filter filter{s.loop, o};
    try {
        filter.wants([&asker](const Record& r) { return asker.wants(r); });
        filter.sees_output([&intake](std::string_view bytes) { intake.output(bytes); });
        code = filter.run([&intake](Record& r) { intake.step(r); });
        if (code < 128) intake.finish();
    } catch (...) {
        d.store.drop(intake.job());
        throw;
    }
    const long failed = filter.counts().all_failed();
    if (code >= 128 || intake.asked() == 0 || f.calls.dry_run) {
        Json plan = code < 128 ? described(d.store.job(intake.job())) : Json();
        d.store.drop(intake.job());
        if (code >= 128) return code;
        if (intake.asked() == 0) {
            say(d.tool, f, fmt::format("nothing was submitted: of {} none is to be asked{}{}", counted(filter.counts().records, "record"),
                                       failed > 0 ? fmt::format(", {} failed", failed) : "", intake.first_error().empty() ? "" : "; " + intake.first_error()));
            return code;
        }
        plan.erase("id");
        Writer out{1};
        out.line(dump(plan));
        out.flush();
        return code;
    }
    try {
        send(d, intake.job());
    } catch (const Error& e) {
        if (e.fault == Fault::budget) d.store.drop(intake.job());
        throw;
    }
    const BatchJob job = d.store.job(intake.job());
    say(d.tool, f, fmt::format("{}: {} asked in {}{}{}; 'llm-ask --batch collect {}' brings the answers", counted(job.records, "record"), intake.asked(),
                               counted(static_cast<long>(job.parts.size()), "batch"), failed > 0 ? fmt::format(", {} failed", failed) : "",
                               intake.first_error().empty() ? "" : " (" + intake.first_error() + ")", job.id));
    put_job(d, job.id);
    return code;
}

std::string_view state_of(const BatchJob& j) {
    if (j.reading) return "being read";
    if (j.unsent()) return "not all sent";
    if (j.collected) return "collected";
    if (std::ranges::all_of(j.parts, [](const BatchPart& p) { return p.state >= PartState::ended; })) return "ended";
    return "running";
}

int list_jobs(Desk& d) {
    Table table{{{"batch", "BATCH", Align::left, false},
                 {"made", "MADE", Align::left, false},
                 {"state", "STATE", Align::left, false},
                 {"models", "MODELS", Align::left, true},
                 {"records", "RECORDS", Align::right, false},
                 {"asked", "ASKED", Align::right, false},
                 {"done", "DONE", Align::right, false},
                 {"failed", "FAILED", Align::right, false}}};
    for (BatchJob& j : d.store.jobs()) {
        d.batches.look(j);
        long done = 0, failed = 0;
        std::vector<std::string> models;
        for (const BatchPart& p : j.parts) {
            done += p.done;
            failed += p.failed;
            if (std::ranges::find(models, p.model) == models.end()) models.push_back(p.model);
        }
        table.add(Json{{"batch", j.id}, {"made", show_time(j.made).substr(0, 19)}, {"state", state_of(j)}, {"models", fmt::format("{}", fmt::join(models, " "))},
                       {"records", j.records}, {"asked", j.asked()}, {"done", done}, {"failed", failed}});
    }
    put(table, d.flags.loop.json ? Listing::json : Listing::table);
    return 0;
}

int status(Desk& d) {
    if (!d.flags.prompt) return list_jobs(d);
    BatchJob job = d.store.job(*d.flags.prompt);
    d.batches.look(job);
    Table table{{{"part", "PART", Align::right, false},
                 {"model", "MODEL", Align::left, true},
                 {"state", "STATE", Align::left, false},
                 {"status", "STATUS THERE", Align::left, false},
                 {"batch", "BATCH THERE", Align::left, false},
                 {"requests", "REQUESTS", Align::right, false},
                 {"done", "DONE", Align::right, false},
                 {"failed", "FAILED", Align::right, false}}};
    for (const BatchPart& p : job.parts)
        table.add(Json{{"part", p.number}, {"model", p.model}, {"state", name(p.state)}, {"status", p.status}, {"batch", p.remote}, {"requests", p.requests}, {"done", p.done},
                       {"failed", p.failed}});
    put(table, d.flags.loop.json ? Listing::json : Listing::table);
    return 0;
}

/// False where the time given was not enough.
bool wait_for(Desk& d, BatchJob& job) {
    const Instant end = Steady::now() + d.flags.wait;
    const double poll = std::max(.01, d.session.settings.duration("batch.poll").value_or(30));
    for (;;) {
        try {
            d.batches.fetch(job);
        } catch (const Error& e) {
            if (!passes_by_itself(e) || Loop::signal_caught() != 0 || Steady::now() >= end) throw;
            say(d.tool, d.flags, fmt::format("{}; looking again in {:.0f} s", e.what(), poll));
        }
        if (job.all(PartState::fetched)) return true;
        if (job.unsent())
            throw Error(Fault::locked, "not all of the batch {} was sent; 'llm-ask --batch submit {}' sends the rest, 'llm-ask --batch cancel {}' gives it up", job.id, job.id, job.id);
        const double left = std::chrono::duration<double>(end - Steady::now()).count();
        if (left <= 0) return false;
        Task<void> nap = [](Loop& loop, Instant until) -> Task<void> { co_await loop.sleep_until(until); }(d.session.loop, after(Steady::now(), std::min(left, poll)));
        nap.start();
        while (!nap.done()) {
            if (Loop::signal_caught() != 0) return false;
            d.session.loop.run_once();
        }
    }
}

int put_records(Desk& d, const BatchJob& job) {
    const LoopFlags& loop = d.flags.loop;
    const bool text = loop.raw || loop.nul;
    Writer out{1};
    Filter::Counts counts;
    Record record;
    d.store.each_line(job.id, [&](std::int64_t place, std::string_view line, std::optional<std::string_view> answer, std::optional<std::string_view> error) {
        ++counts.records;
        const bool whole = record.load(line, static_cast<long>(place));
        if (whole && answer) record.set_raw("response", *answer);
        if (whole && error) record.set_raw("error", *error);
        if (answer) ++counts.worked;
        const auto raw = whole ? record.raw("error") : std::nullopt;
        const auto fault = raw ? fault_of_error(*raw) : std::nullopt;
        if (fault) ++counts.failed[*fault];
        if (!text) {
            out.line(whole ? record.line() : line);
        } else if (fault) {
            say(d.tool, d.flags, fmt::format("line {}: {}", place, text_of(read_json(*raw), "message")));
        } else if (whole && record.has("response")) {
            out.put(text_of_answer(record.get("response")));
            out.put({loop.nul ? "\0" : "\n", 1});
        }
        return !out.closed();
    });
    out.flush();
    if (out.closed()) return 0;
    d.store.set_collected(job.id);
    say(d.tool, d.flags, summary(counts, d.session.caller.tally()));
    return counts.failed.contains(Fault::budget) ? 6 : counts.failed.empty() ? 0 : 3;
}

int collect(Desk& d) {
    BatchJob job = d.store.job(d.id());
    const bool ended = wait_for(d, job);
    d.session.caller.close();
    if (const int signal = Loop::signal_caught(); signal != 0) return 128 + signal;
    if (ended) return put_records(d, job);
    long done = 0, parts = 0;
    for (const BatchPart& p : job.parts) {
        done += p.done + p.failed;
        parts += p.state == PartState::fetched ? 1 : 0;
    }
    say(d.tool, d.flags, fmt::format("the batch {} has not ended: {} of {} done, {} of {} in; try again later, or give --wait TIME", job.id, done, counted(job.asked(), "request"), parts,
                                     counted(static_cast<long>(job.parts.size()), "part")));
    return try_later;
}

int cancel(Desk& d) {
    const std::string id = d.store.job(d.id()).id;
    d.batches.cancel(id);
    say(d.tool, d.flags, fmt::format("the batch {} is given up; 'llm-ask --batch collect {}' brings what is answered by the time the provider has stopped", id, id));
    return 0;
}

int remove(Desk& d) {
    if (!d.flags.prompt) throw Error(Fault::usage, "name the batch to be removed; llm-ask --batch status lists all");
    const BatchJob job = d.store.job(*d.flags.prompt);
    const std::string what = fmt::format("the batch {} of {} ({})", job.id, counted(job.records, "record"), state_of(job));
    if (!d.flags.yes) {
        say(d.tool, d.flags, fmt::format("{} would be forgotten, its answers with it; --yes does it", what));
        return 0;
    }
    {
        const BatchStore::Claim claim{d.store, job.id};
        d.store.drop(job.id);
    }
    say(d.tool, d.flags, what + " is forgotten");
    return 0;
}

}  // namespace

int batch(const Tool& tool, const AskFlags& f) {
    Desk desk{tool, f};
    try {
        switch (f.batch) {
            case BatchVerb::submit: return submit(desk);
            case BatchVerb::status: return status(desk);
            case BatchVerb::collect: return collect(desk);
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
