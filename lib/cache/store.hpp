/// The cache's store: answers by key, in one SQLite file that any number of processes read and write.
///
/// Work is gathered: look-ups share one view of the store, answers one transaction, until settle(). What was added before a
/// settle() that returned survives the process being killed.
#pragma once

#include "cache/key.hpp"
#include "cache/learned.hpp"
#include "store/lease.hpp"
#include "store/transaction.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace llm {

std::span<const Migration> cache_schema();

enum class AnswerKind { response = 0, error = 1 };

struct CachedAnswer {
    std::int64_t row = 0;
    AnswerKind kind = AnswerKind::response;
    std::int64_t created = 0;  ///< milliseconds since 1970
    std::string answer;        ///< JSON, as it was stored
    std::optional<double> cost;  ///< dollars it cost
};

struct NewAnswer {
    CacheKey key;
    std::string_view space;
    AnswerKind kind = AnswerKind::response;
    std::string_view answer;    ///< JSON
    std::string_view question;  ///< the whole text it is compared by; may be empty
    std::string_view fingerprint;  ///< of everything else; may be empty: it is not to be found by similarity
    std::string_view model;     ///< may be empty
    std::optional<double> cost;
    std::optional<std::int64_t> created;  ///< now where absent
    std::optional<std::int64_t> expires;
    long samples = 1;  ///< answers kept for this key
    std::int64_t sample = 0;  ///< restore(): which of them
    std::span<const std::string> tags;
};

enum class Evict { lru, lfu, cost };
struct Bounds {
    std::optional<std::int64_t> entries;  ///< of a namespace
    std::optional<std::uint64_t> bytes;
    Evict evict = Evict::lru;
};

/// Which answers may be given; all that is said must hold.
struct Wanted {
    std::optional<std::int64_t> max_age;       ///< milliseconds
    std::optional<std::int64_t> since, until;  ///< stored at or after, before; milliseconds since 1970
    std::vector<std::string> tags;             ///< with any of them
};

struct Lookup {
    long samples = 1;  ///< fewer than so many answers are a miss; else one of them by chance
    Wanted wanted{};
};

/// A question that an entry's answer might fit (decisions.hpp).
struct Decision {
    CacheKey key;       ///< of the question
    std::string space;
    std::int64_t entry = 0;
    HitEvidence evidence;
    enum class Kind { given, explored } kind = Kind::given;
    std::optional<double> bound;  ///< on the share of wrong answers, where there was one
    std::optional<double> risk;   ///< where there was a bound, and something was known
};

class CacheStore {
public:
    /// Creates and migrates it. Throws as Database and migrate do.
    CacheStore(const std::filesystem::path&, Access, Bounds = {}, Leases::Now = Leases::wall_clock);
    ~CacheStore();  ///< settles, in silence
    CacheStore(const CacheStore&) = delete;
    CacheStore& operator=(const CacheStore&) = delete;

    std::optional<CachedAnswer> find(const CacheKey&, std::string_view space, const Lookup& = {});
    /// The answer in this row; nothing where it has gone, expired, or is a failure.
    std::optional<CachedAnswer> read(std::int64_t row);
    /// The row's answer whatever its age; nothing where there is none, or its bytes or its question's are not those that were stored: the
    /// first such row is told to warn().
    std::optional<std::string> answer_in(std::int64_t row);
    /// Whether the row may be given out: of the present epoch, not expired, an answer, as wanted.
    bool is_live(std::int64_t row, const Wanted& = {});
    /// The answers that a look-up of this key may choose among.
    std::vector<std::int64_t> rows_of(const CacheKey&, std::string_view space, const Wanted& = {});
    /// Notes where the row is found by similarity, and the whole text it is compared by.
    void make_findable(std::int64_t row, std::string_view fingerprint, std::string_view text);
    /// Counts anew what the row's vectors take, after one was added or removed.
    void count_vectors(std::int64_t row);
    /// The row it stands in; 0 where the key has all its samples already. Gives the key's lease back.
    std::int64_t put(const NewAnswer&);
    /// Whether it would outgrow the bounds all by itself.
    bool is_too_large(const NewAnswer&) const;
    /// Has the namespace brought under the bounds when something is written, though nothing may be added to it.
    void hold_bounds(std::string_view space);
    /// Puts an entry back that was in a cache before, as sample number `sample` of its key. 0 where one that may still be given is as new.
    std::int64_t restore(const NewAnswer&);

