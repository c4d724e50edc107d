#include "batch/batches.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t frame_bytes = 160;  // what a batch's line has besides the body
constexpr long usual_answer = 4096;

/// What the request has that its line does not tell: of the alias it was asked by, and of the budget.
std::string shape_of(const ResolvedModel& model, const Request& asked, const Request& ready) {
    Json shape = Json::object();
    if (!(model.options == Options{})) shape["options"] = to_json(model.options);
    if (!model.system.empty()) shape["system"] = model.system;
    if (ready.options.max_tokens != asked.options.max_tokens) shape["max_tokens"] = *ready.options.max_tokens;
    return shape.empty() ? std::string{} : dump(shape);
}

}  // namespace

BatchIntake::BatchIntake(Batches& batches, Asker& asker, const Json& flags)
    : batches_(batches), asker_(asker), job_(batches.store().begin(flags)), sum_(sha256_hex(dump(flags))) {}

void BatchIntake::step(Record& record) {
    try {
        Asker::Question question = asker_.prepare(record);
        const ResolvedModel& model = *question.model;
        const BatchServer& server = batches_.server(model.endpoint);
        Request request = batches_.caller().ready(model, question.request);
        request.stream = false;
        HttpCall call = server.provider().request(request);
        const BatchApi& api = server.api();
        if (call.body.size() + frame_bytes > api.max_bytes())
            throw Error(Fault::refused, "the request has {} bytes, and a whole batch of {} may have {}", call.body.size(), model.endpoint.name, api.max_bytes());
        Pending& p = pending_.emplace_back();
        p.line = record.line();
        p.body = std::move(call.body);
        p.model = model.full_name();
        p.server = model.endpoint.base_url.empty() ? model.endpoint.protocol : model.endpoint.base_url;
        p.shape = shape_of(model, question.request, request);
        p.rates = batches_.rates_of(model);
        p.input = worst_input(request);
        p.output = worst_output(request.options).value_or(model.info.max_output.value_or(usual_answer));
        p.most_requests = std::min(api.max_requests(), batches_.setup().part_requests);
        p.most_bytes = std::min(api.max_bytes(), batches_.setup().part_bytes);
    } catch (const Error& e) {
        if (first_error_.empty()) first_error_ = fmt::format("line {}: {}", record.number(), e.what());
        throw;
    }
}

void BatchIntake::output(std::string_view bytes) {
    for (std::size_t end; (end = bytes.find('\n')) != bytes.npos; bytes.remove_prefix(end + 1)) {
        rest_.append(bytes.substr(0, end));
        line(rest_);
        rest_.clear();
    }
    rest_.append(bytes);
}

/// Lines leave in the order in which they were asked; one that is not the next of those passes by.
void BatchIntake::line(std::string_view text) {
    if (pending_.empty() || pending_.front().line != text) {
        count_in(text, {});
        batches_.store().add(job_, {std::string{text}, 0, {}, 0, 0, 0});
        return;
    }
    place(pending_.front());
    pending_.pop_front();
    ++asked_;
}

void BatchIntake::count_in(std::string_view line, std::string_view body) {
    std::string all = std::move(sum_);
    all.append("\n").append(line).append("\n").append(body);
    sum_ = sha256_hex(all);
}

std::int64_t BatchIntake::shape(const std::string& text) {
    if (text.empty()) return 0;
    const auto [it, fresh] = shapes_.try_emplace(text, 0);
    if (fresh) it->second = batches_.store().add_shape(job_, text);
    return it->second;
}

void BatchIntake::place(Pending& p) {
    Part& part = open_[p.model];
    const std::size_t bytes = p.body.size() + frame_bytes;
    if (part.id != 0 && (static_cast<std::size_t>(part.requests) >= p.most_requests || part.bytes + bytes > p.most_bytes)) close(part);
    if (part.id == 0) part.id = batches_.store().add_part(job_, ++parts_, p.model, p.server, p.rates);
    ++part.requests;
    part.bytes += bytes;
    part.worst += p.rates.worst(p.input, p.output).value_or(0);
    count_in(p.line, p.body);
    batches_.store().add(job_, {std::move(p.line), part.id, std::move(p.body), shape(p.shape), p.input, p.output});
}

void BatchIntake::close(Part& part) {
    batches_.store().add_to_part(part.id, part.requests, part.worst);
    part = {};
}

void BatchIntake::finish(BatchStore::Done done) {
    if (!rest_.empty()) line(std::exchange(rest_, {}));
    if (!pending_.empty()) throw Error(Fault::internal, "{} requests were made whose records did not leave", pending_.size());
    for (auto& [model, part] : open_)
        if (part.id != 0) close(part);
    const std::string id = batches_.store().end_reading(job_, sum_, done);
    goes_on_ = id != job_;
    job_ = id;
}

}  // namespace llm
