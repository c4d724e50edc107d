#include "batch/batches.hpp"

#include "base/error.hpp"
#include "batch/custom_id.hpp"
#include "call/retry.hpp"
#include "log/when.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::size_t group = 200;  // results a transaction
constexpr std::array<double, 2> until_results_are_there{1, 4};  // seconds

bool flag(const Json& flags, std::string_view name, bool otherwise) {
    const Json& value = member(flags, name);
    return value.is_boolean() ? value.get<bool>() : otherwise;
}

RequestSpec spec_of(const BatchJob& job, const BatchPart& part) {
    RequestSpec s;
    if (flag(job.flags, "no_context", false)) s.context = RequestSpec::Context::left_out;
    s.default_model = part.model;
    return s;
}

AskOptions options_of(const BatchJob& job) {
    AskOptions o;
    if (flag(job.flags, "extract", false)) o.extract = AskOptions::Extract::last_block;
    return o;
}

bool is_broken_off(const BatchPart& p) { return p.status == "expired" || p.status.starts_with("cancel"); }

/// The results are somebody else's; ends their download.
struct NotOurs {
    std::string custom_id;
};

}  // namespace

/// The results of one part on their way in.
struct Batches::Taking {
    const BatchJob& job;
    BatchPart& part;
    BatchServer& server;
    const ResolvedModel& model;
    Form form;
    Asker asker;
    CallOptions::Log log;
    long unreadable = 0;         ///< lines
    long missing = 0;            ///< results that the counts promise and that did not come
    std::string first_unread{};  ///< why

    Taking(Batches& b, const BatchJob& j, BatchPart& p)
        : job(j), part(p), server(b.server_of(p)), model(b.model_of(p)), form(spec_of(j, p)), asker(b.caller_, b.models_, form, options_of(j)), log(flag(j.flags, "log", true) ? CallOptions::Log::yes : CallOptions::Log::no) {}

    void pass_over(std::string_view why) {
        if (unreadable++ == 0) first_unread = server.without_key(why);
    }

    /// "; 2 lines of its results could not be read, …", or nothing.
    std::string shortcoming() const {
        std::string out;
        if (missing > 0) out += fmt::format("; {} of the results that there are said to be did not come", missing);
        if (unreadable > 0)
            out += fmt::format("; {} of its results could not be read{}: {}", unreadable == 1 ? "a line" : fmt::format("{} lines", unreadable), unreadable == 1 ? "" : ", the first because", first_unread);
        return out;
    }

    /// As it was sent, but for attachments, whose files may have changed or gone: only what they are called is said.
    Request request_of(Record& record, const std::string& shape_text) {
        std::vector<std::string> names;
        if (record.has("attachments")) {
            for (const Json& a : record.get("attachments")) names.push_back(text_of(a, "name", text_of(a, "path", text_of(a, "url", "data"))));
            record.erase("attachments");
        }
        Asking asking = form.read(record);
        const Json shape = read_json(shape_text.empty() ? "{}" : shape_text);
        ResolvedModel alias;
        if (const Json& options = member(shape, "options"); options.is_object()) alias.options = options_of(options);
        alias.system = text_of(shape, "system");
        apply_alias(asking, alias);
        if (const Json& most = member(shape, "max_tokens"); most.is_number_integer()) asking.request.options.max_tokens = most.get<long>();
        for (const std::string& name : names) asking.request.messages.push_back(Message::of(Role::user, fmt::format("[attached: {}]", name)));
        asking.request.model = model.model;
        return std::move(asking.request);
    }
};

// --- looking ---

BatchProgress Batches::look(BatchPart& part) {
    BatchServer& server = server_of(part);
    BatchProgress p = server.progress(server.get(server.api().look(part.remote)));
    if (!p.known_status && said_.insert(p.status).second)
        warn(fmt::format("{} says that {} is '{}', a word which is not known here; it counts as running", server.endpoint().name, part.remote, p.status));
    part.status = p.status;
    part.done = p.done;
    part.failed = p.failed;
    part.files = p.files;
    if (p.phase != BatchPhase::running) {
        part.state = PartState::ended;
        part.over = unix_microseconds();
    }
    store_.saw(part);
    return p;
}

void Batches::look(BatchJob& job) {
    for (BatchPart& part : job.parts) {
        if (part.state != PartState::sent) continue;
        const std::string endpoint = part.model.substr(0, part.model.find('/'));
        part.stale = silent_.contains(endpoint);
        if (part.stale) continue;
        try {
            look(part);
        } catch (const Error& e) {
            if (Loop::signal_caught() != 0) throw;
            part.stale = true;
            if (passes_by_itself(e)) silent_.insert(endpoint);
            warn(fmt::format("batch {}, part {}: {}", job.id, part.number, e.what()));
        }
    }
}

