#include "run.hpp"
#include "session.hpp"

#include "cache/get.hpp"
#include "cache/judge.hpp"
#include "cache/manage.hpp"
#include "cache/put.hpp"
#include "cache/splice.hpp"

#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t gathered = 1 << 20;  // of output, and so of work on the store

GetOptions get_options(const Tool& tool, const CacheFlags& f) {
    GetOptions o;
    o.lookup.samples = f.samples;
    if (f.max_age) o.lookup.max_age = f.max_age->count();
    o.lease = f.lease;
    o.wait = f.wait;
    o.explain = explain_as(tool, f);
    return o;
}

PutOptions put_options(const Tool& tool, const CacheFlags& f) {
    PutOptions o;
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
    Similarity(const Tool& tool, const CacheFlags& f, CacheSession& s)
        : embedding(s.settings.text("cache.embedder").value_or("builtin"), s.loop, s.settings, s.environment) {
        SemanticOptions o;
        if (f.semantic) o.threshold = *f.semantic;
        o.gate = f.no_gate ? SemanticOptions::Gate::off : SemanticOptions::Gate::on;
        if (f.max_age) o.max_age = f.max_age->count();
        if (!f.verify.empty()) {
            CallOptions c;
            c.tool = tool.name();
            c.retries = static_cast<int>(s.settings.integer("retries").value_or(3));
            c.log = s.settings.boolean("log.enabled").value_or(true) ? CallOptions::Log::yes : CallOptions::Log::no;
            caller.emplace(s.loop, s.settings, s.environment, std::move(c));
            model = s.models.resolve(f.verify);
            o.judge = judge_by(*caller, *model);
        }
        semantic.emplace(s.store, embedding, std::move(o));
    }
    void close() {
        if (caller) caller->close();
    }

    Embedding embedding;
    std::optional<Caller> caller;
    std::optional<ResolvedModel> model;
    std::optional<Semantic> semantic;
};

QuestionOptions questions_of(const CacheFlags& f, const CacheSession& s) {
    QuestionOptions o = s.question_options(f);
    o.fingerprint = f.semantic ? QuestionOptions::Fingerprint::yes : QuestionOptions::Fingerprint::no;
    o.on = f.on;
    if (!f.semantic && (!f.on.empty() || !f.verify.empty() || f.no_gate))
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
    template <typename Work>
    void guard(const Work& work) {
        if (failed_) return;
        try {
            work();
        } catch (const Error& e) {
            if (e.fault != Fault::io && e.fault != Fault::locked) throw;
            failed_ = true;
            say_(fmt::format("{}; answers pass on without being stored", e.what()));
        }
    }
    int code(int code) const { return failed_ && code == 0 ? exit_code(Fault::io) : code; }

private:
    CacheStore& store_;
    Say say_;
    bool failed_ = false;
};

}  // namespace

int get(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::write};
    Questions questions{s.form, s.models, questions_of(f, s)};
    std::optional<Similarity> similarity;
    if (f.semantic) similarity.emplace(tool, f, s);
    Getter getter{s.store, questions, get_options(tool, f), similarity ? &*similarity->semantic : nullptr};
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
    Putter putter{s.store, questions, put_options(tool, f), *similarity.semantic};
    Commits commits{s.store, say_as(tool)};
    FilterOptions o = options_of(tool, f);
    if (!similarity.embedding.local()) o.jobs = f.loop.jobs.value_or(s.settings.integer("jobs").value_or(4));
    Filter filter{s.loop, o};
    filter.before_output(std::ref(commits));
    filter.sees_failed([&](const Record& r) { commits.guard([&] { putter.failed(r); }); });
    filter.at_end([&] {
        commits.guard([&] {
            s.store.close();
            similarity.semantic->tend();
        });
    });
    if (!similarity.embedding.local()) return commits.code(filter.run([&](Record& r, Emitter&) { return putter.patient_step(r); }));
    return commits.code(filter.run([&](Record& r) { commits.guard([&] { putter.step(r); }); }));
}

int run_command(const Tool& tool, const CacheFlags& f) {
    if (f.command.empty()) throw Error(Fault::usage, "nothing to run; put the command behind --, for instance: llm-cache run -- llm-ask -m cheap");
    CacheSession s{tool, f, Access::write};
    QuestionOptions asked = questions_of(f, s);
    asked.command = f.as.empty() ? command_meaning(f.command) : "as " + f.as;
    Questions questions{s.form, s.models, std::move(asked)};
    Similarity similarity{tool, f, s};
    Getter getter{s.store, questions, get_options(tool, f), f.semantic ? &*similarity.semantic : nullptr};
    Putter putter{s.store, questions, put_options(tool, f), *similarity.semantic};
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
