#include "batch/batches.hpp"

#include "base/ascii.hpp"
#include "base/error.hpp"
#include "batch/custom_id.hpp"
#include "call/retry.hpp"
#include "log/when.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr double budget_poll = .05;  // seconds between looks at money that others hold
/// Seconds before a file that was uploaded just now is asked for again: OpenAI knows it a little later (bespokelabsai/curator#116).
constexpr std::array<double, 5> until_file_is_known{1, 2, 4, 8, 16};

bool is_to_be_sent(const BatchPart& p) { return p.state == PartState::ready || p.state == PartState::sending; }

/// Whether it says that there is no batch now. After anything else there may be one: no answer, an answer that cannot be read, a server that broke
/// down at it, or one that is at it (408, 409, 425).
bool was_not_made(const Error& e) {
    if (e.unsent) return true;
    if (!e.status) return e.fault != Fault::timeout && e.fault != Fault::unreachable && e.fault != Fault::provider && e.fault != Fault::io && e.fault != Fault::internal;
    switch (*e.status) {
        case 408:
        case 409:
        case 425:
            return false;
        case 503:
        case 529:
            return true;
        default:
            return *e.status >= 300 && *e.status < 500;
    }
}

bool lacks_file(const Error& e) {
    const std::string words = lower_ascii(e.what());
    return (e.status == 400 || e.status == 404) && words.find("file") != words.npos &&
           (words.find("find") != words.npos || words.find("not found") != words.npos || words.find("no such") != words.npos);
}

}  // namespace

Batches::Batches(Loop& loop, const Settings& settings, const Environment& environment, const Models& models, Caller& caller, BatchStore& store, BatchSetup setup)
    : loop_(loop), settings_(settings), environment_(environment), models_(models), caller_(caller), store_(store), setup_(std::move(setup)) {}

BatchServer& Batches::server(const Endpoint& endpoint) {
    auto& slot = servers_[endpoint.name];
    if (!slot) slot = std::make_unique<BatchServer>(loop_, endpoint, environment_, setup_.server);
    return *slot;
}

const ResolvedModel& Batches::model_of(const BatchPart& part) {
    const auto it = resolved_.find(part.model);
    if (it != resolved_.end()) return it->second;
    return resolved_.emplace(part.model, models_.resolve(part.model)).first->second;
}

PaceStore& Batches::money() {
    if (!money_) money_ = std::make_unique<PaceStore>(pace_path(settings_, environment_));
    return *money_;
}

void Batches::sleep(double seconds) {
    if (setup_.server.skip) return setup_.server.skip(seconds);
    Task<void> nap = [](Loop& loop, Instant until) -> Task<void> { co_await loop.sleep_until(until); }(loop_, after(Steady::now(), seconds));
    nap.start();
    while (!nap.done() && Loop::signal_caught() == 0) loop_.run_once();
}

void Batches::warn(std::string_view words) const {
    if (setup_.warn) setup_.warn(words);
}

// --- money ---

/// What is put aside for the parts to be sent; it shrinks to what is charged, part by part.
struct Batches::Purse {
    BudgetLimits limits;
    std::optional<Budget> budget;
    std::int64_t reserved = 0;
    Nano left = 0;  ///< of it

    Purse(Batches& b, const BudgetLimits& l) : limits(l), batches(b) {}
    Purse(const Purse&) = delete;
    Purse& operator=(const Purse&) = delete;
    ~Purse() {
        try {
            if (budget && reserved != 0) budget->settle(reserved, 0);
        } catch (...) {  // it is given back when we are gone
        }
    }

    /// Puts `left` aside. Waits while what others hold may be given back.
    void fill(std::string_view model) {
        if (!limits.any() || left <= 0) return;
        if (!budget) budget.emplace(batches.money(), limits, batches.setup_.tool);
        for (;;) {
            const Budget::Answer answer = budget->reserve(left, model, Sent::no);
            reserved = answer.id;
            if (answer.fit == Fit::yes) return;
            if (answer.fit == Fit::no)
                throw Error(Fault::budget, "what is to be sent may cost ${:.4f} at worst, and ${:.4f} of {} are left; it was not sent", dollars(left), dollars(answer.left), answer.which);
            if (Loop::signal_caught() != 0) throw Error(Fault::rate_limit, "a signal came while the batch waited for money; it was not sent");
            batches.sleep(budget_poll);
        }
    }

    Batches& batches;
};

void Batches::charge(const BatchJob& job, BatchPart& part, Purse& purse) {
    if (purse.reserved == 0 || part.worst <= 0 || is_charged(money(), charge_name(job.id, part))) return;
    part.charged = part.worst;
    store_.save(part);  // first: who finds it so looks whether it is
    // somebody who cannot see this process may have taken it for dead, and given back what it had put aside
    while (!purse.budget->charge(purse.reserved, part.worst, charge_name(job.id, part), part.model)) purse.fill(part.model);
    purse.left -= part.worst;
}

/// The charge first: killed in between, it is settled again, which changes nothing.
void Batches::settle(const BatchJob& job, BatchPart& part, Nano spent) {
    if (part.charged == 0) return;
    settle_charge(money(), charge_name(job.id, part), spent);
    part.charged = 0;
    store_.save(part);
}

