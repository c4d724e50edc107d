// Whose a batch is.
#include "batch/batches.hpp"

#include "base/error.hpp"
#include "batch/custom_id.hpp"

namespace llm {

bool Batches::has_no_list(const Error& e) { return e.status == 404 || e.status == 405 || e.status == 501; }

BatchPage Batches::page(const BatchJob& job, const BatchPart& part, BatchServer& server, const std::string& after) {
    try {
        return server.listed(server.get(server.api().list(after)));
    } catch (const Error& e) {
        if (!has_no_list(e)) throw;
        Error unseen(Fault::provider,
                     "{} lists no batches ({}), so it is not known whether part {} of the batch {} is there, and it is not sent again. Look in the provider's own console; 'llm-ask --batch cancel {}' "
                     "gives it up{}",
                     server.endpoint().name, e.what(), part.number, job.id, job.id, part.may_run() ? ", and it counts as paid" : "");
        unseen.status = e.status;
        unseen.for_good = true;
        throw unseen;
    }
}

/// By label or file; where an API keeps neither, by the number of requests and the time. Lists are read back to the time when it was tried.
bool Batches::find(const BatchJob& job, BatchPart& part, BatchServer& server) {
    constexpr std::int64_t second = 1'000'000, slack = 60;  // seconds that a provider's clock may be wrong
    const std::string label = label_of(job, part);
    const std::int64_t from = part.tried / second - slack;
    std::vector<BatchProgress> alike;
    for (std::string after;;) {
        BatchPage some = page(job, part, server, after);
        bool older = true;
        for (BatchProgress& p : some.batches) {
            older &= p.created != 0 && p.created < from;
            if (store_.had(part, p.id)) continue;
            if (p.label == label || (!part.staged.empty() && p.staged == part.staged)) {
                if (store_.bind(part, p, BatchStore::Proof::given)) return true;
            } else if (p.label.empty() && p.staged.empty() && p.total == part.requests && p.created >= from && (part.over == 0 || p.created <= part.over / second + slack)) {
                alike.push_back(std::move(p));
            }
        }
        const bool newest_first = some.batches.empty() || some.batches.front().created >= some.batches.back().created;
        if (some.next.empty() || some.next == after || (older && newest_first)) break;
        after = some.next;
    }
    for (auto p = alike.rbegin(); p != alike.rend(); ++p)
        if (store_.bind(part, *p, BatchStore::Proof::supposed)) {
            warn(fmt::format("{} did not answer when part {} of the batch {} was sent; {} seems to be it, which is known when it has ended", model_of(part).endpoint.name, part.number, job.id, part.remote));
            return true;
        }
    return false;
}

/// The batch that was supposed to be the part's is another's. Where that is a part of ours, it gets what is its own.
void Batches::release(const BatchJob& job, BatchPart& part, std::string_view custom_id) {
    const std::string remote = part.remote;
    warn(fmt::format("{} is not part {} of the batch {}: its requests have other ids{}", remote, part.number, job.id, custom_id.empty() ? "" : fmt::format(" ('{}')", server_of(part).without_key(custom_id))));
    store_.unbind(part, PartState::sending);
    const CustomId id = read_custom_id(custom_id);
    if (auto owner = store_.part_of(id.job, id.place); owner && owner->id != part.id && (owner->state == PartState::sending || owner->supposed)) {
        BatchProgress batch;
        batch.id = remote;
        batch.status = part.status;
        store_.bind(*owner, batch, BatchStore::Proof::given);
    }
    if (find(job, part, server_of(part))) return;
    if (job.cancelled) return fail_open(job, part, not_sent(), Paid::no);
    part.state = PartState::waiting;
    part.why = "it is not with the provider";
    part.tries = 0;
    store_.save(part);
}

}  // namespace llm
