/// The step of `llm-mem pack`: a conversation of any length, as a context of bounded length.
///
/// MemGPT's queue (arXiv 2310.08560, 2.2) in a filter. Every turn is stored before anything is left out. What does not fit is summarised,
/// oldest first; above 75 % the model is told; core blocks and the summary stand in one element of the system text (memory_note.hpp), which
/// is taken out and made anew each time. The same records give the same output, however often they are run, because a summary
/// counts for those histories only on which it was made.
#pragma once

#include "mem/pack_plan.hpp"
#include "mem/history.hpp"
#include "mem/summary.hpp"
#include "mem/turns.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

struct PackOptions {
    std::size_t budget = 8'000;  ///< estimated tokens of everything that is sent
    PackShares shares;
    std::string space{default_space};
    std::optional<std::string> conversation;  ///< else the record's member `conversation`, else told by its first turn
    enum class Blocks { shown, left_out } blocks = Blocks::shown;
    std::function<void(std::string_view)> explain;  ///< gets a line a record; may be empty
};

class Packer {
public:
    /// All are borrowed.
    Packer(MemStore&, Summariser&, PackOptions);

    /// Packs the record; one that bears `response` is stored with its answer and left as it is. Turns are written in the store's
    /// transaction: settle() before the record leaves.
    Task<void> step(Record&);

private:
    struct Placed {
        std::int64_t conversation = 0;
        std::vector<Turn> path;
    };
    Placed store(const Record&, const TurnHistory&, const std::vector<Json>& turns);
    std::string name_of(const Record&, const TurnHistory&) const;
    MemoryNote note_for(const Record&, const TurnHistory&);
    std::size_t fit_passages(Record&) const;

    MemStore& store_;
    Turns turns_;
    Summariser& summariser_;
    PackOptions options_;
};

/// Estimated tokens of a turn as it is sent.
std::size_t tokens_of_turn(const Json& turn);

}  // namespace llm
