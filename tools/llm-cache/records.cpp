#include "run.hpp"
#include "session.hpp"

#include "cache/archive.hpp"
#include "cache/commits.hpp"
#include "cache/get.hpp"
#include "cache/judge.hpp"
#include "cache/manage.hpp"
#include "cache/put.hpp"
#include "cache/splice.hpp"
#include "log/when.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <memory>
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
    o.touch = f.touch;
    o.lease = f.lease;
    o.wait = f.wait;
    o.order = f.loop.unordered ? GetOptions::Order::free : GetOptions::Order::kept;
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
    o.findable = f.findable ? PutOptions::Findable::all : PutOptions::Findable::as_looked_up;
    o.explain = explain_as(tool, f);
    if (!f.talk.quiet) o.warn = say_as(tool);
    return o;
}

FilterOptions options_of(const Tool& tool, const CacheFlags& f) {
    FilterOptions o = filter_options(tool, f.loop);
    o.gather = gathered;
    return o;
}

std::string embedder_of(const CacheSession& s) {
    const std::string name = s.settings.text("cache.embedder").value_or("");
    return name.empty() ? "builtin" : name;
}

/// "a,b"
void append_names(std::vector<std::string>& to, std::string_view names) {
    for (std::size_t begin = 0; begin <= names.size();) {
        const std::size_t end = std::min(names.find(',', begin), names.size());
        if (end > begin) to.emplace_back(names.substr(begin, end - begin));
        begin = end + 1;
    }
}

/// Looking up by similarity, as far as it was asked for; nothing is loaded before it is used.
struct Similarity {
    Similarity(const Tool& tool, const CacheFlags& f, CacheSession& s, Wanted wanted = {})
        : session(s), for_embedding(embedding_options(tool, f)), embedding(embedder_of(s), s.loop, s.settings, s.environment, for_embedding) {
        if (f.semantic) options.threshold = *f.semantic;
        else if (f.bound) options.threshold = learned_threshold;
        options.gate = f.no_gate ? Gating::off : f.bound ? Gating::answers : Gating::questions;
        options.wanted = std::move(wanted);
        options.embedder = embedder_of(s);
        options.max_error = f.bound;
        if (!f.talk.quiet) options.warn = say_as(tool);
        if (!f.verify.empty()) {
            CallOptions c;
            c.tool = tool.name();
            c.retries = static_cast<int>(s.settings.integer("retries").value_or(3));
            c.log = s.settings.boolean("log.enabled").value_or(true) ? CallOptions::Log::yes : CallOptions::Log::no;
            caller.emplace(s.loop, s.settings, s.environment, std::move(c));
            model = s.models.resolve(f.verify);
            options.judge = judge_by(*caller, *model);
            answers = answer_judge_by(*caller, *model);
        }
        semantic.emplace(s.store, embedding, options);
    }
    /// Of another embedder, that records were looked up with; null where it is none, which is said once.
    Semantic* other(const std::string& name) {
        const auto [it, fresh] = others.try_emplace(name);
        if (!fresh) return it->second ? &it->second->semantic : nullptr;
        try {
            it->second = std::make_unique<Other>(*this, name);
        } catch (const Error& e) {
            if (options.warn) options.warn(fmt::format("what was looked up with '{}' is stored without vectors: {}", name, e.what()));
            return nullptr;
        }
        return &it->second->semantic;
    }
    void tend() {
        semantic->tend();
        for (auto& [name, one] : others)
            if (one) one->semantic.tend();
    }
    void close() {
        if (caller) caller->close();
    }

    struct Other {
        Other(Similarity& all, const std::string& name)
            : embedding(name, all.session.loop, all.session.settings, all.session.environment, all.for_embedding), semantic(all.session.store, embedding, named(all.options, name)) {}
        static SemanticOptions named(SemanticOptions o, const std::string& name) {
            o.embedder = name;
            return o;
        }
        Embedding embedding;
        Semantic semantic;
    };

    CacheSession& session;
    SemanticOptions options;
    EmbeddingOptions for_embedding;
    Embedding embedding;
    std::optional<Caller> caller;
    std::optional<ResolvedModel> model;
    AnswerJudge answers;  ///< may be empty
    std::optional<Semantic> semantic;
    std::map<std::string, std::unique_ptr<Other>> others;
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

constexpr std::string_view pass_on = "answers pass on without being stored";

/// Where the store cannot be opened: what comes down the pipe is paid for.
int pass_by(const Tool& tool, const CacheFlags& f, const Error& why) {
    say_as(tool)(fmt::format("{}; {}", why.what(), pass_on));
    Loop loop;
    Filter filter{loop, options_of(tool, f)};
    const int code = filter.run([](Record&) {});
    return code == 0 || code == 1 || code == 3 ? exit_code(why.fault) : code;
}

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
    Commits commits{s.store, "what is stored is given, but nothing is counted, learned or announced to other processes", say_as(tool)};
    FilterOptions o = options_of(tool, f);
    const bool patient = f.wait.count() > 0 || similarity;
    if (patient) o.jobs = f.loop.jobs.value_or(f.wait.count() > 0 ? 64 : s.settings.integer("jobs").value_or(4));
    Filter filter{s.loop, o};
    filter.wants([&getter](const Record& r) { return getter.wants(r); });
    filter.before_output(std::ref(commits));
    filter.at_end([&] {
        commits.guard([&s] { s.store.close(); });
        if (similarity) similarity->close();
    });
    if (patient) return filter.run([&](Record& r, Emitter&) { return getter.patient_step(r, s.loop); });
    return filter.run([&getter](Record& r) { getter.step(r); });
}

