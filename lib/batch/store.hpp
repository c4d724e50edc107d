/// Jobs handed over to providers' batch APIs, on the disk before anything is sent: killed at any instant, a job is either
/// not begun (and was not paid) or can be finished and collected.
#pragma once

#include "base/environment.hpp"
#include "base/json.hpp"
#include "base/settings.hpp"
#include "pace/budget.hpp"
#include "store/database.hpp"
#include "store/transaction.hpp"

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
    long requests = 0;
    Nano worst = 0;      ///< what it costs at most; 0 where no budget is set
    PartState state = PartState::ready;
    std::int64_t tried = 0;
    std::string staged, remote, status;
    long done = 0, failed = 0;
    Nano charged = 0;
    std::string day;     ///< charged to
};

struct BatchJob {
    std::string id;
    std::int64_t made = 0;
    bool reading = false;    ///< by a process that lives
    bool collected = false;
    Json flags;
    long records = 0;
    std::vector<BatchPart> parts;

    bool all(PartState) const;
    /// Not wholly with the provider: killed, or it could not be reached.
    bool unsent() const;
    long asked() const;
};

class BatchStore {
public:
    /// Opened, and created where missing, at once.
    explicit BatchStore(const std::filesystem::path&);

    /// A new job, its input still being read. Those whose reader died are removed.
    std::string begin(const Json& flags);
    /// Adds lines in the order of the output. `part` 0: it was not asked. They are written in groups; `end_reading` writes the last.
    void add(const std::string& job, std::string_view line, std::int64_t part, std::string_view body);
    std::int64_t add_part(const std::string& job, int number, std::string_view model);
    void add_to_part(std::int64_t part, long requests, Nano worst);
    void end_reading(const std::string& job);

    /// The newest last.
    std::vector<BatchJob> jobs();
    /// Throws Error{usage} where there is none of that id; an empty id is the only one not collected yet.
    BatchJob job(std::string_view id);
    void drop(const std::string& job);

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

    void save(const BatchPart&);
    /// Whether a batch of that id at that provider belongs to any part.
    bool knows(std::string_view remote);
    /// The requests of a part, in order.
    void each_body(std::int64_t part, const std::function<void(std::int64_t place, std::string_view body)>&);
    /// It is with the provider: the bodies are needed no more.
    void drop_bodies(std::int64_t part);
    /// The line of a request still without answer; nothing where it has one, or belongs to another part.
    std::optional<std::string> open_line(const std::string& job, std::int64_t place, std::int64_t part);
    std::vector<std::int64_t> open_places(std::int64_t part);
    void answer(const std::string& job, std::int64_t place, std::string_view response);
    void fail(const std::string& job, std::int64_t place, std::string_view error);

    /// All lines in order. False ends it.
    void each_line(const std::string& job,
                   const std::function<bool(std::int64_t place, std::string_view line, std::optional<std::string_view> answer, std::optional<std::string_view> error)>&);
    void set_collected(const std::string& job);

    Database& db() noexcept { return db_; }

private:
    BatchJob read(std::string id, std::int64_t made, bool reading, bool collected, std::string_view flags);

    Database db_;
    std::optional<Transaction> group_;
    std::int64_t places_ = 0;
};

/// `batch.path` of the settings, else batch.db in the data folder.
std::filesystem::path batch_path(const Settings&, const Environment&);

}  // namespace llm
