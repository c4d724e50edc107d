/// Conversations as they were held: every turn is kept, whatever a context has room for. MemGPT's recall storage (arXiv 2310.08560, 2.1).
///
/// The turns of a conversation are a tree, each known by what led to it: a history that has grown adds its new turns, one given again
/// adds nothing, and a turn answered anew begins a branch.
#pragma once

#include "base/json.hpp"
#include "mem/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct Turn {
    std::int64_t id = 0;
    std::int64_t parent = 0;    ///< the turn before it, or 0
    std::int64_t ordinal = 0;   ///< from 0
    std::int64_t conversation = 0;
    std::string role;
    Json turn;                  ///< OpenAI's shape
    std::string text;           ///< what was said; tool calls as `name(arguments)`
    std::int64_t time = 0;
    std::string name;           ///< of the conversation, from search() and unlearned()
};

struct Summary {
    std::int64_t through = 0;  ///< id of the last turn it stands for
    std::string text;
    std::string model;
};

struct TurnQuery {
    std::string words;                          ///< any of them; the best match first
    std::string space;                          ///< namespace
    std::optional<std::string> conversation;    ///< name
    std::optional<std::int64_t> since, until;   ///< milliseconds since 1970
    std::size_t limit = 5;
    std::size_t skip = 0;
};

class Turns {
public:
    /// The store is borrowed. What writes does so within its transaction: store.settle() commits.
    explicit Turns(MemStore& store) : store_(store), db_(store.db()) {}

    /// The conversation of that name: 0 where there is none; made where there is none.
    std::int64_t find(std::string_view space, std::string_view name);
    std::int64_t open(std::string_view space, std::string_view name);
    std::vector<std::string> names(std::string_view space);

    /// Puts the turns behind turn `parent` (0: at the beginning), in order, as far as they are not there, and returns all their ids.
    /// Throws Error{data} for what is no turn.
    std::vector<std::int64_t> keep(std::int64_t conversation, std::int64_t parent, const std::vector<Json>& turns);
    /// Where a history goes on that does not begin at the beginning: `from` is the turn behind which, `known` how many of `turns` the
    /// store has there. {0, 0} where it is a history from the beginning, or knows nothing of it.
    struct Place {
        std::int64_t from = 0;
        std::size_t known = 0;
    };
    Place place_of(std::int64_t conversation, const std::vector<Json>& turns);

    /// The turn stored last in the conversation; 0 where there is none.
    std::int64_t head(std::int64_t conversation);
    std::optional<Turn> find(std::int64_t id);
    /// From the beginning to this turn.
    std::vector<Turn> path(std::int64_t id);
    std::vector<Turn> search(const TurnQuery&);
    /// What users and assistants said in [since, until) that nothing was learned from yet; conversation by conversation, in order.
    std::vector<Turn> unlearned(std::string_view space, const std::optional<std::string>& name, std::int64_t since, std::int64_t until);
    void mark_learned(std::int64_t turn);

    /// Summaries that stand for a beginning of this path and were made on it, those that leave out least first.
    std::vector<Summary> summaries(std::int64_t conversation, const std::vector<Turn>& path);
    void keep(std::int64_t conversation, const Summary&, std::int64_t made_at);

private:
    std::int64_t keep_one(std::int64_t conversation, const Turn& parent, const Json& turn);

    MemStore& store_;
    Database& db_;
};

/// What a turn says, for reading and searching.
std::string said_in(const Json& turn);

}  // namespace llm