int put_answers(const Tool& tool, const CacheFlags& f) {
    std::optional<CacheSession> session;
    try {
        session.emplace(tool, f, Access::write);
    } catch (const Error& e) {
        if (!CacheSession::is_of_the_store(e)) throw;
        return pass_by(tool, f, e);
    }
    CacheSession& s = *session;
    Questions questions{s.form, s.models, s.question_options(f)};
    Similarity similarity{tool, f, s};
    Putter putter{s.store, questions, put_options(tool, f, similarity.answers), *similarity.semantic};
    putter.others([&similarity](const std::string& name) { return similarity.other(name); });
    Commits commits{s.store, std::string{pass_on}, say_as(tool)};
    FilterOptions o = options_of(tool, f);
    o.jobs = f.loop.jobs.value_or(s.settings.integer("jobs").value_or(4));
    Filter filter{s.loop, o};
    filter.before_output(std::ref(commits));
    filter.sees_failed([&](const Record& r) { commits.guard([&] { putter.failed(r); }); });
    filter.at_end([&] {
        commits.guard([&] {
            s.store.close();
            similarity.tend();
        });
        similarity.close();
    });
    return commits.code(filter.run([&](Record& r, Emitter&) { return put_one(putter, commits, r); }));
}

int run_command(const Tool& tool, const CacheFlags& f) {
    if (f.command.empty()) throw Error(Fault::usage, "nothing to run; put the command behind --, for instance: llm-cache run -- llm-ask -m cheap");
    CacheSession s{tool, f, Access::write, Fallback::reading};
    QuestionOptions asked = questions_of(f, s);
    asked.command = f.as.empty() ? command_meaning(f.command) : "as " + f.as;
    for (const std::string& names : f.ignored) append_names(asked.ignored, names);
    Questions questions{s.form, s.models, std::move(asked)};
    const Wanted wanted = wanted_by(f, s.store, {});  // --tag is for what is stored
    Similarity similarity{tool, f, s, wanted};
    GetOptions looking = get_options(tool, f, wanted);
    if (s.read_only()) looking.wait = looking.lease = Duration{0};
    const Duration lease = looking.lease;
    Getter getter{s.store, questions, std::move(looking), by_similarity(f) ? &*similarity.semantic : nullptr};
    Putter putter{s.store, questions, put_options(tool, f, similarity.answers), *similarity.semantic};
    Commits commits{s.store, std::string{pass_on}, say_as(tool)};
    Splice splice{s.loop, s.store, questions, getter, putter, *similarity.semantic, commits, {f.command, lease, f.samples, say_as(tool)}};
    FilterOptions o = options_of(tool, f);
    o.jobs = std::numeric_limits<long>::max();  // how many are under way is the command's affair
    o.on_signal = OnSignal::stop_reading;
    Filter filter{s.loop, o};
    filter.wants([&getter](const Record& r) { return getter.wants(r); });
    filter.room([&splice] { return splice.room(); });
    filter.input_ended([&splice] { splice.input_ended(); });
    filter.before_output([&] {
        commits();
        splice.before_wait();
    });
    filter.at_end([&] {
        splice.close();
        commits.guard([&] {
            s.store.close();
            similarity.tend();
        });
        similarity.close();
    });
    const int code = filter.run([&splice](Record& r, Emitter& e) { return splice.step(r, e); });
    return commits.code(filter.counts().unread ? code : splice.code(code));
}

int import_entries(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::write};
    Questions questions{s.form, s.models, s.question_options(f)};
    Similarity similarity{tool, f, s};
    Putter putter{s.store, questions, put_options(tool, f, {}), *similarity.semantic};
    Importer importer{s.store, putter, *similarity.semantic, f.space};
    FilterOptions o = options_of(tool, f);
    if (!similarity.embedding.local()) o.jobs = f.loop.jobs.value_or(64);  // texts for the server go together
    Filter filter{s.loop, o};
    filter.before_output([&s] { s.store.settle(); });
    filter.at_end([&] {
        s.store.close();
        similarity.tend();
    });
    const int code = filter.run([&](Record& r, Emitter&) { return importer.step(r); });
    if (importer.without_vector() > 0)
        say_as(tool)(fmt::format("{} entries had vectors of {}; llm-cache verify --reembed with that --embedder makes them", importer.without_vector(), importer.their_embedder()));
    return code;
}

}  // namespace llm