    enum class Outcome { exact, semantic, missed, refused };
    /// For stats and eviction. `row`: of a hit, `saved`: what it would have cost. Written when there is something else to write, or at the end.
    void count(std::string_view space, Outcome, std::int64_t row = 0, std::optional<double> saved = {});

    /// An answer that was counted is to live so long from now on, where it would expire sooner. Written with the count.
    void touch(std::int64_t row, std::chrono::milliseconds span) { uses_[row].until = now_() + span.count(); }

    /// Says that this process is about to have the key answered; written at the next settle().
    void announce(const CacheKey&, std::chrono::milliseconds span);
    /// The same at once: false where another process has said so and its time is not over.
    bool lease(const CacheKey&, std::chrono::milliseconds span);
    /// For what was announced and will not be put.
    void release(const CacheKey&);

    /// Written at the next settle(); forgotten where the store is open for reading only.
    void note(Decision);
    /// Writes at once what was noted. Within a transaction of this store (writing()).
    void write_decisions();

    void settle();
    /// settle(), all counts are written, and leases that ran out are forgotten.
    void close();
    /// After a write that failed: what is not stored yet is dropped, and the store is only read from now on.
    void stop_writing() noexcept;
    /// Told, once, of damage that was met.
    void warn(std::function<void(std::string_view)> w) { warn_ = std::move(w); }

    /// Removes the row with all that hangs on it, vectors included. Within a transaction of this store (writing()).
    void remove(std::int64_t row);
    /// Of all processes, those that ran out.
    void forget_leases();
    /// Gives pages that stand empty back to the system, where they are a quarter of the file. Outside of any transaction.
    void give_back_space();
    /// Opens the transaction that settle() commits.
    void writing();
    /// Where look-ups go: makes sure that they share a view.
    void reading();
    /// The namespace's number, 0 where there is none. Opens a view.
    std::int64_t space_id(std::string_view space);

    Database& db() noexcept { return db_; }
    std::int64_t now() const { return now_(); }

private:
    struct Space {
        std::int64_t id = 0, epoch = 0;
        bool fresh = false;  ///< read in the present view
        std::int64_t entries = 0, bytes = 0;                    // what this transaction adds
        std::int64_t exact = 0, semantic = 0, missed = 0, refused = 0;  // not yet written
        double saved = 0;
        bool over = false;  ///< may be above the bounds
    };
    struct Use {
        std::int64_t hits = 0, used = 0;
        std::optional<std::int64_t> until;  ///< it lives at least so long
    };

    /// An entry of a key's hash.
    struct Slot {
        std::int64_t row = 0, sample = 0, epoch = 0, created = 0, bytes = 0, vector_bytes = 0;
        std::optional<std::int64_t> expires;
        int kind = 0;
        bool same_key = false;  ///< and of the same namespace
    };
    std::vector<Slot> slots_of(const CacheKey&, std::int64_t space);
    bool is_live(const Slot&, const Space&) const;
    bool has_whole_question(std::int64_t row);
    /// Into the slot's row, or where that is 0, another key's or damaged, a new one.
    std::int64_t write(const NewAnswer&, Space&, const Slot&);

    Space& space(std::string_view name);
    Space& space_to_write(std::string_view name);
    void write_counts();
    void write_sums();
    bool has_any_tag(std::int64_t row, const std::vector<std::string>& tags);
    void evict(std::string_view name);

    Database db_;
    Bounds bounds_;
    Leases::Now now_;
    Leases leases_;
    std::string owner_;
    std::optional<Snapshot> snapshot_;
    std::optional<Transaction> transaction_;
    bool lease_table_used_ = false;
    bool stopped_ = false;
    bool warned_ = false;
    std::function<void(std::string_view)> warn_;
    std::map<std::string, Space, std::less<>> spaces_;
    std::unordered_map<std::int64_t, Use> uses_;
    std::unordered_set<std::int64_t> written_;  ///< rows that this transaction stored
    std::vector<std::pair<CacheKey, std::chrono::milliseconds>> announced_;
    std::vector<Decision> decided_;
    std::minstd_rand chance_;
};

/// Whether an answer's bytes are those that were stored: those of `hash`, or where none was kept, JSON.
bool is_whole(std::string_view answer, std::optional<std::int64_t> hash);
/// The same of the question it answers; where no hash was kept nothing is known against it.
bool is_whole_question(std::optional<std::string_view> question, std::optional<std::int64_t> hash);

/// The set of vectors (index/index.hpp) of one namespace and one fingerprint.
std::string vector_space(std::int64_t space, std::string_view fingerprint);

}  // namespace llm
