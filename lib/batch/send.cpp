#include "batch/batches.hpp"

#include "base/error.hpp"
#include "call/retry.hpp"
#include "log/when.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t clock_slack = 60;  // seconds that a provider's clock may be behind ours

std::string label_of(const BatchJob& job, const BatchPart& part) { return fmt::format("{}-part-{}", job.id, part.number); }

bool is_to_be_sent(const BatchPart& p) { return p.state == PartState::ready || p.state == PartState::sending; }

}  // namespace

Batches::Batches(Loop& loop, const Settings& settings, const Environment& environment, const Models& models, Caller& caller, BatchStore& store, BatchSetup setup)
    : loop_(loop), settings_(settings), environment_(environment), models_(models), caller_(caller), store_(store), setup_(std::move(setup)) {}

BatchServer& Batches::server(const Endpoint& endpoint) {
    auto& slot = servers_[endpoint.name];
    if (!slot) {
        if (!http_) http_ = make_curl_http(loop_);
        slot = std::make_unique<BatchServer>(loop_, *http_, endpoint, environment_, setup_.retries, setup_.skip);
    }
    return *slot;
}

const ResolvedModel& Batches::model_of(const BatchPart& part) {
    const auto it = resolved_.find(part.model);
    if (it != resolved_.end()) return it->second;
    return resolved_.emplace(part.model, models_.resolve(part.model)).first->second;
}

Price Batches::price_of(const ResolvedModel& model) const {
    Price p = model.info.price;
    if (!p.input && !p.output && setup_.pace.assumed.input) static_cast<Rates&>(p) = setup_.pace.assumed;
    return p;
}

PaceStore& Batches::money() {
    if (!money_) money_ = std::make_unique<PaceStore>(pace_path(settings_, environment_));
    return *money_;
}

void Batches::send(const std::string& id) {
    const BatchStore::Claim claim{store_, id};
    BatchJob job = store_.job(id);
    BudgetLimits limits;
    if (setup_.pace.budget) limits.run = nano(*setup_.pace.budget);
    if (const auto day = settings_.number("budget.day")) limits.day = nano(*day);
    Nano worst = 0;
    for (const BatchPart& p : job.parts)
        if (is_to_be_sent(p) && p.charged == 0) worst += p.worst;
    std::optional<Budget> budget;
    std::int64_t reserved = 0;
    if (limits.any() && worst > 0) {
        budget.emplace(money(), limits, setup_.tool);
        const Budget::Answer answer = budget->reserve(worst, job.parts.front().model, Sent::no);
        if (answer.fit != Fit::yes)
            throw Error(Fault::budget, "the batch may cost ${:.4f} at worst, and ${:.4f} of {} are left; nothing was sent", dollars(worst), dollars(answer.left), answer.which);
        reserved = answer.id;
    }
    // What is put aside shrinks to what is charged, part by part.
    for (BatchPart& p : job.parts) {
        if (!is_to_be_sent(p)) continue;
        if (reserved != 0 && p.charged == 0 && p.worst > 0) {
            budget->settle(reserved, p.worst);
            worst -= p.worst;
            reserved = worst > 0 ? budget->reserve(worst, p.model, Sent::no).id : 0;
            p.charged = p.worst;
            p.day = day_of(money().now());
            store_.save(p);
        }
        try {
            send(job, p);
        } catch (...) {
            if (reserved != 0) budget->settle(reserved, 0);
            throw;
        }
    }
}

void Batches::send(const BatchJob& job, BatchPart& part) {
    BatchServer& server = this->server(model_of(part).endpoint);
    if (part.state == PartState::sending && adopt(job, part, server)) return;
    part.state = PartState::sending;
    part.tried = unix_microseconds();
    store_.save(part);
    try {
        if (part.staged.empty()) {
            if (auto call = server.api().stage(payload(job, part, server), label_of(job, part))) {
                part.staged = server.api().staged(server.post(std::move(*call)));
                store_.save(part);
            }
        }
        create(job, part, server);
    } catch (const Error& e) {
        const int status = e.status.value_or(0);
        if (status < 400 || status >= 500) throw;  // it may be with the provider all the same
        part.state = PartState::ready;
        if (status == 404 || status == 400) part.staged.clear();  // a file of theirs goes after some days
        give_back(part, 0);
        throw;
    }
}

void Batches::create(const BatchJob& job, BatchPart& part, BatchServer& server) {
    for (int number = 1;; ++number) {
        try {
            std::string body = part.staged.empty() ? payload(job, part, server) : std::string{};
            const BatchProgress p = server.api().progress(server.post_once(server.api().create(std::move(body), part.staged, label_of(job, part))));
            set_sent(part, p);
            return;
        } catch (const Error& e) {
            if (!server.wait_before(number + 1, e)) throw;
            const bool refused = e.status && *e.status < 500;
            if (!refused && adopt(job, part, server)) return;
        }
    }
}

std::string Batches::payload(const BatchJob& job, const BatchPart& part, BatchServer& server) {
    std::string out;
    HttpCall call;
    store_.each_body(part.id, [&](std::int64_t place, std::string_view body) {
        call.body = body;
        server.api().add(out, fmt::format("{}-{}", job.id, place), call);
    });
    return out;
}

/// By label or file; where an API knows neither, by the number of requests and the time.
bool Batches::adopt(const BatchJob& job, BatchPart& part, BatchServer& server) {
    const std::string label = label_of(job, part);
    for (const BatchProgress& p : server.api().listed(server.get(server.api().list()))) {
        const bool nameless = p.label.empty() && p.staged.empty();
        const bool ours = p.label == label || (!part.staged.empty() && p.staged == part.staged) ||
                          (nameless && p.total == part.requests && p.created >= part.tried / second - clock_slack);
        if (!ours || store_.knows(p.id)) continue;
        set_sent(part, p);
        return true;
    }
    return false;
}

void Batches::set_sent(BatchPart& part, const BatchProgress& p) {
    part.remote = p.id;
    part.status = p.status;
    part.state = PartState::sent;
    Transaction t{store_.db()};
    store_.save(part);
    store_.drop_bodies(part.id);
    t.commit();
}

/// The store first: killed in between, the budget has been charged too much rather than too little.
void Batches::give_back(BatchPart& part, Nano kept) {
    const Nano back = part.charged - kept;
    part.charged = 0;
    store_.save(part);
    if (back > 0) refund(money(), back, part.day);
}

void Batches::cancel(const std::string& id) {
    const BatchStore::Claim claim{store_, id};
    BatchJob job = store_.job(id);
    for (BatchPart& p : job.parts) {
        if (p.state == PartState::ended || p.state == PartState::fetched) continue;
        BatchServer& server = this->server(model_of(p).endpoint);
        if (p.state == PartState::ready || (p.state == PartState::sending && !adopt(job, p, server))) {
            fail_open(job, p, Error(Fault::refused, "the batch was cancelled before this was sent"));
            continue;
        }
        try {
            p.status = server.api().progress(server.post(server.api().cancel(p.remote))).status;
            store_.save(p);
        } catch (const Error& e) {
            if (!e.status || *e.status >= 500) throw;
            look(p);  // it may have ended meanwhile
            if (p.state == PartState::sent) throw;
        }
    }
}

}  // namespace llm
