/// Asking by providers' batch APIs: the same records in, the same records out, within a day, and for part of the price.
///
/// A job is one input. It is split into parts, each one batch of one model at one provider. The budget is charged a part's worst case when it is sent
/// (pace/budget.hpp, by name); when its answers are taken in, once, each is priced, held to its schema and journalled, and the charge is settled.
///
/// A batch belongs to a part by the label it was created with. Where an API keeps no label (Anthropic), and the answer to a creation was lost, a batch of
/// as many requests from that time is *supposed* to be the part's, until the ids of its results prove it; it is not cancelled or deleted before.
#pragma once

#include "ask/asker.hpp"
#include "base/hash.hpp"
#include "batch/server.hpp"
#include "batch/store.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace llm {

struct BatchSetup {
    std::string tool;                                ///< "llm-ask"
    BatchServerOptions server;                       ///< its `skip` holds for all waits
    PaceOptions pace;                                ///< `budget` bounds this submission
    std::function<void(std::string_view)> warn;      ///< may be empty
    std::size_t part_bytes = std::size_t{24} << 20;  ///< of a part's payload, which is held in memory
    std::size_t part_requests = 1'000'000;           ///< the provider's own bounds hold besides
};

class Batches {
public:
    /// All are borrowed.
    Batches(Loop&, const Settings&, const Environment&, const Models&, Caller&, BatchStore&, BatchSetup);

    /// Made once a run. Throws as BatchServer does.
    BatchServer& server(const Endpoint&);

    /// Sends what of the job is not sent yet; after a kill or a failure it goes on where that was. Nothing is sent where a budget does not suffice for all of
    /// it (Error{budget}). A part that is turned down holds up no other; the first reason is thrown at the end, and that part can be sent again.
    /// A part of which the provider may know already is looked for there first.
    void send(const std::string& job);
    /// Asks the providers how far they are. A part whose provider does not answer is `stale`, `warn` is told, and a server that was silent is not asked
    /// again by this object. Changes nothing that who works on the job decides.
    void look(BatchJob&);
    /// The same, takes in the results of the parts that have ended, and sends again what waits. Each part for itself: returns the first error.
    std::optional<Error> fetch(BatchJob&);
    /// What is not sent never will be, unless `send` is asked to; the rest the providers are asked to cancel. What they have answered by then can be
    /// collected. Each part for itself: the first error is thrown at the end, and a part whose provider did not take the wish runs on.
    void cancel(const std::string& job);
    /// Deletes what is left of it at the providers, where they can, and the job. What cannot be deleted there `warn` is told.
    void forget(const std::string& job);
    /// Whether it can be told that a provider works on it, or will.
    static bool is_running(const BatchJob&);
    /// Not while a provider may work on a part, unless that has taken the wish to cancel it, or was asked to, and the part is too old to run.
    static bool may_be_forgotten(const BatchJob&);

    const BatchSetup& setup() const noexcept { return setup_; }
    BatchStore& store() noexcept { return store_; }
    Caller& caller() noexcept { return caller_; }
    BatchRates rates_of(const ResolvedModel& model) const { return batch_rates(model, settings_, setup_.pace.assumed); }

private:
    struct Taking;
    struct Purse;
    enum class Paid { no,
                      maybe };
    const ResolvedModel& model_of(const BatchPart&);
    BatchServer& server_of(const BatchPart& part) { return server(model_of(part).endpoint); }
    void sleep(double seconds);
    void warn(std::string_view) const;

    void charge(const BatchJob&, BatchPart&, Purse&);
    void settle(const BatchJob&, BatchPart&, Nano spent);
    void send(const BatchJob&, BatchPart&);
    /// `maybe_there`: whether one that failed, before or now, may have left a batch there all the same.
    void create(const BatchJob&, BatchPart&, BatchServer&, bool& maybe_there);
    void stage(const BatchJob&, BatchPart&, BatchServer&);
    std::string payload(const BatchJob&, const BatchPart&, BatchServer&);
    void bind(const BatchJob&, BatchPart&, const BatchProgress&);
    /// Finds the batch of a part that may have been created already. Throws Error where that cannot be seen.
    bool find(const BatchJob&, BatchPart&, BatchServer&);
    /// Where a server keeps no list at all, nobody but its owner can see what became of a creation.
    static bool has_no_list(const Error&);
    BatchPage page(const BatchJob&, const BatchPart&, BatchServer&, const std::string& after);

    BatchProgress look(BatchPart&);
    /// Why the results are to be fetched again, where they came incomplete; the part stays `ended` then. After some times it is done with what came.
    std::optional<Error> take_in(const BatchJob&, BatchPart&, const BatchProgress&);
    void take_in(Taking&, const std::vector<BatchLine>&);
    void release(const BatchJob&, BatchPart&, std::string_view custom_id);
    void make_wait(const BatchJob&, BatchPart&, const BatchProgress&);
    bool is_due(const BatchJob&, const BatchPart&) const;
    void fail_open(const BatchJob&, BatchPart&, const Error&, Paid);
    /// What is not known to be at the provider. False where it turns out to be there; throws Error where that cannot be seen now.
    bool give_up(const BatchJob&, BatchPart&);
    /// Of what was given up.
    static Error not_sent();
    PaceStore& money();

    Loop& loop_;
    const Settings& settings_;
    const Environment& environment_;
    const Models& models_;
    Caller& caller_;
    BatchStore& store_;
    BatchSetup setup_;
    std::map<std::string, std::unique_ptr<BatchServer>> servers_;
    std::map<std::string, ResolvedModel> resolved_;
    std::set<std::string> silent_;  ///< endpoints that gave `look` no answer
    std::set<std::string> said_;
    std::unique_ptr<PaceStore> money_;
};

/// Takes in the input of a new job. A Filter runs over it: `step` is its step, `output` gets its output. Nothing is sent.
class BatchIntake {
public:
    /// Both are borrowed.
    BatchIntake(Batches&, Asker&, const Json& flags);

    /// Throws Error as Asker::step does, and Error{config} for a provider without batch API.
    void step(Record&);
    void output(std::string_view bytes);
    /// The job's id may be another one afterwards: of the same submission before, which is not done.
    void finish(BatchStore::Done = BatchStore::Done::when_sent);

    const std::string& job() const noexcept { return job_; }
    bool goes_on() const noexcept { return goes_on_; }
    long asked() const noexcept { return asked_; }
    /// The first error that a record got here, in its own words.
    const std::string& first_error() const noexcept { return first_error_; }

private:
    struct Pending {
        std::string line, body, model, server, shape;
        BatchRates rates;
        long input = 0, output = 0;
        std::size_t most_requests, most_bytes;
    };
    struct Part {
        std::int64_t id = 0;
        long requests = 0;
        std::size_t bytes = 0;
        Nano worst = 0;
    };
    void line(std::string_view);
    void place(Pending&);
    void close(Part&);
    void count_in(std::string_view line, std::string_view body);
    std::int64_t shape(const std::string& text);

    Batches& batches_;
    Asker& asker_;
    std::string job_, rest_, first_error_, sum_;
    std::deque<Pending> pending_;
    std::map<std::string, Part> open_;
    std::map<std::string, std::int64_t> shapes_;
    int parts_ = 0;
    long asked_ = 0;
    bool goes_on_ = false;
};

}  // namespace llm
