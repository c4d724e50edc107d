#include "answer_text.hpp"
#include "batch.hpp"
#include "report.hpp"

#include "call/retry.hpp"
#include "record/writer.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr int try_later = 5;

/// False where a signal came.
bool sleep_for(Loop& loop, double seconds) {
    Task<void> nap = [](Loop& l, Instant until) -> Task<void> { co_await l.sleep_until(until); }(loop, after(Steady::now(), seconds));
    nap.start();
    while (!nap.done() && Loop::signal_caught() == 0) loop.run_once();
    return nap.done();
}

/// False where the time given was not enough.
bool wait_for(BatchDesk& d, BatchJob& job) {
    const Instant end = Steady::now() + d.flags.wait;
    const double poll = std::max(.01, d.session.settings.duration("batch.poll").value_or(30));
    std::string said;
    for (;;) {
        std::optional<Error> failed;
        bool taken = false;  // by another process, whose work is ours too
        try {
            failed = d.batches.fetch(job);
        } catch (const Error& e) {
            if (e.fault != Fault::locked) throw;
            failed = e;
            taken = true;
            job = d.store.job(job.id);
        }
        if (job.all(PartState::fetched)) return true;
        if (!taken && job.unsent())
            throw Error(Fault::locked, "not all of the batch {} was sent; 'llm-ask --batch submit {}' sends the rest, 'llm-ask --batch cancel {}' gives it up", job.id, job.id, job.id);
        const double left = std::chrono::duration<double>(end - Steady::now()).count();
        const bool others_run = std::ranges::any_of(job.parts, [](const BatchPart& p) { return p.state == PartState::sent && !p.stale; });
        if (failed && (left <= 0 || !(taken || others_run || passes_by_itself(*failed)))) throw Error(*failed);
        if (left <= 0) return false;
        if (failed && said != failed->what()) {
            said = failed->what();
            d.say(fmt::format("{}; looking again in {:.0f} s", said, poll));
        }
        if (!sleep_for(d.session.loop, std::min(left, poll))) return false;
    }
}

int put_records(BatchDesk& d, const BatchJob& job) {
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
            d.say(fmt::format("line {}: {}", place, text_of(read_json(*raw), "message")));
        } else if (whole && record.has("response")) {
            out.put(text_of_answer(record.get("response")));
            out.put({loop.nul ? "\0" : "\n", 1});
        }
        return !out.closed();
    });
    out.flush();
    if (out.closed()) return 0;
    d.store.set_collected(job.id);
    d.say(summary(counts, d.session.caller.tally()));
    return counts.failed.contains(Fault::budget) ? 6 : counts.failed.empty() ? 0
                                                                             : 3;
}

}  // namespace

int collect_batch(BatchDesk& d, BatchJob job) {
    const bool ended = wait_for(d, job);
    d.session.caller.close();
    if (const int signal = Loop::signal_caught(); signal != 0) {
        d.say(fmt::format("interrupted; the batch {} goes on, and 'llm-ask --batch collect {}' brings its answers", job.id, job.id));
        return 128 + signal;
    }
    if (ended) return put_records(d, job);
    long done = 0, in = 0;
    for (const BatchPart& p : job.parts) {
        done += p.done + p.failed;
        in += p.state == PartState::fetched ? 1 : 0;
    }
    const long waiting = count_of(job, PartState::waiting);
    const auto parts = static_cast<long>(job.parts.size());
    const auto why = std::ranges::find(job.parts, PartState::waiting, &BatchPart::state);
    d.say(fmt::format("the batch {} has not ended: {} of {} done, {} of {} in{}; 'llm-ask --batch collect {}' later, or with --wait TIME", job.id, done, counted(job.asked(), "request"), in,
                      counted(parts, "part"), waiting > 0 ? fmt::format(", {} to be {} ({})", waiting, job.cancelled ? "given up" : "sent again", why->why) : "", job.id));
    return try_later;
}

}  // namespace llm
