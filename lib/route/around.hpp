/// A command that asks, and what fails in it asked again of another model: the step of `llm-route fallback -- COMMAND`.
#pragma once

#include "cache/child.hpp"
#include "record/filter.hpp"
#include "route/next.hpp"

#include <coroutine>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Each round is a process of its own, started when the first record needs it: so a command that answers only at the end of its input
/// holds up nothing. Records keep their marks in `route.n` while they are with the command.
class Around {
public:
    /// All but the words are borrowed.
    Around(Loop&, NextModel&, std::vector<std::string> argv, std::function<void(std::string_view)> warn);
    ~Around();

    Task<void> step(Record&, Emitter&);
    /// Whether the command takes in what it is sent.
    bool room() const;
    /// No further record comes.
    void input_ended();

private:
    struct Flight;
    struct Round;
    struct Landing;

    Round& round(std::size_t number);
    void launch(Round&, const Record&, Flight&);
    void take(Round&, std::string_view line);
    void ended(Round&, int status);
    Flight* find(Round&, const Record& answer, bool by_order);
    void land(Round&, Flight&);
    void close_finished();
    void accept(Record&, Flight&);

    Loop& loop_;
    NextModel& next_;
    std::vector<std::string> argv_;
    std::function<void(std::string_view)> warn_;
    std::vector<std::unique_ptr<Round>> rounds_;
    std::uint64_t count_ = 0;
    bool input_ended_ = false;
    bool warned_ = false;
};

}  // namespace llm
