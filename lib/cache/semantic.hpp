/// Answers to questions that were asked in other words.
///
/// Among the entries with the same fingerprint (everything but the question), similarity nominates; a gate of rules then refuses
/// where the questions differ in what similarity does not see (text/gate.hpp), and a judge, where there is one, has the last word.
/// Every doubt is a miss. With a bound on wrong answers the entry decides besides, from how it fared before (learned.hpp): what is found
/// is then either given or explored.
#pragma once

#include "base/task.hpp"
#include "cache/apart.hpp"
#include "cache/learner.hpp"
#include "cache/question.hpp"
#include "cache/store.hpp"
#include "call/embedding.hpp"
#include "index/index.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// At which, on BANKING77 and the negations of shared/data, the gate beside it, wrong hits are rare (man/llm-cache.1).
inline constexpr double default_threshold = 0.8;

/// Where entries decide for themselves (--max-error): only what is not worth comparing is left out.
inline constexpr double learned_threshold = 0.5;

/// So many of the nearest are given to the gate.
inline constexpr std::size_t usual_nominees = 5;

/// Whether an answer to `stored` answers `asked` too. Throws Error where it cannot tell.
using Judge = std::function<Task<bool>(const std::string& asked, const std::string& stored)>;

/// What of a text is embedded: by the builtin embedder, which hears no "not", with its denials contracted (text/denial.hpp).
std::string text_to_embed(const Embedding&, std::string_view text);
std::vector<std::string> texts_to_embed(const Embedding&, std::vector<std::string> texts);

struct SemanticOptions {
    double threshold = default_threshold;
    Gating gate = Gating::questions;
    std::size_t nominees = usual_nominees;
    Wanted wanted;
    std::string embedder = "builtin";  ///< as it was named
    Judge judge;                      ///< may be empty
    std::optional<double> max_error;  ///< the bound; none: whatever is found is given
    /// Words to people: a snapshot left aside, vectors of another embedder, an embedder that is away. May be empty.
    std::function<void(std::string_view)> warn;
};

struct Match {
    std::int64_t row = 0;    ///< 0: none, or explored
    std::int64_t explored = 0;  ///< the row that was found, but is to be explored instead of given; else 0
    HitEvidence evidence;
    std::optional<double> risk;  ///< of giving it, where there is a bound and something is known
    double score = 0;        ///< cosine; of the best nominee where it was refused
    std::string text;        ///< the question that was matched, or refused
    std::string refused;     ///< why, where nothing was found but something was near
    CachedAnswer answer;
    Vector vector;           ///< of the question that was asked
};

class Semantic {
public:
    /// All are borrowed.
    Semantic(CacheStore&, Embedding&, SemanticOptions);

    /// Never the question's own entry, none whose answer was judged wrong for this very question, and where there is no bound none that was
    /// judged wrong more often than right. Nothing where the embedder is away.
    Task<Match> find(const Question&, std::string_view space);
    /// What a server is asked for while another answer of it is awaited goes together with the next call.
    Task<Vector> vector_of(const std::string& text);
    /// The same, but nothing where the embedder's server is away, which is said once: what is stored then waits for verify --reembed.
    Task<Vector> vector_if_there(const std::string& text);
    /// Gives the question's own entries the vectors they lack, but for those that are not to be found by similarity (without fingerprint). Where that fails nothing is said: it is done some other time.
    Task<void> complete(const Question&, std::string_view space);
    std::optional<double> max_error() const { return options_.max_error; }
    /// Makes the entry findable, in the transaction that stored it. `row` is CacheStore::put's.
    void keep(std::int64_t row, std::string_view space, const std::string& fingerprint, const std::string& text, const Vector&);

    /// Makes the snapshots that have become worth making (lib/index), for what was kept here. Outside of any transaction; harmless where
    /// another process is at it.
    void tend();

    std::string embedder() const { return embedding_.id(); }
    /// As it was named.
    const std::string& name() const noexcept { return options_.embedder; }
    /// Whether vectors are made here, without waiting.
    bool local() const { return embedding_.local(); }
    Vector vector_now(const std::string& text) const { return embedding_.now(text_to_embed(embedding_, text)); }

private:
    /// A text whose vector is awaited.
    struct Wanting;
    Task<void> ask_server();
    Task<void> ask_for(std::vector<Wanting*> asked);

    Index& index(std::int64_t space, const std::string& fingerprint, int dimension);
    std::optional<std::string> text_of_row(std::int64_t row);
    bool has_vector(std::int64_t space, std::string_view fingerprint, std::int64_t row);
    /// Whether what was found is to be explored; says so in the match.
    bool explores(std::int64_t space, const Hit&, const std::vector<Hit>& near, const std::string& answer, Match&);
    void warn_of_strangers(std::int64_t space, const Question&, int dimension);

    CacheStore& store_;
    Embedding& embedding_;
    SemanticOptions options_;
    std::map<std::string, std::unique_ptr<Index>> indexes_;
    std::set<std::string> grown_;  ///< of those, the ones that have new vectors
    std::optional<Learner> learner_;  ///< where there is a bound
    std::vector<Wanting*> wanting_;
    std::optional<Task<void>> asking_;
    bool warned_ = false, said_away_ = false;
};

}  // namespace llm
