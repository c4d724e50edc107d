/// Drawing facts from what was said, and deciding what they change: after mem0 (arXiv 2504.19413, 2.1), with nothing ever deleted.
#pragma once

#include "base/json.hpp"
#include "base/task.hpp"
#include "mem/proposals.hpp"
#include "mem/search.hpp"
#include "mem/turns.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// One turn to learn from.
struct Heard {
    std::string role, text;
    std::string source;      ///< stands with each fact drawn from it: "conversation NAME, turn 12"
    std::int64_t time = 0;   ///< when it was said, milliseconds since 1970
    std::int64_t turn = 0;   ///< of the store, or 0
    std::string key;         ///< see key_of_heard
};
/// What a turn is known by, so that it is read once, wherever it is met again (store, record, journal).
std::string key_of_heard(std::string_view space, std::string_view role, std::string_view text);

/// A question with a JSON Schema, answered with JSON that satisfies it.
using AskJson = std::function<Task<Json>(std::string system, std::string user, Json schema)>;

struct FactOptions {
    std::string space{default_space};
    std::vector<std::string> tags;
    std::size_t nearest = 5;            ///< stored passages a fact is compared with
    std::size_t piece = 3'000;          ///< tokens of turns read at once
    enum class Write { at_once, propose } write = Write::at_once;
    std::string model;                  ///< stands with what was learned
    std::function<void(std::string_view)> explain;  ///< gets a line a fact; may be empty
};

struct Learned {
    std::size_t turns = 0, added = 0, superseded = 0, known = 0, proposed = 0, dropped = 0;
    Learned& operator+=(const Learned&);
};
Json to_json(const Learned&);

/// A fact as the model gave it, its source found.
struct NewFact {
    std::string text;
    std::size_t heard = 0;   ///< index of the turn
    std::int64_t time = 0;
};

class FactLearner {
public:
    /// All are borrowed.
    FactLearner(MemStore&, Vectors&, AskJson, FactOptions);

    /// Reads the turns of one conversation that were not read before, and writes or proposes. `recalled`: texts that were given to the model; what repeats them is
    /// not learned. Facts and the mark on their turns are one transaction, committed before it returns.
    Task<Learned> learn(std::vector<Heard>, std::vector<std::string> recalled);

private:
    struct Decision {
        enum class Action { add, supersede, nothing } action = Action::add;
        std::int64_t target = 0;
    };
    bool is_read(const Heard&);
    /// `before`: what was said before, for understanding only.
    Task<Learned> learn_piece(std::vector<Heard>, std::vector<std::string> before, const std::vector<std::string>& recalled);
    std::vector<NewFact> usable(const Json& answer, const std::vector<Heard>&, const std::vector<std::string>& recalled, Learned&) const;
    Task<std::vector<Decision>> decide(const std::vector<NewFact>&);
    void write(const NewFact&, const Heard&, const Decision&, Learned&);
    void mark(const Heard&);
    void say(std::string_view) const;

    MemStore& store_;
    Vectors& vectors_;
    Turns turns_;
    Proposals proposals_;
    AskJson ask_;
    FactOptions options_;
};

/// Stores what a proposal says, within a change of its own; the passage's id. `text` where a person has written it anew. Nothing where it does not wait
/// any more.
std::optional<std::int64_t> accept_proposal(MemStore&, const Proposal&, std::string_view text = {});

/// The one way a fact enters the store: superseding `target` where that is not 0; a fact older than its target becomes history itself.
std::int64_t write_fact(MemStore&, const Proposal& fact);

}  // namespace llm
