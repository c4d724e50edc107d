/// Asking by providers' batch APIs: the same records in, the same records out, at half the price and within a day.
///
/// A job is one input. It is split into parts, each one batch of one model at one provider. The budget is charged a part's worst case when it is sent;
/// when its answers are taken in, once, each is priced, held to its schema and journalled, and the budget gets back what was not spent.
#pragma once

#include "ask/asker.hpp"
#include "batch/server.hpp"
#include "batch/store.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

struct BatchSetup {
    std::string tool;                                ///< "llm-ask"
    int retries = 3;
    PaceOptions pace;                                ///< `budget` bounds this submission
    std::function<void(std::string_view)> warn;      ///< may be empty
    std::function<void(double seconds)> skip;        ///< for tests: told of each wait, which then takes no time
    std::size_t part_bytes = std::size_t{24} << 20;  ///< of a part's payload, which is held in memory
    std::size_t part_requests = 1'000'000;           ///< the provider's own bounds hold besides
};

class Batches {
public:
    /// All are borrowed.
    Batches(Loop&, const Settings&, const Environment&, const Models&, Caller&, BatchStore&, BatchSetup);

    /// Made once a run. Throws as BatchServer does.
    BatchServer& server(const Endpoint&);

    /// Sends what of the job is not sent yet; after a kill or a failure it goes on where that was. All parts or none are sent where a budget does not suffice
    /// (Error{budget}). What the provider turns down is thrown; that part can be sent again. A part of which the provider may know already is looked for there first.
    void send(const std::string& job);
    /// Asks the providers how far they are. Those that do not answer are told of in `warn`, and their last word stands.
    void look(BatchJob&);
    /// The same, and takes in the results of the parts that have ended.
    void fetch(BatchJob&);
    /// What is not sent never will be; the rest the providers are asked to cancel. What they have answered by then can be collected.
    void cancel(const std::string& job);

    const BatchSetup& setup() const noexcept { return setup_; }
    BatchStore& store() noexcept { return store_; }
    Caller& caller() noexcept { return caller_; }
    Price price_of(const ResolvedModel&) const;

private:
    struct Taking;
    const ResolvedModel& model_of(const BatchPart&);
    void send(const BatchJob&, BatchPart&);
    void create(const BatchJob&, BatchPart&, BatchServer&);
    std::string payload(const BatchJob&, const BatchPart&, BatchServer&);
    /// Finds the batch of a part that may have been created already.
    bool adopt(const BatchJob&, BatchPart&, BatchServer&);
    void set_sent(BatchPart&, const BatchProgress&);
    void charge(BatchPart&);
    void give_back(BatchPart&, Nano kept);
    BatchProgress look(BatchPart&);
    void take_in(const BatchJob&, BatchPart&, const BatchProgress&);
    void take_in(Taking&, const std::vector<BatchLine>&);
    void fail_open(const BatchJob&, BatchPart&, const Error&);
    PaceStore& money();

    Loop& loop_;
    const Settings& settings_;
    const Environment& environment_;
    const Models& models_;
    Caller& caller_;
    BatchStore& store_;
    BatchSetup setup_;
    std::unique_ptr<Http> http_;
    std::map<std::string, std::unique_ptr<BatchServer>> servers_;
    std::map<std::string, ResolvedModel> resolved_;
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
    void finish();

    const std::string& job() const noexcept { return job_; }
    long asked() const noexcept { return asked_; }
    /// The first error that a record got here, in its own words.
    const std::string& first_error() const noexcept { return first_error_; }

private:
    struct Pending {
        std::string line, body, model;
        Nano worst;
        std::size_t most_requests, most_bytes;
    };
    struct Part {
        std::int64_t id = 0;
        long requests = 0;
        std::size_t bytes = 0;
        Nano worst = 0;
    };
    void line(std::string_view);
    void place(const Pending&);
    void close(Part&);

    Batches& batches_;
    Asker& asker_;
    std::string job_, rest_, first_error_;
    std::deque<Pending> pending_;
    std::map<std::string, Part> open_;
    int parts_ = 0;
    long asked_ = 0;
};

}  // namespace llm
