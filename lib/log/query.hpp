/// Looking into the journal: what `llm-ask --log list | show | stats | prune`, --continue and --cid stand on.
#pragma once

#include "base/json.hpp"
#include "base/units.hpp"
#include "chat/message.hpp"
#include "log/prune.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Which calls; all that is given must hold.
struct CallFilter {
    std::optional<std::int64_t> since, until;  ///< microseconds since 1970 (log/when.hpp): began at or after, before
    std::string model;         ///< glob over "provider/model" and over the model's name alone, as asked and as answered
    std::string fault;         ///< a fault's name, "any" for all failures, "none" for all answers
    std::string tool;          ///< "llm-ask"
    std::string record;        ///< the record's id
    std::string conversation;  ///< its id
};
/// A filter's fault from the command line. Throws Error{usage} with the nearest name.
void check_fault(std::string_view);

/// The short of a call.
struct LoggedCall {
    std::int64_t id = 0;    ///< to show it by
    std::int64_t time = 0;  ///< microseconds since 1970
    std::string tool, record, conversation;
    std::string model;      ///< "provider/model", as asked
    std::string answered;   ///< the model as the provider named it
    std::string fault, message;  ///< empty where it succeeded
    long attempts = 1;
    double ms = 0;
    std::optional<double> first_ms;
    std::optional<long> input, output, cached;  ///< tokens
    std::optional<double> cost;                 ///< dollars
    std::string question, answer;               ///< the beginnings of the last user turn and of the answer
};
Json to_json(const LoggedCall&);

/// What `stats` groups by. Days are local.
enum class StatsBy { all, day, model, day_and_model };
/// "day", "model", "day,model" (either order), "all". Throws Error{usage}.
StatsBy stats_by(std::string_view);

struct CallStats {
    std::string day, model;  ///< empty where not grouped by it
    long calls = 0, failed = 0, unpriced = 0;  ///< unpriced: answered, and the cost is unknown
    long input = 0, output = 0, cached = 0;    ///< tokens, as far as known
    double cost = 0;                           ///< dollars, as far as known
    std::optional<double> p50_ms, p95_ms, p50_first_ms, p95_first_ms;  ///< of calls that were answered
};
Json to_json(const CallStats&);

class JournalReader {
public:
    /// A missing file is an empty journal. Throws Error{config} where a newer release wrote it, Error{io} as Database does.
    explicit JournalReader(std::filesystem::path);

    /// The newest `limit` calls, newest first (0: all); `sink` returns false to end it.
    void list(const CallFilter&, std::size_t limit, const std::function<bool(const LoggedCall&)>& sink);
    /// Every column of a call that has a value, under its own name, JSON columns as JSON, `time` as text.
    std::optional<Json> show(std::int64_t id);
    /// Sorted by day, then by cost and calls.
    std::vector<CallStats> stats(const CallFilter&, StatsBy);

    /// The turns of a conversation up to and including its newest answer, attachments and all. Throws Error{usage} where there is none of that id.
    std::vector<Message> conversation(std::string_view id);
    /// The conversation of the newest answered call that has one.
    std::optional<std::string> last_conversation();

    /// What would go (a dry run); see prune_journal.
    PrunePlan plan(const Keep&, std::int64_t now);

private:
    struct Scanned {
        std::int64_t time;
        std::string_view model;
        bool failed;
        double ms;
        std::optional<double> first_ms, cost;
        long input, output, cached;
    };
    void scan(const CallFilter&, const std::function<void(const Scanned&)>&);

    std::optional<Database> db_;
};

/// Removes what `keep` does not cover, all at once, and gives the space back. Throws Error as Database does; a missing file is empty.
PrunePlan prune_journal(const std::filesystem::path&, const Keep&, std::int64_t now);

}  // namespace llm
