#include "run.hpp"
#include "session.hpp"

#include "cache/get.hpp"
#include "cache/judge.hpp"
#include "cache/manage.hpp"
#include "cache/put.hpp"
#include "cache/splice.hpp"
#include "log/when.hpp"

#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t gathered = 1 << 20;  // of output, and so of work on the store

Wanted wanted_by(const CacheFlags& f, const CacheStore& store, const std::vector<std::string>& tags) {
    Wanted w;
    if (f.max_age) w.max_age = f.max_age->count();
    if (!f.since.empty()) w.since = parse_when(f.since, store.now() * 1000) / 1000;
    if (!f.until.empty()) w.until = parse_when(f.until, store.now() * 1000) / 1000;
    w.tags = tags;
    return w;
}

GetOptions get_options(const Tool& tool, const CacheFlags& f, Wanted wanted) {
    GetOptions o;
    o.lookup.samples = f.samples;
    o.lookup.wanted = std::move(wanted);
    o.lease = f.lease;
    o.wait = f.wait;
    o.explain = explain_as(tool, f);
    return o;
}

PutOptions put_options(const Tool& tool, const CacheFlags& f, AnswerJudge judge) {
    PutOptions o;
    if (f.alike) o.agree.alike = *f.alike;
    o.agree.judge = std::move(judge);
    o.ttl = f.ttl;
    o.negative_ttl = f.negative_ttl;
    o.samples = f.samples;
    o.tags = f.tags;
    o.refusals = f.refusals ? PutOptions::Refusals::kept : PutOptions::Refusals::dropped;
    o.explain = explain_as(tool, f);
    return o;
}

FilterOptions options_of(const Tool& tool, const CacheFlags& f) {
    FilterOptions o = filter_options(tool, f.loop);
    o.gather = gathered;
    return o;
}

/// Looking up by similarity, as far as it was asked for; nothing is loaded before it is used.
struct Similarity {
    Similarity(const Tool& tool, const CacheFlags& f, CacheSession& s, Wanted wanted = {})
        : embedding(s.settings.text("cache.embedder").value_or("builtin"), s.loop, s.settings, s.environment, embedding_options(tool, f)) {
        SemanticOptions o;
        if (f.semantic) o.threshold = *f.semantic;
        else if (f.bound) o.threshold = learned_threshold;
        o.gate = f.no_gate ? SemanticOptions::Gate::off : SemanticOptions::Gate::on;
        o.wanted = std::move(wanted);
        o.max_error = f.bound;
        if (!f.talk.quiet) o.warn = say_as(tool);
        if (!f.verify.empty()) {
            CallOptions c;
            c.tool = tool.name();
            c.retries = static_cast<int>(s.settings.integer("retries").value_or(3));
            c.log = s.settings.boolean("log.enabled").value_or(true) ? CallOptions::Log::yes : CallOptions::Log::no;
            caller.emplace(s.loop, s.settings, s.environment, std::move(c));
            model = s.models.resolve(f.verify);
            o.judge = judge_by(*caller, *model);
            answers = answer_judge_by(*caller, *model);
        }
        semantic.emplace(s.store, embedding, std::move(o));
    }
    void close() {
        if (caller) caller->close();
    }

    Embedding embedding;
    std::optional<Caller> caller;
    std::optional<ResolvedModel> model;
    AnswerJudge answers;  ///< may be empty
    std::optional<Semantic> semantic;
};

bool by_similarity(const CacheFlags& f) { return f.semantic || f.bound; }

QuestionOptions questions_of(const CacheFlags& f, const CacheSession& s) {
    QuestionOptions o = s.question_options(f);
    o.fingerprint = by_similarity(f) ? QuestionOptions::Fingerprint::yes : QuestionOptions::Fingerprint::no;
    o.on = f.on;
    if (!by_similarity(f) && (!f.on.empty() || !f.verify.empty() || f.no_gate))
        throw Error(Fault::usage, "--on, --verify and --no-gate are about similarity; give --semantic too");
    return o;
}

/// Answers are paid for: where they cannot be stored they go on, a word is said, and the exit code tells.
class Commits {
public:
    Commits(CacheStore& store, Say say) : store_(store), say_(std::move(say)) {}
    void operator()() {
        if (failed_) return;
        guard([this] { store_.settle(); });
    }
    Task<void> guarded(Task<void> work) {
        if (failed_) co_return;
        try {
            co_await std::move(work);
        } catch (const Error& e) {
            fail(e);
        }
    }
    template <typename Work>
    void guard(const Work& work) {
        if (failed_) return;
        try {
            work();
        } catch (const Error& e) {
            fail(e);
        }
    }
    int code(int code) const { return failed_ && code == 0 ? exit_code(Fault::io) : code; }

private:
    /// Within a handler.
    void fail(const Error& e) {
        if (e.fault != Fault::io && e.fault != Fault::locked) throw;
        failed_ = true;
        say_(fmt::format("{}; answers pass on without being stored", e.what()));
    }