// --- sending ---

void Batches::send(const std::string& id) {
    const BatchStore::Claim claim{store_, id};
    BatchJob job = store_.job(id);
    if (job.cancelled && std::ranges::any_of(job.parts, is_to_be_sent)) {  // whoever asks for it wants it again
        store_.set_cancelled(id, false);
        job.cancelled = false;
    }
    BudgetLimits limits;
    if (setup_.pace.budget) limits.run = nano(*setup_.pace.budget);
    if (const auto day = settings_.number("budget.day")) limits.day = nano(*day);
    Purse purse{*this, limits};
    for (BatchPart& p : job.parts) {
        if (!limits.any() || !is_to_be_sent(p) || is_charged(money(), charge_name(job.id, p))) continue;
        if (!p.rates.known()) {  // there was no budget when it was read
            caller_.check_price(model_of(p));
            store_.set_rates(p, rates_of(model_of(p)));
        }
        purse.left += p.worst;
    }
    purse.fill(job.parts.empty() ? "" : job.parts.front().model);
    std::optional<Error> first;
    std::set<std::string> silent;
    for (BatchPart& p : job.parts) {
        if (!is_to_be_sent(p)) continue;
        try {
            const std::string& endpoint = model_of(p).endpoint.name;
            if (silent.contains(endpoint)) continue;
            try {
                charge(job, p, purse);
                send(job, p);
            } catch (const Error& e) {
                if (passes_by_itself(e)) silent.insert(endpoint);
                throw;
            }
        } catch (const Error& e) {
            if (Loop::signal_caught() != 0 || e.fault == Fault::budget) throw;
            if (!first) first = e;
        }
    }
    if (first) throw Error(*first);
}

/// What is not known to be at the provider: only what no attempt can have left there is free to be sent anew. The rest stays charged, and is looked for first.
void Batches::send(const BatchJob& job, BatchPart& part) {
    BatchServer& server = server_of(part);
    const PartState before = part.state;
    if (before != PartState::ready && find(job, part, server)) return;
    bool maybe_there = part.may_run();  // lists may be behind, and what is answered to another attempt says nothing of that one
    try {
        create(job, part, server, maybe_there);
    } catch (const Error&) {
        if (before == PartState::waiting) {
            part.state = before;
            part.lost = maybe_there;
            store_.save(part);
        } else if (!maybe_there) {
            part.state = PartState::ready;
            store_.save(part);
            settle(job, part, 0);
        }
        throw;
    }
}

void Batches::stage(const BatchJob& job, BatchPart& part, BatchServer& server) {
    if (auto call = server.api().stage(payload(job, part, server), label_of(job, part))) {
        part.staged = server.staged(server.post(std::move(*call)));
        store_.save(part);
    }
}

void Batches::create(const BatchJob& job, BatchPart& part, BatchServer& server, bool& maybe_there) {
    bool fresh = part.staged.empty();
    if (fresh) stage(job, part, server);
    part.state = PartState::sending;
    const std::int64_t began = unix_microseconds();
    if (!maybe_there) part.tried = began;  // else it is looked for from the first time on
    part.over = 0;
    store_.save(part);
    std::size_t asked_for = 0;
    for (int number = 1;;) {
        try {
            std::string body = part.staged.empty() ? payload(job, part, server) : std::string{};
            const BatchProgress made = server.progress(server.post_once(server.api().create(std::move(body), part.staged, label_of(job, part))));
            part.tried = began;
            bind(job, part, made);
            return;
        } catch (const Error& e) {
            part.over = unix_microseconds();
            store_.save(part);
            maybe_there |= !was_not_made(e);
            if (!part.staged.empty() && lacks_file(e) && Loop::signal_caught() == 0) {
                if (fresh && asked_for < until_file_is_known.size()) {
                    server.sleep(until_file_is_known[asked_for++]);
                    continue;
                }
                part.staged.clear();
                if (fresh) throw;
                fresh = true;  // theirs go after some days
                stage(job, part, server);
                continue;
            }
            if (!server.wait_before(++number, e)) throw;
            if (!maybe_there) continue;
            try {
                if (find(job, part, server)) return;
            } catch (const Error& unseen) {  // it says nothing of the creation
                throw unseen.reworded(fmt::format("{}; and whether it was made all the same could not be seen: {}", e.what(), unseen.what()));
            }
        }
    }
}

std::string Batches::payload(const BatchJob& job, const BatchPart& part, BatchServer& server) {
    std::string out;
    HttpCall call;
    store_.each_body(part.id, [&](std::int64_t place, std::string_view body) {
        call.body = body;
        server.api().add(out, custom_id(job.id, place), call);
    });
    return out;
}

void Batches::bind(const BatchJob& job, BatchPart& part, const BatchProgress& batch) {
    if (!store_.bind(part, batch, BatchStore::Proof::given))
        throw Error(Fault::internal, "{} says that part {} of the batch {} is {}, and that is another's", model_of(part).endpoint.name, part.number, job.id, batch.id);
}

}  // namespace llm
