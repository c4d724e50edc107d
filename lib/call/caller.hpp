/// One call to a model: sent, retried, timed, priced, recorded and journalled. Every tool that asks a model asks through here.
#pragma once

#include "base/environment.hpp"
#include "base/loop.hpp"
#include "base/settings.hpp"
#include "base/task.hpp"
#include "call/embedding.hpp"
#include "call/governor.hpp"
#include "call/tally.hpp"
#include "chat/cassette.hpp"
#include "chat/model.hpp"
#include "chat/provider.hpp"
#include "net/http.hpp"
#include "net/processes.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace llm {

class Cabin;
class Journal;
struct SharedCall;

struct CallOptions {
    std::string tool;                       ///< "llm-ask", for the journal
    std::optional<double> timeout;          ///< seconds for the whole call with all its attempts; else the endpoint's
    std::optional<double> idle_timeout;     ///< seconds of silence; else the endpoint's
    int retries = 3;                        ///< further attempts
    std::string record;                     ///< cassette to append to, or empty
    std::string replay;                     ///< cassette to answer from, or empty
    enum class Missing { refuse, ask } missing = Missing::refuse;  ///< what is not on the cassette
    enum class Log { yes, no } log = Log::yes;
    std::function<void(std::string_view)> warn;  ///< what people should know (the journal cannot be written); may be empty
    PaceOptions pace;
    std::function<void(double seconds)> skip;    ///< for tests: told of each wait before an attempt, which then takes no time
};

/// Who asks, for the journal.
struct CallContext {
    std::string record_id;     ///< the record's id as text, or empty
    std::string conversation;  ///< or empty
    std::optional<Instant> deadline{};  ///< beyond the call's own timeout: all attempts end by then
};

/// Where pieces of the answer go while it comes.
struct CallSink {
    DeltaSink delta;                      ///< may be empty
    std::function<void()> forget;         ///< another attempt begins: what was given out does not count; may be empty
    std::function<bool()> may_retry;      ///< false once what was given out cannot be taken back; may be empty
};

enum class Timed { no,
                   yes };

struct Answer {
    Completion completion;
    std::string provider;            ///< the endpoint's name
    std::optional<double> cost;      ///< dollars; absent where unknown
    double ms = 0;                   ///< from the first attempt's start to the last byte
    std::optional<double> first_ms;  ///< to the first byte of the answer's body
    int attempts = 1;                ///< 0 where the answer is that of an equal request in flight (cost 0 then)
    Timed timed = Timed::yes;        ///< no: it came with a batch, of which neither times nor attempts are known
};
/// The record's `response` member (llm-record(5)) as JSON text; `json` is the value a schema was asked for, or null. Beyond the contract:
/// `logprobs`, and `provider_data`, which belongs into the assistant's turn as `provider` when the conversation goes on (thought signatures).
std::string response_text(const Answer&, const Json* json = nullptr);

class Caller {
public:
    /// All are borrowed. The journal is opened at the first call.
    Caller(Loop&, const Settings&, const Environment&, CallOptions);
    ~Caller();
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    /// Throws Error as llm-record(5) has the faults. `request.model` is set from `model`. With a budget, a request without `max_tokens` is given some;
    /// Error{config} where the price is unknown, Error{budget} where the money left does not suffice.
    Task<Answer> call(const ResolvedModel& model, Request request, CallSink sink, CallContext context);

    /// Throws Error{config} where a budget is set and the model's price is unknown.
    void check_price(const ResolvedModel&) const;
    /// Opens the store that limits, a budget or sharing need, so that one that cannot be used ends a run before anything is asked. Throws Error.
    void open_store() { governor_.open(); }
    bool counts_money() const noexcept { return governor_.counts_money(); }
    /// For embedders that a run asks too: one budget holds for both. Lends out what must outlive them.
    EmbeddingOptions for_embedders();
    /// All calls so far.
    const CallTally& tally() const noexcept { return tally_; }

    /// As `call` sends it: what a budget needs set, and the model's name.
    Request ready(const ResolvedModel& model, Request request) const;
    /// Counts and journals a call that was made by other means (a batch), `answer.cost` included; `failed` is null where it went well.
    void note(const ResolvedModel& model, std::shared_ptr<const Request> request, const Answer& answer, const Error* failed, const CallContext& context, std::int64_t started,
              CallOptions::Log log = CallOptions::Log::yes);

    /// What would be sent, without the key: for --dry-run.
    HttpCall preview(const ResolvedModel& model, Request request);

    /// A loopback server's first model, for Models::default_model; a quarter of a second at most.
    std::optional<std::string> probe(const Endpoint&);

    /// Everything journalled so far is on its way to the disk, and the cassette is closed. Call before leaving.
    void close();

private:
    /// An endpoint in use: its key is fetched and its provider made once a run.
    struct Line {
        Endpoint endpoint;
        std::unique_ptr<Provider> provider;
        HttpCall::Proxy proxy = HttpCall::Proxy::of_environment;
        std::map<std::string, Governor::Gate, std::less<>> gates;  ///< by model
    };
    struct Attempt;
    /// What is common to the attempts of one call.
    struct Asked {
        const ResolvedModel& model;
        std::shared_ptr<const Request> request;
        const CallSink& sink;
        const CallContext& context;
        std::int64_t started;  ///< microseconds since 1970
        Instant until = Instant::max();  ///< the deadline of those who have waited for an equal request already
    };

    Line& line(const Endpoint&);
    Governor::Gate& gate(Line&, const ResolvedModel&);
    Http& http();
    /// From the cassette; nothing where it has no answer and the provider is to be asked.
    std::optional<Answer> replayed(const Asked&);
    /// Once for all equal requests in flight.
    Task<Answer> share(Asked);
    /// Waits for another process that has sent the same. Nothing where it has gone, or keeps what came of it to itself.
    Task<std::optional<Answer>> follow(Asked, Cabin&, Instant deadline);
    Answer shared(const Asked&, Answer taken, Instant since);
    /// `flight`: null where nobody is to share it.
    Task<Answer> send(Asked, SharedCall* flight);
    /// Seconds that a call to it may take with all its attempts.
    double patience(const Endpoint&) const;
    void count_up(const Answer&);
    /// What an attempt came to, for limits, budget and breaker.
    void settle(Governor::Gate&, const Asked&, Governor::Pass&, const Answer&, const Error*, const Attempt&);
    Task<Completion> attempt(Line&, const Request&, const CallSink&, HttpLimits, Attempt&);
    Task<Completion> over_http(Line&, const Request&, const CallSink&, HttpLimits, Attempt&);
    Task<Completion> over_process(Line&, const Request&, const CallSink&, HttpLimits, Attempt&);
    void play(const Take&, const CallSink&) const;
    /// Null where nothing is journalled. Made, but not opened, at the first call.
    Journal* journal();
    void keep(const ResolvedModel&, std::shared_ptr<const Request>, const Answer&, const Error*, const CallContext&, std::int64_t started);

    Loop& loop_;
    const Settings& settings_;
    const Environment& environment_;
    CallOptions options_;
    std::unique_ptr<Http> http_;
    Processes processes_;
    std::map<std::string, Line> lines_;
    std::optional<Cassette> replay_;
    std::optional<CassetteWriter> record_;
    std::unique_ptr<Journal> journal_;
    std::minstd_rand chance_;
    CallClock clock_;
    Governor governor_;
    CallTally tally_;
    std::map<std::string, std::shared_ptr<SharedCall>> flights_;
};

}  // namespace llm
