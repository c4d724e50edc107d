/// Jobs handed over to providers' batch APIs, on the disk before anything is sent: killed at any instant, a job is either
/// not begun (and was not paid) or can be finished and collected.
#pragma once

#include "base/environment.hpp"
#include "base/json.hpp"
#include "base/settings.hpp"
#include "batch/rates.hpp"
#include "pace/budget.hpp"
#include "providers/batch.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

enum class PartState {
    ready,    ///< on the disk, not sent
    waiting,  ///< was sent and is not with the provider: whoever collects sends it again
    sending,  ///< being sent: the provider may or may not have it
    sent,
    ended,    ///< at the provider; its results are not fetched
    fetched,  ///< every record has answer or error
};
std::string_view name(PartState) noexcept;

/// One batch of a provider.
struct BatchPart {
    std::int64_t id = 0;
    int number = 0;      ///< from 1
    std::string model;   ///< provider/name
    std::string server;  ///< base URL
    long requests = 0;
    BatchRates rates;
    Nano worst = 0;  ///< what it costs at most; 0 where the price is unknown
    PartState state = PartState::ready;
    std::int64_t tried = 0, over = 0;  ///< when sending it began; when that failed, or when it was seen to have ended
    int tries = 0;                     ///< how often there was no room for it
    std::string staged, remote, status, why;
    bool supposed = false;  ///< whether `remote` is this part's batch is known when its results are
    bool lost = false;      ///< it waits, and an attempt to send it again may have left a batch there
    bool stopping = false;  ///< the provider has taken the wish to cancel it
    int fetches = 0;        ///< how often its results came with fewer answers than there should be
    std::vector<std::string> files;
    long done = 0, failed = 0;
    Nano charged = 0;    ///< by the name `charge_name`; 0: not, or settled
    bool stale = false;  ///< the provider was asked just now and gave no answer

    bool at_provider() const { return state == PartState::sent || state == PartState::ended; }
    bool may_run() const { return state == PartState::sending || (state == PartState::waiting && lost) || (state == PartState::sent && !stopping); }
};

struct BatchJob {
    std::string id;
    std::int64_t made = 0;
    bool reading = false;    ///< by a process that lives
    bool collected = false;
    bool cancelled = false;  ///< given up: nothing of it is sent any more. What runs may run on, see BatchPart::stopping
    Json flags;
    long records = 0;
    std::vector<BatchPart> parts;

    bool all(PartState) const;
    bool any(PartState) const;
    /// Not wholly with the provider: killed, or it could not be reached.
    bool unsent() const;
    long asked() const;
};

/// One line of the output.
struct BatchItem {
    std::string line;
    std::int64_t part = 0;  ///< 0: it is not asked
    std::string body;
    std::int64_t shape = 0;      ///< 0: none
    long input = 0, output = 0;  ///< tokens at worst
};

class BatchStore {
public:
    /// Opened, and created where missing, at once.
    explicit BatchStore(const std::filesystem::path&);

    /// A new job, its input still being read. Those whose reader died are removed.
    std::string begin(const Json& flags);
    /// Adds lines in the order of the output. They are written in groups, so that no lock is held while input is waited for.
    void add(const std::string& job, BatchItem);
    std::int64_t add_part(const std::string& job, int number, std::string_view model, std::string_view server, const BatchRates&);
    std::int64_t add_shape(const std::string& job, std::string_view text);
    void add_to_part(std::int64_t part, long requests, Nano worst);
    /// All is read. Where the same was submitted before (`sum`) and is not done, that job's id is returned and this one is no more: nobody is at it, and it
    /// was not wholly sent or its id reached nobody; or, for who waits for the answers, it was not collected.
    enum class Done { when_sent,
                      when_collected };
    std::string end_reading(const std::string& job, std::string_view sum, Done = Done::when_sent);

    /// The newest last.
    std::vector<BatchJob> jobs();
    /// Throws Error{usage} where there is none of that id; without one it is the only one not collected yet.
    BatchJob job(const std::optional<std::string>& id);
    /// What it held is overwritten; in the store's log too by wipe_log, which waits for readers.
    void drop(const std::string& job);
    void wipe_log();

    /// What a process does to a job it does alone. Throws Error{locked} where another one is at it.
    class Claim {
    public:
        Claim(BatchStore&, std::string job);
        Claim(const Claim&) = delete;
        Claim& operator=(const Claim&) = delete;
        ~Claim();

    private:
        BatchStore& store_;
        std::string job_;
    };

    /// All but what ties it to a batch, which bind and unbind change. For who has the Claim.
    void save(const BatchPart&);
    /// What a look at a part told, while it is with the provider; anybody may look.
    void saw(const BatchPart&);
    /// It is with the provider, as this batch. `supposed`: it may be somebody else's. False where another part has it; one that is only supposed to
    /// gives it up.
    enum class Proof { supposed,
                       given };
    bool bind(BatchPart&, const BatchProgress&, Proof);
    /// The batch is not, or no longer, the part's: it will not be found for it again.
    void unbind(BatchPart&, PartState);
    bool had(const BatchPart&, std::string_view remote);
    /// It is proven.
    void prove(BatchPart&);
    /// The part that a request of that id is in; nothing where it is none of ours.
    std::optional<BatchPart> part_of(std::string_view job, std::int64_t place);
    void set_rates(BatchPart&, const BatchRates&);
    /// Moves the second half of its requests to a new part of that number. Both wait.
    void halve(const std::string& job, const BatchPart&, int number);

    /// The requests of a part, in order.
    void each_body(std::int64_t part, const std::function<void(std::int64_t place, std::string_view body)>&);
    std::size_t bytes(std::int64_t part);
    /// All is taken in: the bodies are needed no more.
    void drop_bodies(std::int64_t part);
    /// A request still without answer; nothing where it has one, or belongs to another part. `failed`: also one of which an error is all there is.
    struct Open {
        std::int64_t place = 0;
        std::string line;
        std::string shape;  ///< or empty
        long input = 0, output = 0;
    };
    std::optional<Open> open(const std::string& job, std::int64_t place, std::int64_t part, bool failed = false);
    std::vector<Open> all_open(std::int64_t part);  ///< without their lines
    void answer(const std::string& job, std::int64_t place, std::string_view response, Nano cost);
    /// Without `cost` there was no answer, which may follow.
    void fail(const std::string& job, std::int64_t place, std::string_view error, std::optional<Nano> cost);
    Nano spent(std::int64_t part);
    long answered(std::int64_t part);

    /// All lines in order. False ends it.
    void each_line(const std::string& job,
                   const std::function<bool(std::int64_t place, std::string_view line, std::optional<std::string_view> answer, std::optional<std::string_view> error)>&);
    void set_told(const std::string& job);
    void set_collected(const std::string& job);
    void set_cancelled(const std::string& job, bool = true);

    Database& db() noexcept { return db_; }

private:
    void read(BatchJob&);
    std::vector<BatchPart> parts(std::string_view where, std::string_view key);
    void flush();

    Database db_;
    std::vector<BatchItem> waiting_;
    std::string waiting_job_;
    std::size_t waiting_bytes_ = 0;
    std::int64_t places_ = 0;
};

/// `batch.path` of the settings, else batch.db in the data folder.
std::filesystem::path batch_path(const Settings&, const Environment&);

/// What its charge is called (pace/budget.hpp).
std::string charge_name(const std::string& job, const BatchPart&);

}  // namespace llm