std::optional<Error> Batches::fetch(BatchJob& job) {
    const BatchStore::Claim claim{store_, job.id};
    job = store_.job(job.id);
    std::optional<Error> first;
    std::set<std::string> silent;
    const auto try_it = [&](BatchPart& part, const auto& what) {
        const std::string endpoint = part.model.substr(0, part.model.find('/'));
        part.stale = silent.contains(endpoint);
        if (part.stale) return;
        try {
            what();
        } catch (const Error& e) {
            if (Loop::signal_caught() != 0) throw;
            part.stale = true;
            if (passes_by_itself(e) && (!e.status || *e.status >= 500)) silent.insert(endpoint);
            if (first) return;
            first = e.status != 404 ? e : Error(e.fault, "{}; where {} is gone for good, 'llm-ask --batch cancel {}' gives it up", e.what(), part.remote, job.id);
        }
    };
    for (BatchPart& part : job.parts) {
        if (part.state == PartState::fetched) settle(job, part, store_.spent(part.id));  // where we were killed just before
        if (!part.at_provider()) continue;
        try_it(part, [&] {
            const BatchProgress p = look(part);
            if (part.state != PartState::ended) return;
            if (auto e = take_in(job, part, p); e && !first) first = std::move(e);
        });
    }
    if (job.any(PartState::waiting)) job.parts = store_.job(job.id).parts;  // some may have been halved
    for (BatchPart& part : job.parts) {
        if (part.state != PartState::waiting) continue;
        if (job.cancelled)
            try_it(part, [&] { give_up(job, part); });
        else if (is_due(job, part))
            try_it(part, [&] { send(job, part); });
    }
    return first;
}

// --- taking in ---

std::optional<Error> Batches::take_in(const BatchJob& job, BatchPart& part, const BatchProgress& progress) {
    constexpr int most_fetches = 5;
    if (progress.phase == BatchPhase::failed) {
        const Error why = progress.error.value_or(Error(Fault::refused, "the batch was turned down"));
        if (why.fault == Fault::rate_limit)
            make_wait(job, part, progress);
        else
            fail_open(job, part, why, Paid::no);
        return std::nullopt;
    }
    Taking taking{*this, job, part};
    const std::string& endpoint = taking.model.endpoint.name;
    std::optional<Error> gone;
    std::vector<BatchLine> lines;
    const auto take = [&] { take_in(taking, std::exchange(lines, {})); };
    const auto line = [&](std::string_view text) {
        try {
            lines.push_back(taking.server.line(text));
        } catch (const Error& e) {
            return taking.pass_over(e.what());
        }
        if (lines.size() >= group || part.supposed) take();
    };
    try {
        for (const HttpCall& call : progress.results) {
            for (std::size_t again = 0;;) {
                try {
                    taking.server.lines(call, line, [&] { taking.pass_over("it is longer than any answer may be"); });
                    break;
                } catch (const Error& e) {
                    if (e.status != 404 && e.status != 410) throw;
                    if (e.status == 404 && again < until_results_are_there.size()) {
                        taking.server.sleep(until_results_are_there[again++]);
                        continue;
                    }
                    gone = e;
                    break;
                }
            }
        }
        take();
        const long open = static_cast<long>(store_.all_open(part.id).size());
        // of what was broken off the failed ones may have no result of their own, and cost nothing
        taking.missing = is_broken_off(part) ? std::min(progress.done, part.requests) - store_.answered(part.id) : std::min(progress.done + progress.failed, part.requests) - (part.requests - open);
        if (part.supposed && !gone && taking.missing <= 0 && taking.unreadable == 0) throw NotOurs{};
        if (open > 0 && !gone && (taking.missing > 0 || taking.unreadable > 0) && ++part.fetches < most_fetches) {
            Error e(Fault::provider, "{}: the results of {} came incomplete ({} of {}){}; they are fetched again the next time", endpoint, part.remote, part.requests - open, part.requests,
                    taking.shortcoming());
            part.why = e.what();
            store_.save(part);
            return e;
        }
    } catch (const NotOurs& e) {
        release(job, part, e.custom_id);
        return std::nullopt;
    }
    const bool all_told = !gone && taking.missing <= 0 && taking.unreadable == 0;
    if (all_told && part.status == "expired") {
        fail_open(job, part, Error(Fault::timeout, "{}: the batch expired before this was asked", endpoint), Paid::no);
    } else if (all_told && is_broken_off(part)) {
        fail_open(job, part, Error(Fault::refused, "{}: the batch was cancelled before this was asked", endpoint), Paid::no);
    } else if (gone) {
        fail_open(job, part, Error(Fault::provider, "{}: the results of the batch are gone ({}); 'llm-ask --retry-failed' asks again", endpoint, gone->what()), Paid::maybe);
    } else {
        fail_open(job, part, Error(Fault::provider, "{}: the batch has ended ({}) without a result for this{}", endpoint, part.status, taking.shortcoming()), Paid::maybe);
    }
    return std::nullopt;
}

