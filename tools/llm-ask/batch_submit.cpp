#include "batch.hpp"

#include "record/writer.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace llm {
namespace {

struct Nowhere {
    int fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    Nowhere() = default;
    Nowhere(const Nowhere&) = delete;
    Nowhere& operator=(const Nowhere&) = delete;
    ~Nowhere() { ::close(fd); }
};

/// What a submission would be, for --dry-run; or what it was.
Json described(const BatchJob& job) {
    Json parts = Json::array();
    Nano worst = 0;
    bool known = true;
    for (const BatchPart& p : job.parts) {
        Json part{{"model", p.model}, {"requests", p.requests}};
        if (!p.remote.empty()) part["batch"] = p.remote;
        parts.push_back(std::move(part));
        worst += p.worst;
        known &= p.rates.known();
    }
    Json out{{"id", job.id}, {"records", job.records}, {"asked", job.asked()}, {"parts", parts}};
    if (known) out["cost_at_most"] = dollars(worst);
    return out;
}

/// False where nobody reads it.
bool put_line(std::string_view line) {
    Writer out{1};
    out.line(line);
    out.flush();
    return !out.closed();
}

/// The id, wherever a batch is kept, and before anything is said of it. Not where its records are to follow on the same output. Until it is written the same
/// command with the same records finds the batch again.
void put_id(BatchDesk& d, const std::string& id) {
    if (d.flags.wait > Duration{}) return;
    if (put_line(d.flags.loop.json ? dump(described(d.store.job(id))) : id)) d.store.set_told(id);
}

enum class Kept { fresh,
                  before };

/// 0 where all is sent; throws, or returns the code of a signal, where the rest is kept.
int send(BatchDesk& d, const std::string& id, Kept kept) {
    try {
        d.batches.send(id);
        return 0;
    } catch (const Error& e) {
        const BatchJob job = d.store.job(id);
        if (kept == Kept::fresh && e.fault == Fault::budget && job.all(PartState::ready)) {
            d.store.drop(id);
            throw Error(e.fault, "{}, and the batch is not kept: nothing was submitted", e.what());
        }
        put_id(d, id);
        const std::string rest = fmt::format("What is not sent of the batch {} is kept: 'llm-ask --batch submit {}' sends it, 'llm-ask --batch cancel {}' gives it up", id, id, id);
        if (const int signal = Loop::signal_caught(); signal != 0) {
            d.say(fmt::format("interrupted. {}", rest));
            return 128 + signal;
        }
        Error all(e.fault, "{}. {}", e.what(), rest);
        all.status = e.status;
        throw all;
    }
}

int finish(BatchDesk& d, const std::string& id, int code, const std::string& words = {}) {
    put_id(d, id);
    if (!words.empty()) d.say(words);
    if (d.flags.wait > Duration{}) return collect_batch(d, d.store.job(id));
    return code;
}

int go_on(BatchDesk& d) {
    const BatchJob job = d.job();
    if (const long n = count_of(job, PartState::waiting); n > 0 && !job.unsent())
        throw Error(Fault::usage, "{} of the batch {} {} to be {}, which 'llm-ask --batch collect {}' does", counted(n, "part"), job.id, n == 1 ? "waits" : "wait",
                    job.cancelled ? "given up" : "sent again", job.id);
    if (!job.unsent()) throw Error(Fault::usage, "all of the batch {} is sent; records for a new one come on stdin, without an id", job.id);
    if (const int code = send(d, job.id, Kept::before); code != 0) return code;
    return finish(d, job.id, 0);
}

/// What of the command line matters to the answers.
Json flags_of(const BatchDesk& d) {
    const Template* t = d.session.form.used_template();
    return {{"extract", d.flags.extract},
            {"no_context", d.flags.request.no_context || (t != nullptr && t->names().contains("context"))},
            {"log", d.session.settings.boolean("log.enabled").value_or(true)}};
}

}  // namespace

int submit_batch(BatchDesk& d) {
    const AskFlags& f = d.flags;
    if (f.prompt) return go_on(d);
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
    BatchIntake intake{d.batches, asker, flags_of(d)};
    int code = 0;
    Filter filter{s.loop, o};
    Json plan;
    try {
        filter.wants([&asker](const Record& r) { return asker.wants(r); });
        filter.sees_output([&intake](std::string_view bytes) { intake.output(bytes); });
        code = filter.run([&intake](Record& r) { intake.step(r); });
        if (code >= 128) {
            d.store.drop(intake.job());
            d.say("interrupted; nothing was submitted");
            return code;
        }
        intake.finish(f.wait > Duration{} ? BatchStore::Done::when_collected : BatchStore::Done::when_sent);
    } catch (...) {
        d.store.drop(intake.job());
        throw;
    }
    const long failed = filter.counts().all_failed();
    const std::string id = intake.job();
    const BatchJob read = d.store.job(id);
    if (intake.asked() == 0) {
        d.store.drop(id);
        d.say(fmt::format("nothing was submitted: of {} none is to be asked{}{}", counted(filter.counts().records, "record"), failed > 0 ? fmt::format(", {} failed", failed) : "",
                          intake.first_error().empty() ? "" : "; " + intake.first_error()));
        return code == 0 ? 1 : code;
    }
    if (f.calls.dry_run) {
        if (!intake.goes_on()) d.store.drop(id);
        plan = described(read);
        plan.erase("id");
        put_line(dump(plan));
        return code;
    }
    const std::string again = fmt::format("the batch {} is of these same records and was not {}; it goes on", id,
                                          read.unsent() ? "wholly sent" : f.wait > Duration{} ? "collected"
                                                                                              : "told of, for its id reached nobody");
    if (intake.goes_on() && !read.unsent()) return finish(d, id, code, again);
    if (intake.goes_on()) d.say(again);
    if (const int interrupted = send(d, id, intake.goes_on() ? Kept::before : Kept::fresh); interrupted != 0) return interrupted;
    const BatchJob job = d.store.job(id);
    return finish(d, id, code,
                  fmt::format("{}: {} asked in {}{}{}; 'llm-ask --batch collect {}' brings the answers", counted(job.records, "record"), intake.asked(),
                              counted(static_cast<long>(job.parts.size()), "batch"), failed > 0 ? fmt::format(", {} failed", failed) : "",
                              intake.first_error().empty() ? "" : " (" + intake.first_error() + ")", id));
}

}  // namespace llm
