#include "batch/batches.hpp"

#include "base/error.hpp"
#include "call/retry.hpp"
#include "log/when.hpp"

#include <algorithm>

namespace llm {

bool Batches::is_running(const BatchJob& job) {
    return std::ranges::any_of(job.parts, [](const BatchPart& p) { return p.may_run() || p.state == PartState::sent; });
}

bool Batches::may_be_forgotten(const BatchJob& job) {
    constexpr std::int64_t longest = 2 * 24 * 3600 * std::int64_t{1'000'000};  // a batch has a day
    const std::int64_t now = unix_microseconds();
    return std::ranges::none_of(job.parts, [&](const BatchPart& p) { return p.may_run() && !(job.cancelled && now - p.tried > longest); });
}

Error Batches::not_sent() { return Error(Fault::refused, "the batch was cancelled before this was sent"); }

bool Batches::give_up(const BatchJob& job, BatchPart& part) {
    BatchServer& server = server_of(part);
    try {
        if (find(job, part, server)) return false;
        fail_open(job, part, not_sent(), Paid::no);
    } catch (const Error& e) {
        if (!has_no_list(e)) throw;
        if (!part.may_run()) {  // turned down, and not sent since
            fail_open(job, part, not_sent(), Paid::no);
            return true;
        }
        fail_open(job, part, Error(Fault::provider, "the batch was given up, and whether this was asked cannot be seen: {} lists no batches", server.endpoint().name), Paid::maybe);
    }
    return true;
}

void Batches::cancel(const std::string& id) {
    const BatchStore::Claim claim{store_, id};
    BatchJob job = store_.job(id);
    store_.set_cancelled(id);
    std::optional<Error> first;
    const auto cancel_one = [&](BatchPart& p) {
        if (p.state == PartState::ended || p.state == PartState::fetched) return;
        if (p.state == PartState::ready) return fail_open(job, p, not_sent(), Paid::no);
        BatchServer& server = server_of(p);
        if (p.state != PartState::sent && give_up(job, p)) return;
        if (p.supposed)
            throw Error(Fault::locked,
                        "part {} is not cancelled: whether it is {} is known only when that has ended, and it may be somebody else's. Cancel it in the provider's own console if it is yours, or "
                        "collect it later",
                        p.number, p.remote);
        try {
            p.status = server.progress(server.post(server.api().cancel(p.remote))).status;
            p.stopping = true;
            store_.save(p);
        } catch (const Error& e) {
            if (e.status == 404)
                return fail_open(job, p, Error(Fault::provider, "{} does not know the batch {} any more; 'llm-ask --retry-failed' asks again", server.endpoint().name, p.remote), Paid::maybe);
            if (!e.status || *e.status >= 500) throw;
            look(p);  // it may have ended meanwhile
            if (p.state != PartState::sent) return;
            if (!p.status.starts_with("cancel")) throw;
            p.stopping = true;
            store_.save(p);
        }
    };
    for (BatchPart& p : job.parts) {
        try {
            cancel_one(p);
        } catch (const Error& e) {
            if (Loop::signal_caught() != 0) throw;
            if (!first) first = e;
        }
    }
    if (first) throw Error(*first);
}

void Batches::forget(const std::string& id) {
    const BatchStore::Claim claim{store_, id};
    BatchJob job = store_.job(id);
    std::set<std::string> silent;
    for (BatchPart& p : job.parts) {
        const bool ended = !p.may_run() && p.state != PartState::sent;
        const bool anything = !p.staged.empty() || !p.files.empty() || !p.remote.empty();
        const std::string endpoint = p.model.substr(0, p.model.find('/'));
        if (ended && anything && !p.supposed && !silent.contains(endpoint)) {
            try {
                BatchServer& server = server_of(p);
                for (HttpCall& call : server.api().leftovers(p.remote, p.staged, p.files)) server.remove(std::move(call));
            } catch (const Error& e) {
                if (Loop::signal_caught() != 0) throw;
                silent.insert(endpoint);
                warn(fmt::format("what is left at {} of the batch {} stays there: {}", endpoint, id, e.what()));
            }
        }
        const bool unknown = p.may_run() || p.at_provider();
        settle(job, p, unknown ? p.charged : p.state == PartState::fetched ? store_.spent(p.id)
                                                                           : 0);
    }
    store_.drop(id);
    store_.wipe_log();
}

}  // namespace llm