void Batches::take_in(Taking& t, const std::vector<BatchLine>& lines) {
    struct Noted {
        std::shared_ptr<Request> request;
        Answer answer;
        std::optional<Error> failed;
        std::string record_id;
        std::int64_t place = 0;
    };
    std::vector<Noted> notes;
    Transaction transaction{store_.db()};
    for (const BatchLine& line : lines) {
        const CustomId id = read_custom_id(line.custom_id);
        if (t.part.supposed) {
            if (id.job != t.job.id || !store_.open(t.job.id, id.place, t.part.id)) throw NotOurs{line.custom_id};
            store_.prove(t.part);
        }
        if (id.job != t.job.id) {
            t.pass_over(fmt::format("it is of something else ('{}')", line.custom_id));
            continue;
        }
        const bool answered = line.status >= 200 && line.status < 300;
        const auto open = store_.open(t.job.id, id.place, t.part.id, answered);
        if (!open) continue;  // taken in before
        Noted note;
        note.place = id.place;
        note.request = std::make_shared<Request>();
        note.request->model = t.model.model;
        Answer& answer = note.answer;
        answer.provider = t.model.endpoint.name;
        answer.timed = Timed::no;
        std::optional<Nano> cost;
        std::string response;
        try {
            Record record = Record::parse(open->line, static_cast<long>(id.place));
            note.record_id = id_text(record);
            *note.request = t.request_of(record, open->shape);
            if (line.error) throw Error(*line.error);
            if (!answered) throw Error(t.server.provider().failure(line.status, {}, line.body));
            const auto reply = t.server.provider().reply(*note.request);
            reply->feed(line.body, [](const Delta&) {});
            answer.completion = reply->finish();
            if (const auto dollars = t.part.rates.cost(answer.completion.usage)) {
                cost = nano(*dollars);
                if (!t.part.rates.assumed) answer.cost = dollars;
            }
        } catch (const Error& e) {
            note.failed = t.server.without_key(e);
        }
        std::optional<Error> failed = note.failed;
        try {
            Answer shown = answer;
            if (!failed) response = t.asker.response(*note.request, shown);
        } catch (const Error& e) {
            failed = t.server.without_key(e);
        }
        // an answer that tells no usage, or cannot be read, may have cost what it could at worst
        if (!cost && answered) cost = t.part.rates.worst(open->input, open->output).value_or(0);
        if (failed)
            store_.fail(t.job.id, id.place, dump(error_member(*failed, setup_.tool, static_cast<long>(id.place))), cost);
        else
            store_.answer(t.job.id, id.place, response, cost.value_or(0));
        std::erase_if(notes, [&note](const Noted& n) { return n.place == note.place; });
        notes.push_back(std::move(note));
    }
    transaction.commit();
    for (Noted& n : notes) caller_.note(t.model, std::move(n.request), n.answer, n.failed ? &*n.failed : nullptr, {n.record_id, {}}, t.part.tried + n.place, t.log);  // no two at once
}

/// Ends a part: what has no answer has failed, and the budget gets back what was not spent.
void Batches::fail_open(const BatchJob& job, BatchPart& part, const Error& why, Paid paid) {
    Transaction transaction{store_.db()};
    for (const BatchStore::Open& o : store_.all_open(part.id))
        store_.fail(job.id, o.place, dump(error_member(why, setup_.tool, static_cast<long>(o.place))), paid == Paid::maybe ? part.rates.worst(o.input, o.output).value_or(0) : 0);
    store_.drop_bodies(part.id);
    part.state = PartState::fetched;
    part.why.clear();
    store_.save(part);
    transaction.commit();
    settle(job, part, store_.spent(part.id));
}

}  // namespace llm
