#include "batch/batches.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t frame_bytes = 160;  // what a batch's line has besides the body
constexpr long usual_answer = 4096;

}  // namespace

BatchIntake::BatchIntake(Batches& batches, Asker& asker, const Json& flags) : batches_(batches), asker_(asker), job_(batches.store().begin(flags)) {}

void BatchIntake::step(Record& record) {
    try {
        Asker::Question question = asker_.prepare(record);
        const ResolvedModel& model = *question.model;
        const BatchServer& server = batches_.server(model.endpoint);
        Request request = batches_.caller().ready(model, std::move(question.request));
        request.stream = false;
        HttpCall call = server.provider().request(request);
        const BatchApi& api = server.api();
        if (call.body.size() + frame_bytes > api.max_bytes())
            throw Error(Fault::refused, "the request has {} bytes, and a whole batch of {} may have {}", call.body.size(), model.endpoint.name, api.max_bytes());
        Nano worst = 0;
        if (batches_.caller().counts_money()) {
            const auto most = worst_cost(batches_.price_of(model), worst_input(request), worst_output(request.options).value_or(usual_answer));
            worst = nano(dollars(most.value_or(0)) * batch_price);
        }
        pending_.push_back({record.line(), std::move(call.body), model.full_name(), worst, std::min(api.max_requests(), batches_.setup().part_requests),
                            std::min(api.max_bytes(), batches_.setup().part_bytes)});
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
        batches_.store().add(job_, text, 0, {});
        return;
    }
    place(pending_.front());
    pending_.pop_front();
    ++asked_;
}

void BatchIntake::place(const Pending& p) {
    Part& part = open_[p.model];
    const std::size_t bytes = p.body.size() + frame_bytes;
    if (part.id != 0 && (static_cast<std::size_t>(part.requests) >= p.most_requests || part.bytes + bytes > p.most_bytes)) close(part);
    if (part.id == 0) part.id = batches_.store().add_part(job_, ++parts_, p.model);
    ++part.requests;
    part.bytes += bytes;
    part.worst += p.worst;
    batches_.store().add(job_, p.line, part.id, p.body);
}

void BatchIntake::close(Part& part) {
    batches_.store().add_to_part(part.id, part.requests, part.worst);
    part = {};
}

void BatchIntake::finish() {
    if (!rest_.empty()) line(std::exchange(rest_, {}));
    if (!pending_.empty()) throw Error(Fault::internal, "{} requests were made whose records did not leave", pending_.size());
    for (auto& [model, part] : open_)
        if (part.id != 0) close(part);
    batches_.store().end_reading(job_);
}

}  // namespace llm
