/// Conversations as they were, turn for turn, and what learning proposes. Nothing here is ever shortened.
#pragma once

#include "base/json.hpp"
#include "mem/store.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct TurnSummary {
    std::int64_t upto = 0;  ///< ordinal of the first turn it does not tell of
    std::string text, made_by;
};

struct TurnHit {
    Turn turn;
    std::string conversation;
    double score = 0;
};

/// All within the store's transaction where they write (store.settle() commits).
class Conversations {
public:
    explicit Conversations(MemStore& store) : store_(store) {}

    /// The conversation's number, 0 where there is none / made where there is none.
    std::int64_t find(std::string_view space, std::string_view name);
    std::int64_t open(std::string_view space, std::string_view name);
    std::vector<std::string> names(std::string_view space);

    /// Appends the turns (OpenAI's chat shape); the ordinal of the first.
    std::int64_t append(std::int64_t conversation, std::span<const Json> messages);
    /// The same for a conversation that comes whole each time: appended is what follows the longest end of the stored turns that
    /// the messages begin with or contain as their beginning. Returns how many were new.
    std::size_t extend(std::int64_t conversation, std::span<const Json> messages);
    std::int64_t count(std::int64_t conversation);
    /// Turns with ordinals in [from, to), in order.
    std::vector<Turn> turns(std::int64_t conversation, std::int64_t from = 0, std::optional<std::int64_t> to = {});
    /// BM25 over the turns of the space, or of one conversation; best first.
    std::vector<TurnHit> search(std::string_view space, std::string_view words, std::size_t k, std::optional<std::int64_t> conversation = {});

    /// Turns from which nothing was learned yet, in order; and marking them.
    std::vector<Turn> unlearned(std::int64_t conversation);
    void mark_learned(std::span<const std::int64_t> turn_ids);

    std::optional<TurnSummary> summary(std::int64_t conversation);
    void add_summary(std::int64_t conversation, const TurnSummary&);

private:
    MemStore& store_;
};

struct Proposal {
    std::int64_t id = 0;
    std::string space{default_space};
    std::string kind = "add";  ///< "add", "supersede"
    std::string text;
    std::optional<std::int64_t> target;  ///< the passage that would be superseded
    std::string source;                  ///< the turn it was drawn from
    std::int64_t time = 0;               ///< of the fact
    std::vector<std::string> tags;
    std::string extra, made_by;
    std::string state = "waiting";       ///< "waiting", "accepted", "rejected"
};

/// The queue that `learn --review` fills and `review` walks through.
class Proposals {
public:
    explicit Proposals(MemStore& store) : store_(store) {}

    std::int64_t add(const Proposal&);
    /// The oldest first.
    std::vector<Proposal> waiting(std::optional<std::string_view> space = {});
    /// False where it does not wait any more. `change`: what accepting it did.
    bool decide(std::int64_t id, std::string_view state, std::optional<std::int64_t> change = {});

private:
    MemStore& store_;
};

}  // namespace llm