    CacheStore& store_;
    Say say_;
    bool failed_ = false;
};

Task<void> put_one(Putter& putter, Commits& commits, Record& record) {
    bool waits = false;
    commits.guard([&] { waits = !putter.step(record); });
    if (waits) {
        Task<void> patient = putter.patient_step(record);
        co_await commits.guarded(std::move(patient));
    }
}

}  // namespace

int get(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::write, Fallback::reading};
    if (s.read_only() && !f.talk.quiet)
        say_as(tool)(fmt::format("the store {} cannot be written here: what it has is given, but nothing is counted, learned or announced to other processes",
                                 s.store.db().path().string()));
    Questions questions{s.form, s.models, questions_of(f, s)};
    const Wanted wanted = wanted_by(f, s.store, f.tags);
    std::optional<Similarity> similarity;
    if (by_similarity(f)) similarity.emplace(tool, f, s, wanted);
    GetOptions options = get_options(tool, f, wanted);
    if (s.read_only()) options.wait = options.lease = Duration{0};
    Getter getter{s.store, questions, std::move(options), similarity ? &*similarity->semantic : nullptr};
    FilterOptions o = options_of(tool, f);
    const bool patient = f.wait.count() > 0 || similarity;
    if (patient) o.jobs = f.loop.jobs.value_or(f.wait.count() > 0 ? 64 : s.settings.integer("jobs").value_or(4));
    Filter filter{s.loop, o};
    filter.wants([&getter](const Record& r) { return getter.wants(r); });
    filter.before_output([&s] { s.store.settle(); });
    filter.at_end([&] {
        s.store.close();
        if (similarity) similarity->close();
    });
    if (patient) return filter.run([&](Record& r, Emitter&) { return getter.patient_step(r, s.loop); });
    return filter.run([&getter](Record& r) { getter.step(r); });
}

int put_answers(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::write};
    Questions questions{s.form, s.models, s.question_options(f)};
    Similarity similarity{tool, f, s};
    Putter putter{s.store, questions, put_options(tool, f, similarity.answers), *similarity.semantic};
    Commits commits{s.store, say_as(tool)};
    FilterOptions o = options_of(tool, f);
    if (!similarity.embedding.local() || similarity.answers) o.jobs = f.loop.jobs.value_or(s.settings.integer("jobs").value_or(4));
    Filter filter{s.loop, o};
    filter.before_output(std::ref(commits));
    filter.sees_failed([&](const Record& r) { commits.guard([&] { putter.failed(r); }); });
    filter.at_end([&] {
        commits.guard([&] {
            s.store.close();
            similarity.semantic->tend();
        });
        similarity.close();
    });
    return commits.code(filter.run([&](Record& r, Emitter&) { return put_one(putter, commits, r); }));
}

int run_command(const Tool& tool, const CacheFlags& f) {
    if (f.command.empty()) throw Error(Fault::usage, "nothing to run; put the command behind --, for instance: llm-cache run -- llm-ask -m cheap");
    CacheSession s{tool, f, Access::write};
    QuestionOptions asked = questions_of(f, s);
    asked.command = f.as.empty() ? command_meaning(f.command) : "as " + f.as;
    Questions questions{s.form, s.models, std::move(asked)};
    const Wanted wanted = wanted_by(f, s.store, {});  // --tag is for what is stored
    Similarity similarity{tool, f, s, wanted};
    Getter getter{s.store, questions, get_options(tool, f, wanted), by_similarity(f) ? &*similarity.semantic : nullptr};
    Putter putter{s.store, questions, put_options(tool, f, similarity.answers), *similarity.semantic};
    Splice splice{s.loop, s.store, questions, getter, putter, *similarity.semantic, f.command, f.lease, say_as(tool)};
    FilterOptions o = options_of(tool, f);
    o.jobs = std::numeric_limits<long>::max();  // how many are under way is the command's affair
    o.on_signal = OnSignal::stop_reading;
    Filter filter{s.loop, o};
    filter.wants([&getter](const Record& r) { return getter.wants(r); });
    filter.room([&splice] { return splice.room(); });
    filter.input_ended([&splice] { splice.input_ended(); });
    filter.before_output([&s] { s.store.settle(); });
    filter.at_end([&] {
        s.store.close();
        similarity.semantic->tend();
        similarity.close();
    });
    return filter.run([&splice](Record& r, Emitter& e) { return splice.step(r, e); });
}

int import_entries(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::write};
    Filter filter{s.loop, options_of(tool, f)};
    filter.before_output([&s] { s.store.settle(); });
    return filter.run([&](Record& r) { import_entry(s.store, r); });
}

}  // namespace llm
