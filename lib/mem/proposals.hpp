/// The queue of what learning would write, waiting for a person.
#pragma once

#include "mem/store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

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
