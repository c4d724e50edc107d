#include "batch/batches.hpp"

#include "base/error.hpp"
#include "log/when.hpp"

#include <algorithm>
#include <charconv>

namespace llm {
namespace {

constexpr std::size_t group = 200;  // results a transaction

/// The place behind "JOB-"; 0 where it is another's.
std::int64_t place_in(std::string_view custom_id, std::string_view job) {
    if (!custom_id.starts_with(job) || custom_id.size() < job.size() + 2 || custom_id[job.size()] != '-') return 0;
    const std::string_view digits = custom_id.substr(job.size() + 1);
    std::int64_t place = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), place);
    return code == std::errc{} && end == digits.data() + digits.size() ? place : 0;
}

RequestSpec spec_of(const BatchJob& job, const BatchPart& part) {
    RequestSpec s;
    if (const Json& left_out = member(job.flags, "no_context"); left_out.is_boolean() && left_out.get<bool>()) s.context = RequestSpec::Context::left_out;
    s.default_model = part.model;
    return s;
}

AskOptions options_of(const BatchJob& job) {
    AskOptions o;
    if (const Json& extract = member(job.flags, "extract"); extract.is_boolean() && extract.get<bool>()) o.extract = AskOptions::Extract::last_block;
    return o;
}

}  // namespace

/// The results of one part on their way in.
struct Batches::Taking {
    const BatchJob& job;
    BatchPart& part;
    BatchServer& server;
    const ResolvedModel& model;
    Form form;
    Asker asker;
    std::map<std::string, std::optional<ResolvedModel>> aliases{};

    Taking(Batches& b, const BatchJob& j, BatchPart& p)
        : job(j), part(p), server(b.server(b.model_of(p).endpoint)), model(b.model_of(p)), form(spec_of(j, p)), asker(b.caller_, b.models_, form, options_of(j)) {}

    /// As it was sent. Of an alias that means something else by now only the model is known.
    Request request_of(const Record& record, const Models& models) {
        Asking asking = form.read(record);
        auto [it, fresh] = aliases.try_emplace(asking.model);
        if (fresh) {
            try {
                it->second = models.resolve(asking.model);
            } catch (const Error&) {
            }
        }
        if (it->second && it->second->full_name() == model.full_name()) apply_alias(asking, *it->second);
        asking.request.model = model.model;
        return std::move(asking.request);
    }
};

BatchProgress Batches::look(BatchPart& part) {
    BatchServer& server = this->server(model_of(part).endpoint);
    BatchProgress p = server.api().progress(server.get(server.api().look(part.remote)));
    part.status = p.status;
    part.done = p.done;
    part.failed = p.failed;
    if (p.phase != BatchPhase::running) part.state = PartState::ended;
    store_.save(part);
    return p;
}

void Batches::look(BatchJob& job) {
    for (BatchPart& part : job.parts) {
        if (part.state != PartState::sent) continue;
        try {
            look(part);
        } catch (const Error& e) {
            if (Loop::signal_caught() != 0) throw;
            if (setup_.warn) setup_.warn(fmt::format("batch {}, part {}: {}", job.id, part.number, e.what()));
        }
    }
}

void Batches::fetch(BatchJob& job) {
    const BatchStore::Claim claim{store_, job.id};
    job = store_.job(job.id);
    for (BatchPart& part : job.parts) {
        if (part.state != PartState::sent && part.state != PartState::ended) continue;
        const BatchProgress p = look(part);
        if (part.state == PartState::ended) take_in(job, part, p);
    }
}

void Batches::take_in(const BatchJob& job, BatchPart& part, const BatchProgress& progress) {
    if (progress.phase == BatchPhase::failed) {
        fail_open(job, part, progress.error.value_or(Error(Fault::refused, "the batch was turned down")));
        return;
    }
    Taking taking{*this, job, part};
    std::vector<BatchLine> lines;
    for (const HttpCall& call : progress.results)
        taking.server.lines(call, [&](std::string_view text) {
            lines.push_back(taking.server.api().line(text));
            if (lines.size() < group) return;
            take_in(taking, lines);
            lines.clear();
        });
    take_in(taking, lines);
    const std::string& endpoint = taking.model.endpoint.name;
    if (part.status == "expired") fail_open(job, part, Error(Fault::timeout, "{}: the batch expired before this was asked", endpoint));
    else if (part.status.starts_with("cancel")) fail_open(job, part, Error(Fault::refused, "{}: the batch was cancelled before this was asked", endpoint));
    else fail_open(job, part, Error(Fault::provider, "{}: the batch has ended ({}) without a result for this", endpoint, part.status));
}

void Batches::take_in(Taking& t, const std::vector<BatchLine>& lines) {
    Transaction transaction{store_.db()};
    for (const BatchLine& line : lines) {
        const std::int64_t place = place_in(line.custom_id, t.job.id);
        if (place == 0) throw Error(Fault::provider, "the batch {} at {} holds results of something else ('{}')", t.part.remote, t.model.endpoint.name, line.custom_id);
        const auto text = store_.open_line(t.job.id, place, t.part.id);
        if (!text) continue;  // taken in before
        const Record record = Record::parse(*text, static_cast<long>(place));
        auto request = std::make_shared<Request>(t.request_of(record, models_));
        Answer answer;
        answer.provider = t.model.endpoint.name;
        std::optional<Error> failed = line.error;
        std::string response;
        try {
            if (failed) throw Error(*failed);
            if (line.status < 200 || line.status >= 300) throw Error(t.server.provider().failure(line.status, {}, line.body));
            const auto reply = t.server.provider().reply(*request);
            reply->feed(line.body, [](const Delta&) {});
            answer.completion = reply->finish();
            answer.cost = cost(t.model.info.price, answer.completion.usage);
            if (answer.cost) *answer.cost *= batch_price;
            caller_.note(t.model, request, answer, nullptr, {id_text(record), {}}, t.part.tried);
            response = t.asker.response(*request, answer);
        } catch (const Error& e) {
            failed = e;
        }
        if (failed) {
            store_.fail(t.job.id, place, dump(error_member(*failed, setup_.tool, static_cast<long>(place))));
            if (answer.completion.text.empty() && !answer.cost) caller_.note(t.model, request, answer, &*failed, {id_text(record), {}}, t.part.tried);
        } else {
            store_.answer(t.job.id, place, response);
        }
    }
    transaction.commit();
}

/// Ends a part: what has no answer has failed, and the budget gets back what was not spent.
void Batches::fail_open(const BatchJob& job, BatchPart& part, const Error& why) {
    Transaction transaction{store_.db()};
    for (const std::int64_t place : store_.open_places(part.id)) store_.fail(job.id, place, dump(error_member(why, setup_.tool, static_cast<long>(place))));
    part.state = PartState::fetched;
    store_.save(part);
    transaction.commit();
    if (part.charged == 0) return;
    // an answer that bears no cost may have cost what it could at worst
    Nano spent = 0;
    auto rows = store_.db().prepare("SELECT json_extract(answer, '$.cost'), answer IS NULL, error FROM item WHERE part = ?1");
    rows.bind(part.id);
    while (rows.step()) {
        const auto cost = rows.column<std::optional<double>>(0);
        const bool none = rows.column<bool>(1);
        const Json error = none ? read_json(rows.column<std::string_view>(2)) : Json();
        const bool paid = !none || text_of(error, "fault") == "schema";
        spent += cost ? nano(*cost) : paid ? part.worst / std::max(1L, part.requests) : 0;
    }
    give_back(part, std::min(spent, part.charged));
}

}  // namespace llm
